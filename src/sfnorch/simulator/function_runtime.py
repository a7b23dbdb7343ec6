"""The script that runs in a function's process: it reads a line with an event, and writes a line with the result.

usage: function_runtime.py FOLDER MODULE.FUNCTION
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def measure_delay(pid: int) -> float:
    """Return the seconds for which a thread of the process was ready to run but had no processor.

    Return the time of the thread that waited longest: the sum would grow with the number of threads. The function's
    timeout does not include this time, so a busy machine ends no function early. On systems other than Linux it is 0.
    https://docs.kernel.org/scheduler/sched-stats.html
    """
    nanoseconds = [0]
    with contextlib.suppress(OSError, ValueError, IndexError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended in the meantime
                nanoseconds.append(int((task / "schedstat").read_text().split()[1]))
    return max(nanoseconds) / 1e9


class Context:
    """The context object of a handler.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self.aws_request_id = str(given["requestId"])
        self.function_name = str(given["functionName"])
        self.function_version = "$LATEST"
        self.invoked_function_arn = str(given["arn"])
        self.memory_limit_in_mb = "128"
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = "simulated"
        self._until = _measure_own_time() + float(given["seconds"])

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's timeout."""
        return max(0, int(1000 * (self._until - _measure_own_time())))


def _measure_own_time() -> float:
    return time.monotonic() - measure_delay(os.getpid())


def main() -> None:
    """Answer events until the input ends. The function's output goes to the error stream, and its input is empty."""
    folder, name = sys.argv[1:3]
    events = os.fdopen(os.dup(0), encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    sys.path.insert(0, folder)
    handler: Callable[..., Any] | None = None
    for line in events:
        given = json.loads(line)
        answer: dict[str, Any]
        try:
            handler = handler or _load_handler(name)
            answer = {"result": handler(given["event"], Context(given["context"]))}
            text = _format_answer(answer)
        except Exception as error:
            text = json.dumps({"error": _describe_error(error, given["context"]["requestId"], folder)})
        answers.write(text + "\n")
        answers.flush()


class RuntimeFaultError(Exception):
    """An error of Lambda's runtime with its own name: the code cannot be called, or its response is not JSON."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def _load_handler(name: str) -> Callable[..., Any]:
    module, _, function = name.replace("/", ".").rpartition(".")
    if not module:
        raise RuntimeFaultError("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack")
    try:
        loaded = importlib.import_module(module)
    except SyntaxError as error:
        raise RuntimeFaultError("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}") from None
    except ImportError as error:
        raise RuntimeFaultError("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from None
    found: Callable[..., Any] | None = getattr(loaded, function, None)
    if found is None:
        raise RuntimeFaultError("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'")
    return found


def _format_answer(answer: dict[str, Any]) -> str:
    try:
        if isinstance(answer["result"], bytes):  # is the response itself (recorded)
            answer = {"result": json.loads(answer["result"])}
        text = json.dumps(answer, ensure_ascii=False)
        text.encode()
        return text
    except (TypeError, ValueError) as error:
        raise RuntimeFaultError("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def _describe_error(error: Exception, request_id: str, folder: str) -> dict[str, Any]:
    """Return the error as Lambda reports it: in its trace, the code is in Lambda's own folder."""
    match error:
        case RuntimeFaultError():
            name, trace = error.name, []
        case _:
            name, trace = type(error).__name__, traceback.format_tb(error.__traceback__)[1:]
    return {
        "errorMessage": str(error).encode(errors="replace").decode(),
        "errorType": name,
        "requestId": request_id,
        "stackTrace": [line.replace(f'"{folder}{os.sep}', '"/var/task/') for line in trace],
    }


if __name__ == "__main__":
    main()
