"""The process that a command runs in: standard streams that may be full or closed, and Ctrl-C at any moment."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn, TextIO

from sfnorch.cli.exit_codes import ERROR, INTERRUPTED, SUCCESS
from sfnorch.errors import SfnorchError, was_interrupted

_RETRY_SECONDS = 0.05


class OutputError(SfnorchError):
    """Standard output does not take what a command prints."""


class _Output(io.FileIO):
    """A standard stream's file. A write that fails is reported once, and what follows is dropped.

    A reader that has gone, as `head` does, raises BrokenPipeError. Any other failure raises OutputError on standard
    output; on standard error it is no reason to leave a command half done, and the text is dropped.
    """

    def __init__(self, descriptor: int, *, required: bool) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._required = required
        self._lost = False

    def write(self, data: Any, /) -> int:
        """Write the bytes, and return how many the stream took."""
        if self._lost:
            return len(data)
        try:
            while (count := super().write(data)) is None:  # a pipe that does not block, and is full
                _wait_until_writable(self)
        except BrokenPipeError:
            self._lost = True
            raise
        except OSError as error:
            self._lost = True
            if self._required:
                why = "it is closed" if error.errno == errno.EBADF else error.strerror
                raise OutputError(f"The output can't be written to standard output: {why}") from None
            return len(data)
        return count


def _wait_until_writable(output: io.FileIO) -> None:
    from select import select

    select((), (output,), ())


def run() -> NoReturn:
    """Run the command line, and end the process with its exit code.

    Ctrl-C ends a command by KeyboardInterrupt, so that it can take back what it began. So do SIGTERM, which cancels a
    build, and SIGHUP, which closes a terminal. Once the command has ended, a further one ends the process at once.
    """
    _heed_interrupts()
    _guard_streams()
    from sfnorch.cli.main import main

    code = SUCCESS
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else ERROR if end.code else SUCCESS
        _end_at_interrupts(code)  # still within the handler, where an interrupt is seen to be dealt with
    code = _flushed(code)
    if code == INTERRUPTED:
        os._exit(_interrupt_code())  # a thread that waits for an answer would keep the process
    sys.exit(code)


def _flushed(code: int) -> int:
    """Return the exit code once all output is written; another where it can't be."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or ERROR
    except OutputError as error:
        print(f"Error: {error.message}", file=sys.stderr)  # noqa: T201 - nothing else is left to print it
        code = code or ERROR
    return code


def _guard_streams() -> None:
    """Put streams in the place of the standard ones that fail as a command can explain, also where one is closed.

    A descriptor that is closed would be given to the next file that is opened. It is taken by one that refuses to be
    written to, so that a command which prints nothing does not fail.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - it takes the lowest descriptor, which is free
    sys.stdout = _guarded(sys.stdout, required=True)
    sys.stderr = _guarded(sys.stderr, required=False)


def _guarded(stream: TextIO | None, *, required: bool) -> TextIO:
    if stream is None:
        refusing = _Output(os.open(os.devnull, os.O_RDONLY), required=required)
        return io.TextIOWrapper(io.BufferedWriter(refusing), encoding="utf-8", line_buffering=not required)
    binary = getattr(stream, "buffer", None)
    if not isinstance(stream, io.TextIOWrapper) or type(getattr(binary, "raw", binary)) is not io.FileIO:
        return stream  # Windows' console, or what another program has put there
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(stream.fileno(), required=required)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
    )


_heeded: list[int] = []
"""The signals that end a command by KeyboardInterrupt: those that the process does not ignore from its start."""

_received: list[int] = []
"""Those of them that came, in their order."""


def _interrupt_code() -> int:
    """Return the exit code of an interrupted command: 128 and the number of the first signal that came."""
    return 128 + _received[0] if _received else INTERRUPTED


def _heed_interrupts() -> None:
    """Have Ctrl-C and its like raise KeyboardInterrupt, and have it raised again where it was lost.

    It is lost in a callback of the interpreter, such as `__del__`, which no exception can leave; and in a library that
    ignores every exception while it loads what it can do without.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a background process may ignore it
        _heeded.append(signal.SIGINT)
    if not hasattr(signal, "setitimer"):  # Windows
        return
    _heeded.extend(number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL)
    for number in (*_heeded, signal.SIGALRM):
        signal.signal(number, _interrupt)
    sys.unraisablehook = _print_unless_interrupted


def _end_at_interrupts(code: int) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    for number in _heeded:
        signal.signal(number, lambda *_: os._exit(_interrupt_code() if code == INTERRUPTED else code))


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt for a signal; not for a timer's while the one raised before is dealt with."""
    if signal_number == signal.SIGALRM and was_interrupted(sys.exc_info()[1]):
        return
    if signal_number != signal.SIGALRM:
        _received.append(signal_number)
    signal.setitimer(signal.ITIMER_REAL, _RETRY_SECONDS)
    raise KeyboardInterrupt


def _print_unless_interrupted(unraisable: sys.UnraisableHookArgs) -> None:
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
