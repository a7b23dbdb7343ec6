"""Functions of the template: their own code runs, in a process of its own, and fails as Lambda tells it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.function_process import FunctionProcesses
from sfnorch.simulator.function_runtime import measure_delay
from sfnorch.simulator.isolation import Isolation
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate
from sfnorch.template.functions import FunctionResource
from tests.waiting import wait_until


def play(
    code: str | None,
    event: Any = None,
    *,
    behaviour: Behaviour | None = None,
    calls: int = 1,
    resource: dict[str, Any] | None = None,
    **properties: Any,
) -> Run:
    """The run of a machine that calls a function so many times, each with what came of the call before."""
    states: dict[str, Any] = {
        f"Call{n}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "${Function}", "Payload": "{% $states.input %}"},
            "Output": "{% $states.result.Payload %}",
            **({"Next": f"Call{n + 1}"} if n < calls else {"End": True}),
        }
        for n in range(1, calls + 1)
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Call1", "States": states}
    own = {"Handler": "index.handler", "Runtime": "python3.13", "FunctionName": "stack-f", **properties}
    inline = {} if code is None else {"Code": {"ZipFile": code}}
    resources = {
        "M": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {
                "Role": "arn:aws:iam::123456789012:role/r",
                "Definition": definition,
                "DefinitionSubstitutions": {"Function": {"Fn::GetAtt": ["F", "Arn"]}},
            },
        },
        "F": {"Type": "AWS::Lambda::Function", "Properties": {**own, **inline}, **(resource or {})},
    }
    return simulate(json.dumps({"Resources": resources}), event, behaviour or Behaviour(run_functions=True))


def test_the_functions_own_code_runs():
    run = play("def handler(event, context):\n    return {'n': event.get('n', 0) + 1}", {"n": 4}, calls=2)
    assert (run.first.status, run.first.output, run.first.ended) == ("SUCCEEDED", {"n": 6}, 2.0)
    assert [(job.kind, job.job, job.arguments, job.status) for job in run.job_runs] == [
        ("function", "f", {"n": 4}, "SUCCEEDED"),
        ("function", "f", {"n": 5}, "SUCCEEDED"),
    ]


def test_a_call_returns_what_lambda_returns():
    states = {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "stack-f", "Payload": {"n": 1}},
            "End": True,
        }
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Call", "States": states}
    code = {"ZipFile": "def handler(event, context):\n    return [event]"}
    function = {"Handler": "index.handler", "Runtime": "python3.13", "FunctionName": "stack-f", "Code": code}
    resources = {
        "M": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"Role": "arn:aws:iam::123456789012:role/r", "Definition": definition},
        },
        "F": {"Type": "AWS::Lambda::Function", "Properties": function},
    }
    run = simulate(json.dumps({"Resources": resources}), None, Behaviour(run_functions=True))
    assert {key: run.first.output[key] for key in ("ExecutedVersion", "Payload", "StatusCode")} == {
        "ExecutedVersion": "$LATEST",
        "Payload": [{"n": 1}],
        "StatusCode": 200,
    }


def test_a_process_is_kept_between_calls_as_lambda_keeps_an_environment():
    code = "calls = []\ndef handler(event, context):\n    calls.append(1)\n    return {'calls': len(calls)}"
    assert play(code, {}, calls=3).first.output == {"calls": 3}


def test_what_a_function_is_given_beside_the_event():
    code = """
import os
def handler(event, context):
    print("told", flush=True)
    return {
        "name": context.function_name, "arn": context.invoked_function_arn, "request": len(context.aws_request_id),
        "left": 0 < context.get_remaining_time_in_millis() <= 3000, "level": os.environ["LEVEL"],
        "region": os.environ["AWS_REGION"], "keys": [name for name in os.environ if "SECRET" in name or "TOKEN" in name],
    }
