"""A Lambda function's own code, run in a process of its own: kept between calls, as Lambda keeps an environment.

The process has the function's environment variables, and none of this one's: no credentials, no settings of AWS's.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sfnorch.errors import SfnorchError
from sfnorch.template.functions import Function

_RUNTIME = Path(__file__).with_name("function_runtime.py")
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL")


@dataclass(slots=True)
class FunctionProcesses:
    """The processes of a run's functions, by name; `close` ends them."""

    folder: Path | None = None
    """Where code lies that the template doesn't hold."""
    region: str = "us-east-1"
    starting_seconds: float = 10.0
    """What a process may take to start, beside the function's own time."""
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _places: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _readers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    def call(self, function: Function, event: Any, request_id: str) -> dict[str, Any]:
        """What the call comes to: `{"result": …}`, or `{"error": {errorType, errorMessage, …}}` as Lambda tells it.

        Raises SfnorchError where its code isn't there.
        """
        fresh = function.name not in self._running
        process = self._running.get(function.name) or self._start(function)
        context = {"requestId": request_id, "functionName": function.name, "arn": function.arn}
        line = json.dumps({"event": event, "context": {**context, "seconds": function.timeout}})
        assert process.stdin and process.stdout  # noqa: S101, PT018 - they are pipes
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            seconds = function.timeout + (self.starting_seconds if fresh else 0.0)
            answer = self._readers.submit(process.stdout.readline).result(seconds)
        except (FutureTimeout, TimeoutError):
            self._end(function.name)
            words = f"RequestId: {request_id} Error: Task timed out after {function.timeout:.2f} seconds"
            return {"error": {"errorType": "Sandbox.Timedout", "errorMessage": words}}
        except OSError:
            answer = ""
        if not answer:
            self._end(function.name)
            words = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
            return {"error": {"errorType": "Runtime.ExitError", "errorMessage": words}}
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """Ends the processes, and removes what they ran."""
        for name in list(self._running):
            self._end(name)
        self._readers.shutdown(wait=False)
        self._places.close()

    def _start(self, function: Function) -> subprocess.Popen[str]:
        place = self._code_of(function)
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
        process = subprocess.Popen(
            [sys.executable, "-I", str(_RUNTIME), str(place), function.handler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=place,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        self._running[function.name] = process
        return process

    def _code_of(self, function: Function) -> Path:
        """The folder with the function's code."""
        if not function.code:
            place = self.folder / function.code_from if self.folder else None
            if place is None or not place.exists():
                raise SfnorchError(
                    f"The code of {function.logical_id} isn't there: {place or function.code_from}",
                    hint="play the plan itself, or put the code beside the template",
                )
            if place.is_dir():
                return place.resolve()
            text = place.read_text(encoding="utf-8")
        else:
            text = function.code
        folder = Path(self._places.enter_context(tempfile.TemporaryDirectory(prefix="sfnorch-")))
        module = function.handler.rpartition(".")[0] or "index"
        (folder / f"{module}.py").write_text(text + "\n", encoding="utf-8")
        return folder

    def _end(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def described(error: Mapping[str, Any]) -> tuple[str, str]:
    """The error's name and its cause, as Step Functions tells what a function's call came to."""
    return str(error.get("errorType", "Lambda.Unknown")), json.dumps(error, ensure_ascii=False, separators=(",", ":"))
