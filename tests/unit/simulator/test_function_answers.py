"""What code writes into the pipe of its process's answers, where it shares it: never more than a failed function."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sfnorch.simulator.function_process import FunctionProcesses
from sfnorch.simulator.isolation import Isolation
from sfnorch.template.functions import FunctionResource

_PIPE = """
import gc, io, os, signal
texts = [each for each in gc.get_objects() if isinstance(each, io.TextIOWrapper) and not each.closed]
(pipe,) = [each.fileno() for each in texts if each.writable() and each.fileno() > 2]
def handler(event, context):
    {act}
    signal.pause()
"""
ENDED = {
    "errorType": "Runtime.ExitError",
    "errorMessage": "RequestId: 1 Error: Runtime exited without providing a reason",
}
TOO_LARGE = {
    "errorType": "Function.ResponseSizeTooLarge",
    "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
}


def function(code: str, timeout: float = 60.0) -> FunctionResource:
    return FunctionResource(
        logical_id="F", name="f", arn="arn", handler="index.handler", runtime="python3.13", timeout=timeout,
        environment={}, code=code, code_from="", package_key="",
    )  # fmt: skip


def called(*events: Any, code: str, timeout: float = 60.0, **settings: Any) -> list[dict[str, Any]]:
    """What each call comes to."""
    processes = FunctionProcesses(isolation=Isolation("not here"), **settings)
    try:
        return [processes.call(function(code, timeout), event, "1") for event in events]
    finally:
        processes.close()


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (r"os.write(pipe, b'hello\n')", ENDED),
        (r"os.write(pipe, b'\xff\n')", ENDED),
        (r"os.write(pipe, b'[1]\n')", ENDED),
        (r"os.write(pipe, b'{}\n')", ENDED),
        (r"""os.write(pipe, b'{"error": 5}\n')""", ENDED),
        (r"""os.write(pipe, b'{"result": ' + b'9' * 6000 + b'}\n')""", ENDED),
        (r"""os.write(pipe, b'{"result": ' + b'[' * 20000 + b']' * 20000 + b'}\n')""", ENDED),
        ("while True: os.write(pipe, b'x' * 65536)", TOO_LARGE),
        (r"while True: os.write(pipe, b'1\n' * 32768)", ENDED),
        ("os._exit(0)", ENDED),
    ],
)
def test_what_is_no_answer_comes_to_a_failed_function(act: str, error: dict[str, str]):
    assert called({}, code=_PIPE.format(act=act)) == [{"error": error}]


def test_an_honest_answer_that_is_too_large_comes_to_a_failed_function():
    code = "def handler(e, c): return 'x' * e"
    first, second, third = called(6_000_000, 7_000_000, 1, code=code)
    assert (len(first["result"]), second, third) == (6_000_000, {"error": TOO_LARGE}, {"result": "x"})


def test_code_that_answers_and_reads_no_further_does_not_keep_the_next_call_waiting():
    code = _PIPE.format(act=r"""os.write(pipe, b'{"result": 1}\n')""")
    first, second = called({}, "x" * 1_000_000, code=code, timeout=0.2)
    assert (first, second["error"]["errorType"]) == ({"result": 1}, "Sandbox.Timedout")


def test_code_that_keeps_the_machine_busy_does_not_prolong_its_time_for_ever():
    code = "import signal\ndef handler(e, c): signal.pause()"
    (outcome,) = called(
        {}, code=code, timeout=0.1, starting_seconds=0.0, longest_delay=0.0, delayed=lambda _: 1000 * time.monotonic()
    )
    assert outcome["error"]["errorType"] == "Sandbox.Timedout"
