"""The process of a command: standard streams that can be full or closed, and Ctrl-C at any time."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn, TextIO

from sfnorch.cli.exit_codes import ERROR, INTERRUPTED, SUCCESS
from sfnorch.errors import SfnorchError, has_interrupt

_RETRY_SECONDS = 0.05


class OutputError(SfnorchError):
    """A command cannot write to standard output."""


class _Output(io.FileIO):
    """The file of a standard stream. It reports the first write that fails, and drops all later writes.

    If the reader has closed the pipe, as `head` does, a write raises BrokenPipeError. Any other failure raises
    OutputError on standard output. On standard error the text is dropped, so that the command can finish.
    """

    def __init__(self, descriptor: int, *, required: bool) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._required = required
        self._lost = False

    def write(self, data: Any, /) -> int:
        """Write the bytes, and return the number of bytes that the stream accepted."""
        if self._lost:
            return len(data)
        try:
            while (count := super().write(data)) is None:  # a non-blocking pipe that is full
                _wait_until_writable(self)
        except BrokenPipeError:
            self._lost = True
            raise
        except OSError as error:
            self._lost = True
            if self._required:
                why = "it is closed" if error.errno == errno.EBADF else error.strerror
                raise OutputError(f"Cannot write to standard output: {why}") from None
            return len(data)
        return count


def _wait_until_writable(output: io.FileIO) -> None:
    from select import select

    select((), (output,), ())


def run() -> NoReturn:
    """Run the command line, and end the process with its exit code.

    Ctrl-C raises KeyboardInterrupt, so that the command can undo unfinished work. SIGTERM, which cancels a build, and
    SIGHUP, which closes a terminal, do the same. After the command has ended, such a signal ends the process at once.
    """
    # loading modules creates no garbage, and its collection takes a tenth of the time of a short command
    gc.set_threshold(100_000)
    _install_interrupt_handlers()
    _guard_streams()
    from sfnorch.cli.main import main

    code = SUCCESS
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else ERROR if end.code else SUCCESS
        _end_at_interrupts(code)  # within the handler, so that a signal finds the first one in progress
    code = _flush(code)
    if code == INTERRUPTED:
        os._exit(_find_interrupt_code())  # a thread that waits for an answer would keep the process alive
    gc.freeze()  # the end of the process frees all memory: a search for garbage before it takes long and finds little
    sys.exit(code)


def _flush(code: int) -> int:
    """Write all buffered output, and return the exit code; ERROR instead of SUCCESS if the output cannot be written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or ERROR
    except OutputError as error:
        print(f"Error: {error.message}", file=sys.stderr)  # noqa: T201 - no other stream is available
        code = code or ERROR
    return code


def _guard_streams() -> None:
    """Replace the standard streams by streams whose errors a command can explain.

    The next file to be opened would get the descriptor of a closed stream. A file that rejects writes takes that
    descriptor, so that a command that prints nothing succeeds.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - it gets the lowest descriptor, which is free
    sys.stdout = _guard_stream(sys.stdout, required=True)
    sys.stderr = _guard_stream(sys.stderr, required=False)


def _guard_stream(stream: TextIO | None, *, required: bool) -> TextIO:
    if stream is None:
        refusing = _Output(os.open(os.devnull, os.O_RDONLY), required=required)
        return io.TextIOWrapper(io.BufferedWriter(refusing), encoding="utf-8", line_buffering=not required)
    binary = getattr(stream, "buffer", None)
    if not isinstance(stream, io.TextIOWrapper) or type(getattr(binary, "raw", binary)) is not io.FileIO:
        return stream  # the console of Windows, or a stream that another program has set
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(stream.fileno(), required=required)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
    )


_heeded: list[int] = []
"""The signals that raise KeyboardInterrupt: those that the process did not ignore at its start."""

_received: list[int] = []
"""The signals of this kind that the process received, in order."""


def _find_interrupt_code() -> int:
    """Return the exit code of an interrupted command: 128 plus the number of the first signal that it received."""
    return 128 + _received[0] if _received else INTERRUPTED


def _install_interrupt_handlers() -> None:
    """Install the handlers that raise KeyboardInterrupt for Ctrl-C, SIGTERM and SIGHUP, and repeat it if it is lost.

    It is lost in a callback of the interpreter, such as `__del__`, which ignores exceptions; and in a library that
    ignores every exception while it imports an optional module.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a background process can ignore it
        _heeded.append(signal.SIGINT)
    if not hasattr(signal, "setitimer"):  # Windows
        return
    _heeded.extend(number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL)
    for number in (*_heeded, signal.SIGALRM):
        signal.signal(number, _raise_interrupt)
    sys.unraisablehook = _print_unless_interrupted


def _end_at_interrupts(code: int) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    for number in _heeded:
        signal.signal(number, lambda *_: os._exit(_find_interrupt_code() if code == INTERRUPTED else code))


def _raise_interrupt(signal_number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt for a signal, except for the timer while an earlier KeyboardInterrupt is handled."""
    if signal_number == signal.SIGALRM and has_interrupt(sys.exc_info()[1]):
        return
    if signal_number != signal.SIGALRM:
        _received.append(signal_number)
    signal.setitimer(signal.ITIMER_REAL, _RETRY_SECONDS)
    raise KeyboardInterrupt


def _print_unless_interrupted(unraisable: sys.UnraisableHookArgs) -> None:
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
