"""A Lambda function's own code, run in a process of its own: kept between calls, as Lambda keeps an environment.

The process has the function's environment variables, and none of this one's: no credentials, no settings of AWS's.
Where the system allows it, it is isolated (`isolation.py`): what it has started ends with it, it has no network, and
sees no files but Python's and its code. Elsewhere it leads a group of its own, and what stays in that ends with it.

A function's timeout is the one time of a simulation that is real: what the function computes and waits for. What it
waits only because the machine is busy does not count, so that the load of a machine does not change a result.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sfnorch.errors import SfnorchError
from sfnorch.simulate.function_runtime import delayed_seconds
from sfnorch.simulate.isolation import Isolation, find_isolation
from sfnorch.template.functions import Function

_RUNTIME = Path(__file__).with_name("function_runtime.py")
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL")
_MODULE = re.compile(r"[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*")
"""A module as a handler names it: in a folder by dots, or by slashes."""

_SHORTEST_WAIT = 0.05
"""Seconds. A function that has less left is ended."""

_MOST_DELAYS = 9
"""How many times its own time a process may wait for processors, beside the `longest_delay`."""

_LONGEST_RESULT = 6_291_556
"""Bytes of a function's answer. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_LONGEST_ANSWER = _LONGEST_RESULT + 1_000
"""Bytes of a line, which holds a little more than the result. Nothing longer is read."""

_MOST_UNASKED = 10
"""Lines that may wait to be taken. There is one for each question where the function's code writes none itself."""

_ENDED, _TOO_LARGE = "Runtime.ExitError", "Function.ResponseSizeTooLarge"
"""Errors after which a process is not asked again."""

_CLOSING_SECONDS = 0.5
"""How long the reader of a process that was ended may take to see that there is no more to read."""


class Running:
    """A process, and the lines that it answers, read and written beside it: its pipes may outlive it.

    The function's code shares the process, so a line can be anything, of any length, and unasked.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        delayed: Callable[[int], float],
        *,
        longest_delay: float,
        isolated: bool = False,
    ) -> None:
        self._process = process
        self._pid = 0 if isolated else process.pid  # the starter of an isolated process says which it is
        self._delayed = delayed
        self._longest_delay = longest_delay
        self._questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        assert process.stdin and process.stdout  # noqa: S101, PT018 - they are pipes
        threading.Thread(target=self._write, args=(process.stdin,), daemon=True).start()
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()

    def answer(self, line: str, seconds: float) -> bytes:
        """Return what is answered to the line; nothing where the process has ended.

        Raises queue.Empty when the seconds are over. The time for which the process waited for a processor, because the
        machine was busy, is not counted, up to a limit: code that starts many threads makes the machine busy itself.
        """
        began, delayed = time.monotonic(), self._delayed(self._pid)
        most = self._longest_delay + _MOST_DELAYS * seconds
        self._questions.put(line.encode() + b"\n")
        left = seconds
        while True:
            try:
                return self._answers.get(timeout=left)
            except queue.Empty:
                left = seconds - (time.monotonic() - began) + min(self._delayed(self._pid) - delayed, most)
                if left < _SHORTEST_WAIT:
                    raise

    def end(self) -> None:
        """End the process, and those that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._questions.put(b"")
        self._reader.join(_CLOSING_SECONDS)

    def _write(self, pipe: IO[bytes]) -> None:
        """Write the questions. A process that does not read them keeps only this thread waiting."""
        with contextlib.suppress(OSError), pipe:
            while question := self._questions.get():
                pipe.write(question)
                pipe.flush()

    def _read(self, pipe: IO[bytes]) -> None:
        """Read the answers, until the process ends, or says too much: then it has nobody to write to."""
        with contextlib.suppress(OSError), pipe:
            while line := pipe.readline(_LONGEST_ANSWER + 1):
                if not self._pid:
                    self._pid = int(line.removeprefix(b"pid "))
                    continue
                self._answers.put(line[:_LONGEST_ANSWER])
                if len(line) > _LONGEST_ANSWER or self._answers.qsize() > _MOST_UNASKED:
                    break
        self._answers.put(b"")


