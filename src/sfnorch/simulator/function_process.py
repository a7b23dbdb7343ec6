"""Run the code of a Lambda function in a separate process, which is kept between calls like a Lambda environment.

The process has the function's environment variables, but none of the current process: no credentials and no AWS
settings. If the system supports it, the process is isolated (`isolation.py`): all its child processes end with it, it
has no network, and it sees only the files of Python and its code. Otherwise it leads a process group, and the
processes that stay in this group end with it.

A function's timeout is the only real time in a simulation: the time that the function computes and waits. The time
that it waits because the machine is busy does not count. So the load of the machine does not change a result.
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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, read_mapping
from sfnorch.simulator.function_runtime import measure_delay
from sfnorch.simulator.isolation import Isolation, find_isolation
from sfnorch.template.functions import FunctionResource

_RUNTIME = Path(__file__).with_name("function_runtime.py")
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL")
_MODULE = re.compile(r"[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)*")
"""A module in a handler: folders are separated by dots or slashes."""

_SHORTEST_WAIT = 0.05
"""Seconds. A function with less time left is ended."""

_MOST_DELAYS = 9
"""How many times its timeout a process can wait for processors, in addition to `longest_delay`."""

_LONGEST_RESULT = 6_291_556
"""The maximum size of a function's response, in bytes.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

_LONGEST_ANSWER = _LONGEST_RESULT + 1_000
"""The maximum size of a line, in bytes: the response and a little more. A longer line is not read."""

_MOST_UNASKED = 10
"""The maximum number of unread lines. A line per question is expected; the function's code can write others."""

_ENDED, _TOO_LARGE = "Runtime.ExitError", "Function.ResponseSizeTooLarge"
"""Errors after which the process is not used again."""

_CLOSING_SECONDS = 0.5
"""Seconds in which the reader of an ended process must reach the end of the output."""


