"""Parameters of runs: `run --param`, `simulate --param` and `--at`, and what the commands show of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfnorch.json_values import Json
from tests.conftest import Run
from tests.functional.test_runs import Machines, stacks  # noqa: F401 - a fixture
from tests.ministack import Account, small_template
from tests.wire import Answer, Wire, json_answer

DECLARED: list[Json] = [
    {"name": "run_date", "type": "date", "default": "yesterday", "atDeploy": "", "required": False},
    {"name": "mode", "type": "enum", "values": ["full", "delta"], "atDeploy": "", "required": True},
]
DESCRIBE = {
    "Type": "Pass",
    "Assign": {
        "run": "{% {'id': '2026-03-29-ab12cd34', 'name': $states.context.Execution.Name, "
        "'startedAt': $states.context.Execution.StartTime, 'date': '2026-03-29', 'attempt': 2, "
        "'scheduledAt': $states.input.run.scheduledAt} %}",
        "runTimeZone": "Europe/Berlin",
        "declared": DECLARED,
    },
    "Next": "CheckParameters",
}
DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "DescribeRun",
    "States": {
        "DescribeRun": DESCRIBE,
        "CheckParameters": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": "{% $states.input.params.mode = 'full' %}",
                    "Assign": {"params": "{% $states.input.params %}"},
                    "Next": "Done",
                }
            ],
            "Default": "InvalidParameters",
        },
        "InvalidParameters": {"Type": "Fail", "Error": "InvalidInput", "Cause": "mode must be full"},
        "Done": {"Type": "Succeed"},
    },
}


class MachinesWithParameters(Machines):
    """Answers for machines whose definitions declare parameters."""

    def _DescribeStateMachine(self, asked: Any) -> Answer:  # noqa: N802
        row = json.loads(super()._DescribeStateMachine(asked)[2])
        definition = json.loads(row["definition"])
        definition["States"]["DescribeRun"] = DESCRIBE
        return json_answer({**row, "definition": json.dumps(definition)})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of files with parameters, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("run_date: 2026-01-31\nmode: delta\n")
    Path("params.json").write_text('{"mode": "delta", "count": 3}')
    Path("list.yaml").write_text("- a\n")
    Path("twice.yaml").write_text("mode: a\nmode: b\n")
    Path("nan.yaml").write_text("mode: .nan\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "document"),
    [
        (["--param", "mode=full"], {"params": {"mode": "full"}}),
        (["--param", "mode=full", "--param", "run_date=today"], {"params": {"mode": "full", "run_date": "today"}}),
        (["--params", "@params.yaml"], {"params": {"run_date": "2026-01-31", "mode": "delta"}}),
        (["--params", "@params.yaml", "--param", "mode=full"], {"params": {"run_date": "2026-01-31", "mode": "full"}}),
        (
            ["--param", "mode=full", "--only", "sales", "--thread", "T2=a"],
            {
                "threads": [
                    {"threadId": "T1", "child": "orders", "skip": True},
                    {"threadId": "T2", "child": "sales", "glueJobs": ["a"]},
                ],
                "params": {"mode": "full"},
            },
        ),
        (
            ["--input", '{"params": {"mode": "full", "run_date": "today"}, "run": {"date": "2026-01-01"}}', "--param", "mode=delta"],
            {"params": {"mode": "delta", "run_date": "today"}, "run": {"date": "2026-01-01"}},
        ),
        (["--input", '{"params": {"mode": "full"}}'], {"params": {"mode": "full"}}),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("files")
def test_what_a_run_is_started_with(
    stacks: Run, wire: Wire, account: Account, arguments: list[str], document: Any  # noqa: F811
):  # fmt: skip
    machines = MachinesWithParameters(account, "clean")
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "etl", "--no-wait", *arguments)
    assert (done.code, [given for _, _, given in machines.started]) == (0, [document])


WHERE = "  set parameters with --param NAME=VALUE\n"


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ([], 1, "Error: parameter mode: required, and neither the plan nor the stack has a value\n" + WHERE),
        (
            ["--param", "mod=full", "--param", "mode=fill", "--param", "run_date=31.1.2026"],
            1,
            ("Error: unknown parameter 'mod'; did you mean mode?\n"
            "Error: parameter run_date: expected a date such as 2026-01-31, today, yesterday or month_start, got '31.1.2026'\n"
            "Error: parameter mode: expected one of full, delta, got 'fill'\n" + WHERE),
        ),
        (["--input", '{"params": {"mode": 7}}'], 1, "Error: parameter mode: expected one of full, delta, got 7\n" + WHERE),
        (["--input", '{"params": "mode"}'], 2, "Error: --input: params must be an object with the values of parameters.\n"),
        (["--param", "mode"], 2, "Error: --param mode: expected NAME=VALUE, such as run_date=2026-01-31.\n"),
        (["--param", "mode=a", "--param", "mode=b"], 2, "Error: --param: duplicate name mode.\n"),
        (["--params", "[1]"], 2, 'Error: --params: expected an object, such as {"run_date": "2026-01-31"}.\n'),
        (["--params", "@list.yaml"], 2, 'Error: --params: expected an object, such as {"run_date": "2026-01-31"}.\n'),
        (["--params", "{"], 2, "Error: --params: invalid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).\n"),
        (["--params", "@none.yaml"], 1, "Error: The parameters file none.yaml does not exist\n"),
        (["--params", "@twice.yaml"], 1, "Error: duplicate key 'mode'; the first is on line 1 (twice.yaml, line 2)\n"),
        (["--params", "@nan.yaml"], 2, "Error: --params: nan.yaml has a number that JSON does not have.\n"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("files")
def test_what_is_not_started(
    stacks: Run, wire: Wire, account: Account, arguments: list[str], code: int, error: str  # noqa: F811
):  # fmt: skip
    machines = MachinesWithParameters(account)
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "etl", *arguments)
    assert (done.code, done.out, done.err[-len(error) :], machines.started) == (code, "", error, [])


DATED = """\
pattern: master-child
name: dated
parameters:
  mode: {type: enum, values: [full, delta]}
  day: {type: date, default: yesterday}