@dataclass(slots=True)
class FunctionProcesses:
    """The processes of a run's functions, by name; `close` ends them."""

    folder: Path | None = None
    """Where code lies that the template doesn't hold."""
    region: str = "us-east-1"
    starting_seconds: float = 10.0
    """What a process may take to start, beside the function's own time."""
    delayed: Callable[[int], float] = delayed_seconds
    """For how many seconds a process has waited for a processor."""
    longest_delay: float = 60.0
    """For how many seconds a process may wait for a processor in any case."""
    isolation: Isolation | None = None
    """How processes are isolated; what the system allows where nothing is said."""
    _running: dict[str, Running] = field(default_factory=dict)
    _places: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def call(self, function: Function, event: Any, request_id: str) -> dict[str, Any]:
        """Return what the call comes to: `{"result": …}`, or `{"error": {errorType, errorMessage, …}}` as Lambda tells it.

        Raises SfnorchError where its code isn't there, or leads elsewhere.
        """
        fresh = function.name not in self._running
        running = self._running.get(function.name) or self._start(function)
        context = {"requestId": request_id, "functionName": function.name, "arn": function.arn}
        line = json.dumps({"event": event, "context": {**context, "seconds": function.timeout}})
        try:
            answer = running.answer(line, function.timeout + (self.starting_seconds if fresh else 0.0))
        except queue.Empty:
            self._end(function.name)
            words = f"RequestId: {request_id} Error: Task timed out after {function.timeout:.2f} seconds"
            return {"error": {"errorType": "Sandbox.Timedout", "errorMessage": words}}
        found = _read_answer(answer, request_id)
        if found.get("error", {}).get("errorType") in (_ENDED, _TOO_LARGE):
            self._end(function.name)
        return found

    def found_isolation(self) -> Isolation:
        """Return how processes are isolated: tried only where there is code to run."""
        if self.isolation is None:
            self.isolation = find_isolation()
        return self.isolation

    def close(self) -> None:
        """End the processes, and removes what they ran."""
        for name in list(self._running):
            self._end(name)
        self._places.close()

    def _start(self, function: Function) -> Running:
        place = self._code_of(function).resolve()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **function.environment,
        }
        command = [sys.executable, "-I", str(_RUNTIME), str(place), function.handler]
        isolation = self.found_isolation()
        if isolation.possible:
            root = self._places.enter_context(tempfile.TemporaryDirectory(prefix="sfnorch-"))
            command = isolation.command(Path(root).resolve(), place, [place, _RUNTIME], command)
            environment = isolation.environment(environment)
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=place,
                env=environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise SfnorchError(f"The code of {function.logical_id} can't be run: {error}") from None
        self._running[function.name] = Running(
            process, self.delayed, longest_delay=self.longest_delay, isolated=isolation.possible
        )
        return self._running[function.name]

    def _code_of(self, function: Function) -> Path:
        """Return the folder with the function's code. Raises SfnorchError where its code isn't there, or leads elsewhere."""
        module = function.handler.rpartition(".")[0] or "index"
        if not _MODULE.fullmatch(module):
            raise SfnorchError(
                f"The handler of {function.logical_id} names no module of its code: {function.handler!r}",
                hint="write it as MODULE.FUNCTION",
            )
        place = None if function.code else self._place(function)
        if place is not None and place.is_dir():
            return place
        code = function.code.encode("utf-8", "replace") if place is None else place.read_bytes()
        made = tempfile.TemporaryDirectory(prefix="sfnorch-", ignore_cleanup_errors=True)
        folder = Path(self._places.enter_context(made))
        path = folder / PurePosixPath(module.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(code + b"\n")
        return folder

    def _place(self, function: Function) -> Path:
        """Return the file or folder with the function's code, beside the template."""
        if self.folder is None or "\0" in function.code_from:
            raise _not_there(function, repr(function.code_from))
        place = (self.folder / function.code_from).resolve()
        if not place.is_relative_to(self.folder.resolve()):
            raise SfnorchError(
                f"The code of {function.logical_id} lies outside the template's folder: {function.code_from}",
                hint="put the code beside the template",
            )
        if not place.is_dir() and not place.is_file():
            raise _not_there(function, str(self.folder / function.code_from))
        return place

    def _end(self, name: str) -> None:
        self._running.pop(name).end()


def _read_answer(answer: bytes, request_id: str) -> dict[str, Any]:
    """Return what the answer says. What is no answer comes to what Lambda says where the runtime ends."""
    if len(answer) >= _LONGEST_ANSWER:
        words = f"Response payload size exceeded maximum allowed payload size ({_LONGEST_RESULT} bytes)."
        return {"error": {"errorType": _TOO_LARGE, "errorMessage": words}}
    try:
        found = json.loads(answer)
        json.dumps(found)  # what nests so deep that it can be read and not be written is no answer either
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and (isinstance(found.get("error"), dict) if "error" in found else "result" in found):
        return found
    words = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
    return {"error": {"errorType": _ENDED, "errorMessage": words}}


def _not_there(function: Function, place: str) -> SfnorchError:
    return SfnorchError(
        f"The code of {function.logical_id} isn't there: {place}",
        hint="play the plan itself, or put the code beside the template",
    )


def described(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return the error's name and its cause, as Step Functions tells what a function's call came to."""
    return str(error.get("errorType", "Lambda.Unknown")), json.dumps(error, ensure_ascii=False, separators=(",", ":"))