class FunctionProcess:
    """A process and its queues of questions and answers. Threads read and write its pipes, which can outlive it.

    The function's code shares the process. So a line can have any content and length, and can come without a question.
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
        self._pid = 0 if isolated else process.pid  # the starter of an isolated process prints the process id
        self._delayed = delayed
        self._longest_delay = longest_delay
        self._questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        assert process.stdin and process.stdout  # noqa: S101, PT018 - they are pipes
        threading.Thread(target=self._write, args=(process.stdin,), daemon=True).start()
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()

    def request_answer(self, line: str, seconds: float) -> bytes:
        """Return the answer to the line; nothing if the process has ended.

        Raises queue.Empty after `seconds`. The time for which the process waited for a processor does not count, up to
        a limit: code that starts many threads makes the machine busy itself.
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
        """End the process and its child processes."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._questions.put(b"")
        self._reader.join(_CLOSING_SECONDS)

    def _write(self, pipe: IO[bytes]) -> None:
        """Write the questions. If the process does not read them, only this thread waits."""
        with contextlib.suppress(OSError), pipe:
            while question := self._questions.get():
                pipe.write(question)
                pipe.flush()

    def _read(self, pipe: IO[bytes]) -> None:
        """Read the answers until the process ends or writes too much. Then its output pipe is closed."""
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
    """The processes of a run's functions, by function name; `close` ends them."""

    folder: Path | None = None
    """The folder with the code of functions whose code is not in the template."""
    region: str = "us-east-1"
    starting_seconds: float = 10.0
    """The seconds in which a process must start, in addition to the function's timeout."""
    delayed: Callable[[int], float] = measure_delay
    """Returns the seconds for which a process has waited for a processor."""
    longest_delay: float = 60.0
    """The seconds that a process can always wait for a processor."""
    isolation: Isolation | None = None
    """How to isolate processes; the default depends on the operating system."""
    _running: dict[str, FunctionProcess] = field(default_factory=dict)
    _places: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def call(self, function: FunctionResource, event: Json, request_id: str) -> dict[str, Json]:
        """Call the function; return `{"result": …}` or, in Lambda's format, `{"error": {errorType, errorMessage, …}}`.

        Raises SfnorchError if the function's code is missing or is outside of the template's folder.
        """
        fresh = function.name not in self._running
        running = self._running.get(function.name) or self._start(function)
        context = {"requestId": request_id, "functionName": function.name, "arn": function.arn}
        line = json.dumps({"event": event, "context": {**context, "seconds": function.timeout}})
        try:
            answer = running.request_answer(line, function.timeout + (self.starting_seconds if fresh else 0.0))
        except queue.Empty:
            self._end(function.name)
            words = f"RequestId: {request_id} Error: Task timed out after {function.timeout:.2f} seconds"
            return {"error": {"errorType": "Sandbox.Timedout", "errorMessage": words}}
        found = _read_answer(answer, request_id)
        if find_value(found, "error", "errorType") in (_ENDED, _TOO_LARGE):
            self._end(function.name)
        return found

    def find_isolation_once(self) -> Isolation:
        """Return how to isolate processes. The first call tests it; a run without functions does not need it."""
        if self.isolation is None:
            self.isolation = find_isolation()
        return self.isolation

    def close(self) -> None:
        """End the processes and remove their files."""
        for name in list(self._running):
            self._end(name)
        self._places.close()

    def _start(self, function: FunctionResource) -> FunctionProcess:
        place = self._find_code_folder(function).resolve()
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
        isolation = self.find_isolation_once()
        if isolation.possible:
            root = self._places.enter_context(tempfile.TemporaryDirectory(prefix="sfnorch-"))
            command = isolation.build_command(Path(root).resolve(), place, [place, _RUNTIME], command)
            environment = isolation.build_environment(environment)
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
            raise SfnorchError(f"The code of {function.logical_id} cannot be run: {error}") from None
        self._running[function.name] = FunctionProcess(
            process, self.delayed, longest_delay=self.longest_delay, isolated=isolation.possible
        )
        return self._running[function.name]

    def _find_code_folder(self, function: FunctionResource) -> Path:
        """Return the folder with the function's code. Raises SfnorchError if it is missing or outside of the folder."""
        module = function.handler.rpartition(".")[0] or "index"
        if not _MODULE.fullmatch(module):
            raise SfnorchError(
                f"The handler of {function.logical_id} does not name a module of its code: {function.handler!r}",
                hint="write it as MODULE.FUNCTION",
            )
        place = None if function.code else self._find_code_path(function)
        if place is not None and place.is_dir():
            return place
        code = function.code.encode("utf-8", "replace") if place is None else place.read_bytes()
        made = tempfile.TemporaryDirectory(prefix="sfnorch-", ignore_cleanup_errors=True)
        folder = Path(self._places.enter_context(made))
        path = folder / PurePosixPath(module.replace(".", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(code + b"\n")
        return folder

    def _find_code_path(self, function: FunctionResource) -> Path:
        """Return the file or folder with the function's code, relative to the template."""
        if self.folder is None or "\0" in function.code_from:
            raise _create_missing_code_error(function, repr(function.code_from))
        place = (self.folder / function.code_from).resolve()
        if not place.is_relative_to(self.folder.resolve()):
            raise SfnorchError(
                f"The code of {function.logical_id} is outside of the template's folder: {function.code_from}",
                hint="move the code to the template's folder",
            )
        if not place.is_dir() and not place.is_file():
            raise _create_missing_code_error(function, str(self.folder / function.code_from))
        return place

    def _end(self, name: str) -> None:
        self._running.pop(name).end()


def _read_answer(answer: bytes, request_id: str) -> dict[str, Json]:
    """Return the content of the answer. An invalid answer becomes Lambda's error for a runtime that exits."""
    if len(answer) >= _LONGEST_ANSWER:
        words = f"Response payload size exceeded maximum allowed payload size ({_LONGEST_RESULT} bytes)."
        return {"error": {"errorType": _TOO_LARGE, "errorMessage": words}}
    found: dict[str, Json] = {}
    with contextlib.suppress(ValueError, RecursionError):
        read: Json = json.loads(answer)
        json.dumps(read)  # an answer that is nested too deeply to be written is also invalid
        found = read_mapping(read)
    match found:
        case {"error": dict()}:
            return found
        case {"result": _} if "error" not in found:
            return found
    words = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
    return {"error": {"errorType": _ENDED, "errorMessage": words}}


def _create_missing_code_error(function: FunctionResource, place: str) -> SfnorchError:
    return SfnorchError(
        f"The code of {function.logical_id} is missing: {place}",
        hint="simulate the plan itself, or put the code beside the template",
    )