children:
- {name: orders, jobs: [{name: extract, arguments: {--day: '{% $params.day %}', --mode: '{% $params.mode %}'}}]}
"""


def test_a_value_of_the_stack_is_one_of_the_run(run: Run, wire: Wire, account: Account):
    stack = {"StackName": "dated", "TemplateBody": small_template(DATED), "Capabilities": ["CAPABILITY_IAM"]}
    client = account.client("cloudformation")
    client.create_stack(**stack)
    client.get_waiter("stack_create_complete").wait(StackName="dated", WaiterConfig={"Delay": 0.1, "MaxAttempts": 6000})
    machines = Machines(account, "clean", "clean")
    wire.answer = machines.answer
    missing = "Error: parameter mode: required, and neither the plan nor the stack has a value\n" + WHERE
    assert run("run", "--stack-name", "dated", "--no-wait").err == missing
    assert run("run", "--stack-name", "dated", "--no-wait", "--param", "mode=full").code == 0
    client.update_stack(**stack, Parameters=[{"ParameterKey": "ModeDefault", "ParameterValue": "delta"}])
    client.get_waiter("stack_update_complete").wait(StackName="dated", WaiterConfig={"Delay": 0.1, "MaxAttempts": 6000})
    assert run("run", "--stack-name", "dated", "--no-wait").code == 0
    assert [document for _, _, document in machines.started] == [{"params": {"mode": "full"}}, {}]


def test_a_stack_whose_plan_has_no_parameters(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    machines = Machines(account)
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "etl", "--param", "mode=full")
    text = "Error: the state machine master has no parameters; declare them in the plan under `parameters`, and deploy it\n"
    assert (done.code, done.err, machines.started) == (1, text, [])


class MachinesOfARun(Machines):
    """Answers for machines that get the run and its parameters from another one."""

    def _DescribeStateMachine(self, asked: Any) -> Answer:  # noqa: N802
        row = json.loads(super()._DescribeStateMachine(asked)[2])
        definition = json.loads(row["definition"])
        definition["States"]["InvalidParameters"] = {"Type": "Fail"}
        return json_answer({**row, "definition": json.dumps(definition)})


def test_a_child_gets_its_parameters_from_the_master(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    machines = MachinesOfARun(account, "dynamic")
    wire.answer = machines.answer
    refused = (
        "Error: The state machine orders gets the run and its parameters from the main state machine\n"
        "  start that one: sfnorch run --stack-name etl --only orders\n"
    )
    for arguments in ([], ["--param", "a=b"], ["--input", '{"run": {}}'], ["--thread", "T1=a"]):
        done = stacks("run", "--stack-name", "etl", "--machine", "orders", *arguments)
        assert (done.code, done.err, machines.started) == (1, refused, [])
    given = '{"run": {"id": "x"}, "params": {"a": "b"}}'
    assert stacks("run", "--stack-name", "etl", "--machine", "orders", "--input", given, "--no-wait").code == 0
    assert [document for _, _, document in machines.started] == [json.loads(given)]


def test_each_thread_has_the_parameters(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    machines = MachinesWithParameters(account, "dynamic", "dynamic")
    wire.answer = machines.answer
    threads = ["--thread", "A=a", "--thread", "B=b", "--param", "mode=full"]
    assert stacks("run", "--stack-name", "dyn", "--name", "n", "--no-wait", *threads).code == 0
    assert [given for _, _, given in machines.started] == [
        {"threadId": "A", "glueJobs": ["a"], "params": {"mode": "full"}},
        {"threadId": "B", "glueJobs": ["b"], "params": {"mode": "full"}},
    ]


@pytest.fixture
def definition(files: Path) -> str:
    (files / "etl.asl.json").write_text(json.dumps(DEFINITION))
    return "etl.asl.json"


@pytest.mark.parametrize(
    ("at", "scheduled"),
    [
        ("2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
        ("2026-07-01T00:00Z", "2026-07-01T00:00:00Z"),
    ],
)
def test_the_scheduled_time_of_a_simulated_run(run: Run, definition: str, at: str, scheduled: str):
    done = run("simulate", definition, "--param", "mode=full", "--at", at)
    assert done.code == 0
    assert done.out.splitlines()[:4] == [
        "T+00s  etl starts",
        f"T+00s  run 2026-03-29-ab12cd34, date 2026-03-29, scheduled for {scheduled}, attempt 2",
        "T+00s  parameters: mode=full",
        "T+00s  etl SUCCEEDED",
    ]
    document = json.loads(run("simulate", definition, "--param", "mode=full", "--at", at, "--output", "json").out)
    execution = document["executions"][0]
    started = scheduled.replace("Z", ".000Z")
    assert execution["input"] == {"params": {"mode": "full"}, "run": {"scheduledAt": scheduled}}
    assert execution["params"] == {"mode": "full"}
    assert execution["run"] == {
        "id": "2026-03-29-ab12cd34",
        "date": "2026-03-29",
        "scheduledAt": scheduled,
        "startedAt": started,
        "attempt": 2,
    }


def test_a_simulated_run_with_invalid_parameters(run: Run, definition: str):
    given = '{"run": {"id": "x"}, "params": {"mode": "full", "note": "a b"}}'
    done = run(
        "simulate",
        definition,
        "--input",
        given,
        "--at",
        "2026-01-01T00:00Z",
        "--param",
        "mode=delta",
        "--output",
        "json",
    )
    (execution,) = json.loads(done.out)["executions"]
    assert (done.code, execution["error"], execution["cause"]) == (3, "InvalidInput", "mode must be full")
    assert execution["input"] == {
        "run": {"id": "x", "scheduledAt": "2026-01-01T00:00:00Z"},
        "params": {"mode": "delta", "note": "a b"},
    }
    assert (execution["run"]["id"], execution["params"]) == ("2026-03-29-ab12cd34", None)


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (
            ["--at", "2026-03-29T02:30"],
            2,
            (
                "Error: --at: 2026-03-29 02:30 does not exist in Europe/Berlin, where the clocks go from 02:00 to 03:00; "
                "a schedule skips such a time, so pass another one.\n"
            ),
        ),
        (["--at", "1969-12-31T00:00Z"], 2, "Error: --at: the year 1969 is not from 1970 to 2199.\n"),
        (
            ["--at", "tomorrow"],
            2,
            (
                "Error: Invalid value for '--at': 'tomorrow' is not a time; use a value such as 2026-03-29T03:00 or "
                "2026-03-29T01:00Z\n"
            ),
        ),
        (["--param", "mod=full"], 1, "Error: unknown parameter 'mod'; did you mean mode?\n" + WHERE),
        (
            ["--param", "mode=full", "--input", "[]"],
            2,
            "Error: --input: must be an object if the run has parameters or a scheduled time.\n",
        ),
        (
            ["--params", json.dumps({"mode": "x" * 262_130})],
            2,
            (
                "Error: --input: the input has more than 262,144 bytes, so StartExecution rejects it; store the data in "
                "Amazon S3, and pass its location.\n"
            ),
        ),
    ],
)
def test_what_is_not_simulated(run: Run, definition: str, arguments: list[str], code: int, error: str):
    done = run("simulate", definition, *arguments)
    assert (done.code, done.out, done.err[-len(error) :]) == (code, "", error)


def test_a_state_machine_without_a_run_context(run: Run, files: Path):
    (files / "wait.asl.json").write_text(
        json.dumps(
            {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Timestamp": "2026-03-29T03:30:00Z", "End": True}}}
        )
    )
    done = run("simulate", "wait.asl.json", "--at", "2026-03-29T03:00", "--output", "json")
    document = json.loads(done.out)
    (execution,) = document["executions"]
    assert (execution["input"], execution["run"], execution["params"]) == ({}, None, None)
    assert document["figures"]["seconds"] == 1_800
    none = run("simulate", "wait.asl.json", "--param", "a=b")
    text = "Error: wait has no parameters; declare them in the plan under `parameters`, and deploy it\n"
    assert (none.code, none.err) == (1, text)


def test_the_same_run_at_another_time_is_the_same(run: Run, definition: str):
    texts = [run("simulate", definition, "--param", "mode=full", "--at", at).out for at in ("2026-01-01", "2027-07-01")]
    assert [line for line in texts[0].splitlines() if "run" not in line] == [
        line for line in texts[1].splitlines() if "run" not in line
    ]
