"""`sfnorch backfill`, whole: a stack in an emulator, and backfills that the simulator runs as Step Functions would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Execution
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment
from tests.backfills import BEGIN, backfill, events_of, parts_of, runs_of
from tests.conftest import Outcome, Run
from tests.ministack import REGION, Account, small_template
from tests.screens import plain
from tests.wire import Answer, Wire, json_answer, json_error

PLAN = """\
pattern: flow
name: etl
backfill: true
parameters:
  day: {type: date, default: today}
  mode: {type: string, default: x}
steps:
- {name: first, glue_job: a}
"""
JANUARY = ("--from", "2026-01-01", "--to", "2026-01-04")
ON = ("--stack-name", "etl")


class Backfills:
    """Answers of Step Functions: a backfill that is started is simulated at once, unless it stays `running`."""

    def __init__(self, account: Account, plan: str = PLAN) -> None:
        self.account = account
        where = StackEnvironment(region=REGION, account=account.number, stack_name="etl", region_is_given=True)
        text = render_template(build_workflow(parse_plan(plan)), "sam")
        self.template = evaluate_template(parse_template(text, "t.yaml"), None, where)
        self.executions: list[Execution] = []
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.started: list[tuple[str, Any]] = []
        self.faults: list[Fault] = []
        self.until: float | None = None
        """When the simulation of the next backfill stops: it is told as running."""

    def answer(self, operation: str, body: bytes) -> Answer | None:
        handler = getattr(self, f"_{operation}", None)
        return handler(json.loads(body)) if handler else None

    def end(self) -> None:
        """Makes the answers name all running executions as stopped."""
        for each in self.executions:
            each.status = "ABORTED" if each.status == "RUNNING" else each.status

    def _StartExecution(self, asked: Any) -> Answer:  # noqa: N802
        if any(each.name == asked["name"] for each in self.executions):
            return json_error("ExecutionAlreadyExists", "Execution Already Exists")
        given = json.loads(asked["input"])
        self.started.append((asked["name"], given))
        run = backfill(self.template, given, Behaviour(faults=self.faults), until=self.until)
        simulated = run.first.name
        for each in parts_of(run):
            events = json.dumps(events_of(run, each)).replace(simulated, asked["name"])
            each.arn = each.arn.replace(simulated, asked["name"])
            each.name = each.name.replace(simulated, asked["name"])
            self.events[each.arn] = json.loads(events)
        self.executions += [*parts_of(run), *runs_of(run)]
        return json_answer({"executionArn": run.first.arn, "startDate": BEGIN.timestamp()})

    def _ListExecutions(self, asked: Any) -> Answer:  # noqa: N802
        rows = [self._row(each) for each in self.executions[::-1] if each.machine == asked["stateMachineArn"]]
        return json_answer({"executions": rows})

    def _DescribeExecution(self, asked: Any) -> Answer:  # noqa: N802
        found = next(each for each in self.executions if each.arn == asked["executionArn"])
        more = {"input": json.dumps(found.input), "output": json.dumps(found.output)}
        return json_answer({**self._row(found), **more})

    def _GetExecutionHistory(self, asked: Any) -> Answer:  # noqa: N802
        events = self.events[asked["executionArn"]]
        return json_answer({"events": events[::-1] if asked.get("reverseOrder") else events})

    def _row(self, each: Execution) -> dict[str, Any]:
        row: dict[str, Any] = {"executionArn": each.arn, "stateMachineArn": each.machine, "name": each.name}
        row |= {"status": each.status, "startDate": BEGIN.timestamp() + each.started}
        return row if each.ended is None else {**row, "stopDate": BEGIN.timestamp() + each.ended}


@pytest.fixture
def stack(run: Run, account: Account) -> Run:
    """A stack `etl` in an empty account."""
    client = account.client("cloudformation")
    client.create_stack(StackName="etl", TemplateBody=small_template(PLAN), Capabilities=["CAPABILITY_IAM"])
    client.get_waiter("stack_create_complete").wait(StackName="etl", WaiterConfig={"Delay": 0.1, "MaxAttempts": 6000})

    def command(name: str, *arguments: str) -> Outcome:
        done = run(name, *arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return command


@pytest.fixture
def backfills(account: Account, wire: Wire) -> Backfills:
    """What answers for Step Functions."""
    found = Backfills(account)
    wire.answer = found.answer
    return found


@pytest.mark.smoke
def test_a_backfill_that_fails_and_is_continued(stack: Run, backfills: Backfills):
    backfills.faults = [Fault("a", 1)]
    done = stack("backfill", *ON, *JANUARY, "--parallel", "2")
    assert done.code == 3
    (name, given), *_ = backfills.started
    key = given["key"]
    command = f"sfnorch backfill {' '.join(JANUARY)} --parallel 2 --stack-name etl"
    assert name == f"{key}-1"
    assert given == {
        "dates": ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
        "key": key,
        "param": "day",
        "params": {},
        "input": {},
        "parallel": 2,
        "stopOnFailure": False,
        "command": command,
    }
    assert done.err.splitlines()[0] == "4 dates for the parameter day."
    assert "2026-01-01  FAILED  first  StepFailed: broke" in done.err
    table = [line.split() for line in done.out.splitlines()[1:5]]
    assert table[0] == ["2026-01-01", "FAILED", "1", "05m", "first", "StepFailed:", "broke"]
    assert [row[:4] for row in table[1:]] == [[f"2026-01-0{n}", "SUCCEEDED", "1", "05m"] for n in (2, 3, 4)]
    assert f"etl-flow:2026-01-01-{key}-1\n" in done.out
    assert done.out.splitlines()[-2:] == ["3 of 4 dates succeeded, 1 failed.", f"Continue: {command}"]

    backfills.faults = []
    again = stack("backfill", *ON, *JANUARY)
    assert (again.code, again.err.splitlines()[0]) == (0, "4 dates for the parameter day: 3 succeeded before, 1 rerun.")
    (name, given) = backfills.started[-1]
    assert (name, given["dates"], given["attempts"]) == (f"{key}-2", ["2026-01-01"], {"2026-01-01": 2})
    assert again.out.splitlines()[-1] == "4 of 4 dates succeeded."

    third = stack("backfill", *ON, *JANUARY, "--output", "json")
    document = json.loads(third.out)
    assert (third.code, document["execution"], document["succeeded"]) == (0, None, 4)
    assert [(row["attempt"], row["status"]) for row in document["dates"]] == [(2, "SUCCEEDED")] + [(1, "SUCCEEDED")] * 3
    assert len(backfills.started) == 2

    longer = stack("backfill", *ON, "--from", "2026-01-03", "--to", "2026-01-06", "--no-wait")
    assert longer.code == 0
    assert backfills.started[-1][1]["dates"] == ["2026-01-05", "2026-01-06"]
    other = stack("backfill", *ON, *JANUARY, "--param", "mode=y", "--no-wait", "--output", "json")
    assert (other.code, backfills.started[-1][1]["params"]) == (0, {"mode": "y"})
    assert json.loads(other.out)["key"] != key
    assert len(backfills.started[-1][1]["dates"]) == 4


def test_a_backfill_that_is_running_is_followed(stack: Run, backfills: Backfills):
    backfills.until = 400.0
    started = stack("backfill", *ON, *JANUARY, "--no-wait")
    (arn,) = started.out.splitlines()
    assert arn.endswith(f"execution:etl-backfill:{backfills.started[0][0]}")
    command = f"sfnorch backfill {' '.join(JANUARY)} --stack-name etl"
    assert started.err.splitlines() == ["4 dates for the parameter day.", f"To follow it, run `{command}`."]

    followed = stack("backfill", *ON, *JANUARY, "--timeout", "0s", "--output", "json")
    assert (followed.code, len(backfills.started)) == (1, 1)
    document = json.loads(followed.out)
    assert (document["execution"], document["status"]) == (arn, "RUNNING")
    statuses = [row["status"] for row in document["dates"]]
    assert statuses == ["SUCCEEDED", "RUNNING", "PENDING", "PENDING"]
    assert f"follow it with `{command}`, or stop it with `sfnorch stop {arn}`" in followed.err

    done = stack("backfill", *ON, "--from", "2026-01-01", "--to", "2026-01-01")
    assert (done.code, done.err, done.out.splitlines()[-1]) == (
        0,
        "1 date for the parameter day: 1 succeeded before.\n",
        "1 of 1 date succeeded.",
    )

    wider = stack("backfill", *ON, "--from", "2026-01-01", "--to", "2026-01-09")
    assert (wider.code, len(backfills.started)) == (1, 1)
    assert "A backfill of the same runs is running without 2026-01-05 and 4 more of these dates" in wider.err
    assert f"`sfnorch stop {arn}`" in wider.err

    backfills.end()
    backfills.until = None
    resumed = stack("backfill", *ON, *JANUARY)
    assert (resumed.code, resumed.err.splitlines()[0]) == (
        0,
        "4 dates for the parameter day: 1 succeeded before, 1 rerun.",
    )
    given = backfills.started[-1][1]
    assert (given["dates"], given["attempts"]) == (["2026-01-02", "2026-01-03", "2026-01-04"], {"2026-01-02": 2})


def test_runs_that_are_still_running_are_joined(stack: Run, backfills: Backfills):
    backfills.until = 400.0
    stack("backfill", *ON, *JANUARY, "--no-wait")
    for each in backfills.executions:
        if each.title == "backfill":
            each.status = "ABORTED"
    backfills.until = None
    joined = stack("backfill", *ON, *JANUARY, "--no-wait")
    assert joined.err.splitlines()[0] == "4 dates for the parameter day: 1 succeeded before, 1 already running."
    given = backfills.started[-1][1]
    assert (given["dates"][0], "attempts" in given) == ("2026-01-02", False)


@pytest.mark.slow
def test_a_long_backfill_is_followed_through_its_executions(stack: Run, backfills: Backfills):
    done = stack("backfill", *ON, "--from", "2025-01-01", "--to", "2025-12-31", "--parallel", "40")
    assert (done.code, done.out.splitlines()[-1]) == (0, "365 of 365 dates succeeded.")
    assert [each.name for each in backfills.executions if each.title == "backfill"] == [
        backfills.started[0][0],
        f"{backfills.started[0][0]}-2",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--from", "2026-02-30", "--to", "2026-03-01"], 2, "'2026-02-30' is not a date; use YYYY-MM-DD"),
        (["--from", "2026-02-02", "--to", "2026-02-01"], 2, "--to: 2026-02-01 is before 2026-02-02."),
        (["--from", "1900-01-01", "--to", "2026-02-01"], 2, "--to: more than 5,000 dates from 1900-01-01"),
        ([*JANUARY, "--every", "1h"], 2, "'1h' is not a step; use a number of days, weeks or months"),
        ([*JANUARY, "--parallel", "41"], 2, "41 is not in the range 1<=x<=40"),
        ([*JANUARY, "--param", "dya"], 2, "--param: unknown parameter 'dya'; did you mean day?"),
        ([*JANUARY, "--param", "mdoe=y"], 2, "--param: unknown parameter 'mdoe'; did you mean mode?"),
        ([*JANUARY, "--param", "day", "--param", "mode"], 2, "--param: day and mode cannot both get the date."),
        ([*JANUARY, "--param", "day", "--param", "day=2026-01-01"], 2, "cannot get both the date and a fixed value"),
        ([*JANUARY, "--param", "=x"], 2, "--param: '=x' is not NAME or NAME=VALUE."),
        ([*JANUARY, "--only", "orders"], 2, "--only: the state machine flow has no children."),
    ],
)
def test_wrong_usage_starts_nothing(stack: Run, backfills: Backfills, arguments: list[str], code: int, message: str):
    done = stack("backfill", *ON, *arguments)
    assert (done.code, backfills.started) == (code, [])
    assert message in " ".join(done.err.split())


def test_a_stack_without_a_state_machine_for_backfills(run: Run, account: Account):
    client = account.client("cloudformation")
    plan = PLAN.replace("backfill: true\n", "")
    client.create_stack(StackName="etl", TemplateBody=small_template(plan), Capabilities=["CAPABILITY_IAM"])
    client.get_waiter("stack_create_complete").wait(StackName="etl", WaiterConfig={"Delay": 0.1, "MaxAttempts": 6000})
    done = run("backfill", *ON, *JANUARY)
    assert done.code == 1
    assert "The stack etl has no state machine for backfills" in done.err
    assert "set `backfill: true` in the plan, and deploy it" in done.err


def test_a_simulated_backfill(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    done = run("simulate", "--backfill", *JANUARY, "--fail", "a:1", "--duration", "a=10m")
    assert done.code == 3
    rows = [line.split() for line in done.out.splitlines()[1:5]]
    assert rows[0][:4] == ["2026-01-01", "T+00s", "10m", "FAILED"]
    assert rows[3][:4] == ["2026-01-04", "T+30m", "10m", "SUCCEEDED"]
    assert "4 run, 1 of them failed" in done.out
    assert f". Continue with: sfnorch backfill {' '.join(JANUARY)} --stack-name " in done.out
    assert (
        "--second-run is not supported with a backfill"
        in run("simulate", "--backfill", *JANUARY, "--second-run", "1m").err
    )
    assert "wall time          40m" in done.out
    at_once = ("--parallel", "4", "--concurrent-runs", "a=4")
    assert "wall time          05m" in run("simulate", "--backfill", *JANUARY, *at_once).out
    assert "expected JOB=NUMBER" in run("simulate", "--concurrent-runs", "a:4").err
    assert "unknown job 'aa'; did you mean a?" in run("simulate", "--concurrent-runs", "aa=4").err
    stopped = run("simulate", "--backfill", *JANUARY, "--fail", "a:1", "--stop-on-failure", "--output", "json")
    document = json.loads(stopped.out)
    assert [each["machine"].rpartition("-")[2] for each in document["executions"]] == ["backfill", "flow"]
    assert run("simulate", "--backfill", *JANUARY, "--param", "mode=y").code == 0
    assert "--from, --to and --stop-on-failure require --backfill" in run("simulate", "--from", "2026-01-01").err
    assert "--backfill requires --from and --to" in run("simulate", "--backfill", "--to", "2026-01-01").err
    Path("sfnorch.yaml").write_text(PLAN.replace("backfill: true\n", ""))
    assert "no state machine for backfills found" in run("simulate", "--backfill", *JANUARY).err