"""
    assert play(code.strip(), {}, Environment={"Variables": {"LEVEL": "debug"}}).first.output == {
        "name": "stack-f",
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:stack-f",
        "request": 36,
        "left": True,
        "level": "debug",
        "region": "us-east-1",
        "keys": [],
    }


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ("class Bad(Exception): pass\ndef handler(e, c):\n    raise Bad('no \"good\"')", "Bad", 'no "good"'),
        (
            "def handler(e, c):\n    return {1, 2}",
            "Runtime.MarshalError",
            "Object of type set is not JSON serializable",
        ),
        ("def handler(e, c):\n    return chr(0xD800)", "Runtime.MarshalError", "surrogates not allowed"),
        ("def handler(e, c):\n    raise ValueError(chr(0xD800))", "ValueError", "?"),
        ("import no_such_module\ndef handler(e, c): pass", "Runtime.ImportModuleError", "No module named"),
        ("def handle(e, c): pass", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'"),
        ("def handler(e, c)\n  pass", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index'"),
        ("import os\ndef handler(e, c):\n    os._exit(3)", "Runtime.ExitError", "Runtime exited"),
        ("import sys\ndef handler(e, c):\n    sys.exit(3)", "Runtime.ExitError", "Runtime exited"),
    ],
)
def test_failures_as_lambda_tells_them(code: str, error: str, message: str):
    run = play(code, {})
    assert (run.first.status, run.first.error) == ("FAILED", error)
    assert message in json.loads(run.first.cause)["errorMessage"]
    assert [job.status for job in run.job_runs] == ["FAILED"]


def test_a_function_that_takes_too_long_is_ended():
    run = play("import time\ndef handler(e, c):\n    time.sleep(60)", {}, Timeout=1, behaviour=FAST)
    assert run.first.error == "Sandbox.Timedout"
    assert json.loads(run.first.cause)["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


FAST = Behaviour(run_functions=True, starting_seconds=0.5)


def test_a_function_may_be_told_to_fail_and_how_long_it_takes():
    behaviour = Behaviour(run_functions=True, seconds={"f": 7.0}, faults=[Fault(job="f", message="told")])
    run = play("def handler(e, c): return 1", {}, behaviour=behaviour)
    assert (run.first.status, run.first.ended, json.loads(run.first.cause)["errorMessage"]) == ("FAILED", 7.0, "told")


def test_calls_of_a_function_may_be_throttled():
    behaviour = Behaviour(run_functions=True, throttles={"f": 1})
    run = play("def handler(e, c): return 1", {}, behaviour=behaviour)
    assert (run.first.status, run.first.error, run.first.cause) == (
        "FAILED",
        "Lambda.TooManyRequestsException",
        "Rate Exceeded.",
    )
    assert run.job_runs == []


def test_a_templates_code_is_not_run_unless_told():
    with pytest.raises(UnsupportedSimulationError) as error:
        play("def handler(e, c): return 1", {}, behaviour=Behaviour())
    assert (error.value.message, error.value.hint) == (
        "M-XXXXXXXXXXXX: Call1 would run code of the template: F",
        "--run-functions runs it in a separate process; --mock 'Call1={\"Payload\": {}}' replaces it",
    )
    mocked = Behaviour(mocks={"Call1": {"Payload": 5}})
    assert play("def handler(e, c): return 1", {}, behaviour=mocked).first.output == 5


def test_code_beside_the_template(tmp_path: Path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("from words import WORD\ndef handler(e, c): return WORD")
    (tmp_path / "code" / "words.py").write_text("WORD = 'beside'")
    behaviour = Behaviour(run_functions=True, code_folder=tmp_path)
    resource = {"Metadata": {"CodeFrom": "code"}}
    assert play(None, {}, behaviour=behaviour, resource=resource).first.output == "beside"
    with pytest.raises(UnsupportedSimulationError) as error:
        play(None, {}, behaviour=behaviour, resource={"Metadata": {"CodeFrom": "gone"}})
    assert error.value.message == f"The code of F is missing: {tmp_path / 'gone'}"


@pytest.mark.parametrize("way", ["/etc/hostname", "../beside.py", "link.py"])
def test_code_that_lies_elsewhere_is_not_run(tmp_path: Path, way: str):
    (tmp_path / "beside.py").write_text("def handler(e, c): return 1")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.py").symlink_to(tmp_path / "beside.py")
    behaviour = Behaviour(run_functions=True, code_folder=tmp_path / "in")
    with pytest.raises(UnsupportedSimulationError) as error:
        play(None, {}, behaviour=behaviour, resource={"Metadata": {"CodeFrom": way}})
    assert error.value.message == f"The code of F is outside of the template's folder: {way}"


@pytest.mark.parametrize("handler", ["src/app.handler", "src.app.handler"])
def test_a_handler_in_a_folder(handler: str):
    assert play("def handler(e, c): return 'there'", {}, Handler=handler).first.output == "there"


@pytest.mark.parametrize("handler", ["../../x/pwned.handler", "/x/pwned.handler", "a/../../b.handler", "a b.handler"])
def test_a_handler_leads_nowhere_else(handler: str):
    with pytest.raises(UnsupportedSimulationError) as error:
        play("def handler(e, c): return 1", {}, Handler=handler)
    assert (error.value.message, error.value.hint) == (
        f"The handler of F does not name a module of its code: {handler!r}",
        "write it as MODULE.FUNCTION",
    )


def test_code_that_is_no_text_is_no_python(tmp_path: Path):
    (tmp_path / "f.py").write_bytes(b"x = '\xff'\n")
    behaviour = Behaviour(run_functions=True, code_folder=tmp_path)
    run = play(None, {}, behaviour=behaviour, resource={"Metadata": {"CodeFrom": "f.py"}})
    assert run.first.error == "Runtime.UserCodeSyntaxError"


_CHILD = """
import multiprocessing, os, signal
def wait():
    {alone}
    with open({file!r} + ".part", "w") as file:
        file.write(str(os.getpid()))
    os.rename({file!r} + ".part", {file!r})
    signal.pause()
def handler(e, c):
    child = multiprocessing.get_context("fork").Process(target=wait)
    child.start()
    child.join()
"""


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or ended and not yet taken leave of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def call(code: str, delayed: Callable[[int], float]) -> dict[str, Any]:
    """What comes of a call of a function that may take a tenth of a second."""
    function = FunctionResource(
        logical_id="F", name="f", arn="arn", handler="index.handler", runtime="python3.13", timeout=0.1,
        environment={}, code=code, code_from="", package_key="",
    )  # fmt: skip
    processes = FunctionProcesses(starting_seconds=0.0, delayed=delayed, isolation=Isolation("not here"))
    try:
        return processes.call(function, {}, "1")
    finally:
        processes.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("alone", ["pass", "os.setsid()"])
def test_a_functions_children_do_not_keep_the_call_from_its_end(
    alone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Those of its process group end with it; one that has left the group lives on, and is not waited for."""
    (tmp_path / "places").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "places"))
    file = tmp_path / "child"
    moment = [0.0]

    def delayed(_: int) -> float:
        """Everything until the child is there counts as a wait for the machine."""
        if not file.exists():
            moment[0] = time.monotonic()
        return moment[0]

    outcome = call(_CHILD.format(alone=alone, file=str(file)).strip(), delayed)
    assert (outcome["error"]["errorType"], list((tmp_path / "places").iterdir())) == ("Sandbox.Timedout", [])
    child = int(file.read_text())
    if alone == "pass":
        wait_until(lambda: has_ended(child))
    else:
        assert not has_ended(child)
        os.kill(child, signal.SIGKILL)


def test_what_a_function_waits_for_a_busy_machine_is_not_its_time():
    code = "import time\ndef handler(e, c):\n    time.sleep(0.5)\n    return 'done'"
    assert call(code, lambda _: time.monotonic()) == {"result": "done"}
    assert call(code, lambda _: 0.0)["error"]["errorType"] == "Sandbox.Timedout"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux counts it")
def test_for_how_long_a_process_has_waited_for_a_processor():
    processor = min(os.sched_getaffinity(0))
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for process in busy:
            os.sched_setaffinity(process.pid, {processor})
        wait_until(lambda: all(measure_delay(process.pid) > 0.01 for process in busy))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert measure_delay(busy[0].pid) == 0.0


def test_a_function_has_nothing_to_read():
    run = play("import sys\ndef handler(e, c):\n    return sys.stdin.read() + 'x'", {})
    assert run.first.output == "x"
    assert play("def handler(e, c):\n    input()", {}).first.error == "EOFError"
