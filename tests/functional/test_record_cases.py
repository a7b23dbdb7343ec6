"""`sfnorch record`: what it makes of failures, refused starts, timeouts, Maps, stops and redrives in any definition."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.functional.test_record import EXECUTION, Histories, aws  # noqa: F401 - a fixture
from tests.replay import Event
from tests.unit.runs.events import History
from tests.wire import Answer, Wire, json_answer

ARN = f"{EXECUTION}:etl:x"
GLUE = {"resourceType": "glue", "resource": "startJobRun.sync"}
LAMBDA = {"resourceType": "lambda", "resource": "invoke"}
RETRY = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3, "IntervalSeconds": 1, "BackoffRate": 1.0}]


def job(name: str = "load", **more: Any) -> dict[str, Any]:
    """A Task that runs a Glue job."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": name, **more.pop("Parameters", {})},
        "End": True,
        **more,
    }


def function(**more: Any) -> dict[str, Any]:
    """A Task that calls a function, and reads its result."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "poll"},
        "OutputPath": "$.Payload",
        "End": True,
        **more,
    }


class Story(History):
    """A history with what a test needs beside runs of Glue jobs; each event is a second after the one before."""

    def begin_state(self, name: str, kind: str = "Task", before: int | None = None) -> int:
        return self.add(f"{kind}StateEntered", before, key="stateEntered", name=name, input="{}")

    def run_job(self, state: str, message: str = "", name: str = "load", **parameters: Any) -> None:
        """Runs a job: it ends in the state, with a message."""
        self.add("TaskScheduled", key="taskScheduled", **GLUE, parameters=json.dumps({"JobName": name, **parameters}))
        self.add("TaskStarted", key="taskStarted", **GLUE)
        self.add(
            "TaskSubmitted", key="taskSubmitted", **GLUE, output=json.dumps({"JobRunId": f"jr_{len(self.events)}"})
        )
        self.end(state, f"jr_{len(self.events)}", message)

    def refuse(self, error: str, name: str = "load") -> None:
        """Refuses the start of a job."""
        self.add("TaskScheduled", key="taskScheduled", **GLUE, parameters=json.dumps({"JobName": name}))
        self.add("TaskStarted", key="taskStarted", **GLUE)
        self.add("TaskSubmitFailed", key="taskSubmitFailed", **GLUE, error=error, cause="refused")

    def call(self, result: Any = None, error: str = "") -> None:
        """Calls a function."""
        self.add("TaskScheduled", key="taskScheduled", **LAMBDA, parameters='{"FunctionName": "poll"}')
        self.add("TaskStarted", key="taskStarted", **LAMBDA)
        if error:
            self.add("TaskFailed", key="taskFailed", **LAMBDA, error=error, cause="why")
        else:
            self.add("TaskSucceeded", key="taskSucceeded", **LAMBDA, output=json.dumps({"Payload": result}))

    def leave(self, name: str) -> None:
        self.add("TaskStateExited", key="stateExited", name=name, output="{}")


class Told(Histories):
    """Answers for histories that a test has written, and for the child executions of a Map Run."""

    def __init__(self, **stories: History) -> None:
        super().__init__()
        self.runs = {f"{EXECUTION}:{name.replace('__', '/')}:x": as_answered(story) for name, story in stories.items()}
        self.children: list[str] = []

    def _ListExecutions(self, _: Any) -> Answer:  # noqa: N802
        rows = [
            {"executionArn": arn, "stateMachineArn": "x", "name": "x", "status": "FAILED", "startDate": index}
            for index, arn in enumerate(self.children)
        ]
        return json_answer({"executions": rows[::-1]})

    def _DescribeMapRun(self, _: Any) -> Answer:  # noqa: N802
        counts = dict.fromkeys(
            ("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten"), 0
        )
        row = {"mapRunArn": "x", "executionArn": ARN, "status": "SUCCEEDED", "startDate": 0, "maxConcurrency": 1,
               "toleratedFailurePercentage": 0, "toleratedFailureCount": 0, "itemCounts": counts,
               "executionCounts": counts}  # fmt: skip
        return json_answer(row)


def as_answered(story: History) -> list[Event]:
    return [{**event, "timestamp": event["timestamp"].timestamp()} for event in story.events]


def record(run: Run, wire: Wire, states: dict[str, Any], told: Told, *, code: int = 0) -> str:
    """The part of the scenario after its time; it passes as a test unless `code` is 1."""
    definition = {"StartAt": next(iter(states)), "States": states}
    Path("etl.asl.json").write_text(json.dumps(definition))
    wire.answer = told.answer
    done = run("record", ARN, "--template", "etl.asl.json", "-o", "x.sfntest.yaml")
    assert (done.code, done.out) == (0, ""), done.err
    tested = run("test", "x.sfntest.yaml")
    text = Path("x.sfntest.yaml").read_text()
    assert tested.code == code, text + tested.out
    return text.partition("    at: '2026-01-01T00:00:01Z'\n")[2]


def test_refused_starts_and_failures_before_a_success(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin({"token": "abc"})
    story.begin_state("Load")
    story.refuse("Glue.AWSGlueException")
    story.refuse("Glue.ConcurrentRunsExceededException")
    story.run_job("FAILED", "No space left")
    story.run_job("SUCCEEDED")
    story.finish("SUCCEEDED", output={})
    assert (
        record(run, aws, {"Load": job(Retry=RETRY)}, Told(etl=story))
        == """\
    given:
      failures:
        load:
          times: 1
          message: No space left
      durations:
        load: 3s
      throttles:
        # Refused with Glue.ConcurrentRunsExceededException.
        load: 2
    expect:
      status: SUCCEEDED
      jobs:
        ran:
          - load
        order:
          - load
          - load
        runs:
          load:
            count: 2
"""
    )
    assert "    input:\n      token: SECRET-1\n" in Path("x.sfntest.yaml").read_text()


def test_a_task_that_gives_up_has_its_own_error(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    story.begin_state("Load")
    story.refuse("Glue.ConcurrentRunsExceededException")
    story.finish("FAILED", "Glue.ConcurrentRunsExceededException", "refused")
    assert (
        record(run, aws, {"Load": job()}, Told(etl=story))
        == """\
    given:
      mocks:
        Load:
          Throw:
            Error: Glue.ConcurrentRunsExceededException
            Cause: refused
    expect:
      status: FAILED
      error: Glue.ConcurrentRunsExceededException
      executions:
        etl:
          failed_at: Load
"""
    )


def test_a_job_that_does_not_exist(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    story.begin_state("Load")
    story.refuse("Glue.EntityNotFoundException")
    story.finish("FAILED", "Glue.EntityNotFoundException", "refused")
    assert (
        record(run, aws, {"Load": job()}, Told(etl=story))
        == """\
    given:
      unknown_jobs:
        - load
    expect:
      status: FAILED
      error: Glue.EntityNotFoundException
      executions:
        etl:
          failed_at: Load
      jobs:
        ran: []
"""
    )


def test_runs_that_failed_after_a_success_are_mocks_by_attempt(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    for name, state in (("First", "SUCCEEDED"), ("Second", "STOPPED")):
        story.begin_state(name)
        story.run_job(state, "stopped" if state == "STOPPED" else "")
        if state == "SUCCEEDED":
            story.leave(name)
    story.finish("FAILED", "States.TaskFailed", "x")
    states = {"First": job(Next="Second"), "Second": job()}
    del states["First"]["End"]
    assert (
        record(run, aws, states, Told(etl=story))
        == """\
    given:
      mocks:
        First:
          Return:
            Id: jr_5
            JobRunState: SUCCEEDED
        Second:
          Throw:
            Error: States.TaskFailed
            Cause: '{"Id": "jr_12", "JobRunState": "STOPPED", "ErrorMessage": "stopped"}'
    expect:
      status: FAILED
      error: States.TaskFailed
      executions:
        etl:
          failed_at: Second
"""
    )


def test_runs_with_several_durations_have_the_mean(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    story.begin_state("Load")
    story.run_job("FAILED", "x")
    story.run_job("FAILED", "y")
    story.events[-1]["timestamp"] += timedelta(seconds=120)
    story.finish("FAILED", "States.TaskFailed", "x")
    assert (
        record(run, aws, {"Load": job(Retry=[{**RETRY[0], "MaxAttempts": 1}])}, Told(etl=story))
        == """\
    given:
      failures:
        load:
          message: y
      durations:
        # The mean of 2 runs: 3s, 2m3s.
        load: 1m3s
    expect:
      status: FAILED
      error: States.TaskFailed
      executions:
        etl:
          failed_at: Load
      jobs:
        ran:
          - load
        order:
          - load
          - load
        runs:
          load:
            count: 2
            status: FAILED
"""
    )


def test_timeouts_of_the_job_and_of_the_task(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    story.begin_state("Load")
    story.run_job("TIMEOUT", Timeout=1)
    story.events[-1]["timestamp"] += timedelta(seconds=59)
    story.begin_state("Wait")
    story.add("TaskScheduled", key="taskScheduled", **GLUE, parameters='{"JobName": "slow"}')
    story.add("TaskSubmitted", key="taskSubmitted", **GLUE, output='{"JobRunId": "jr_1"}')
    story.add("TaskTimedOut", key="taskTimedOut", **GLUE, error="States.Timeout")
    story.finish("FAILED", "States.Timeout")
    caught = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Wait"}]}
    states = {"Load": job(Parameters={"Timeout": 1}, **caught), "Wait": job("slow", TimeoutSeconds=30)}
    assert (
        record(run, aws, states, Told(etl=story))
        == """\
    given:
      durations:
        load: 2m2s
        slow: 1m2s
    expect:
      status: FAILED
      error: States.Timeout
      executions:
        etl:
          failed_at: Load
      jobs:
        ran:
          - load
          - slow
        runs:
          load:
            status: TIMEOUT
"""
    )


def test_an_execution_that_was_stopped(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    story.begin_state("Load")
    story.add("TaskScheduled", key="taskScheduled", **GLUE, parameters='{"JobName": "load"}')
    story.add("TaskSubmitted", key="taskSubmitted", **GLUE, output='{"JobRunId": "jr_1"}')
    story.events[-1]["timestamp"] += timedelta(seconds=600)
    story.finish("ABORTED", "Stopped")
    story.events[-1]["timestamp"] += timedelta(seconds=700)
    assert (
        record(run, aws, {"Load": job()}, Told(etl=story))
        == """\
    given:
      durations:
        load: 12m42s
      stop_after: 11m44s
    expect:
      status: ABORTED
      jobs:
        ran:
          - load
"""
    )


def test_a_function_that_is_polled(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    for result in ({"done": False}, {"done": False}, {"done": True}):
        story.begin_state("Poll")
        story.call(result)
        story.leave("Poll")
    story.finish("SUCCEEDED", output={})
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Done"}],
        "Default": "Poll",
    }
    states = {"Poll": {**function(), "Next": "Check"}, "Check": choice, "Done": {"Type": "Succeed"}}
    del states["Poll"]["End"]
    assert (
        record(run, aws, states, Told(etl=story))
        == """\
    given:
      mocks:
        Poll:
          0-1:
            Return:
              Payload:
                done: false
          '2':
            Return:
              Payload:
                done: true
    expect:
      status: SUCCEEDED
"""
    )


def test_the_items_of_a_map_run(run: Run, aws: Wire):  # noqa: F811
    parent = Story()
    parent.begin({"tables": [{"table": "orders"}, {"table": "prices"}, {"table": "returns"}]})
    parent.begin_state("Each", "Map")
    parent.add("MapStateStarted", key="mapStateStarted", length=3)
    parent.add("MapRunStarted", key="mapRunStarted", mapRunArn="arn:map")
    parent.add("MapRunSucceeded")
    parent.add("MapStateSucceeded")
    parent.leave("Each")
    parent.finish("SUCCEEDED", output={})
    stories = {"etl": parent}
    for table in ("orders", "prices", "returns"):
        item = Story()
        item.begin({"table": table})
        item.begin_state("Load")
        item.run_job("FAILED" if table == "prices" else "SUCCEEDED", "no space" if table == "prices" else "")
        if table == "prices":
            item.finish("FAILED", "States.TaskFailed", "x")
        else:
            item.finish("SUCCEEDED", output={})
        stories[f"etl__{table}"] = item
    told = Told(**stories)
    told.runs = {
        arn.replace("etl/", "etl/Each:").removesuffix(":x") if "/" in arn else arn: events
        for arn, events in told.runs.items()
    }
    told.children = [arn for arn in told.runs if "/" in arn]
    states = {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.tables",
            "ToleratedFailurePercentage": 100,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Load",
                "States": {"Load": job()},
            },
            "End": True,
        }
    }
    assert (
        record(run, aws, states, told)
        == """\
    given:
      durations:
        load: 3s
      concurrent_runs:
        # 2 runs overlapped.
        load: 2
      mocks:
        Each[1]/Load:
          Throw:
            Error: States.TaskFailed
            Cause: '{"Id": "jr_5", "JobRunState": "FAILED", "ErrorMessage": "no space"}'
    expect:
      status: SUCCEEDED
      executions:
        etl/Each:
          count: 3
      jobs:
        ran:
          - load
        runs:
          load:
            count: 2
"""
    )


def test_a_map_run_with_too_many_items_and_a_redrive(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin([1, 2])
    story.begin_state("Each", "Map")
    story.add("MapStateStarted", key="mapStateStarted", length=2)
    story.add("MapRunStarted", key="mapRunStarted", mapRunArn="arn:map")
    story.add("MapRunFailed", key="mapRunFailed", error="States.ItemReaderFailed")
    story.finish("FAILED", "States.ItemReaderFailed", "x")
    story.add("ExecutionRedriven", key="executionRedriven", redriveCount=1)
    story.finish("SUCCEEDED", output={})
    told = Told(etl=story)
    told.children = [f"{EXECUTION}:etl/Each:{number}" for number in range(101)]
    states = {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Pass",
                "States": {"Pass": {"Type": "Pass", "End": True}},
            },
            "End": True,
        }
    }
    record(run, aws, states, told, code=1)
    assert (
        Path("x.sfntest.yaml").read_text()
        == """\
# Recorded by sfnorch record from the execution x of etl.
# It started at 2026-01-01 00:00:01 UTC and ended FAILED after 5s: States.ItemReaderFailed.
# Placeholders replace 1 account ID.
# It does not reproduce:
# - the redrive of etl: this is what happened before it
# - the items of Each in etl, which are more than 100: add mocks or objects

target:
  template: etl.asl.json

scenarios:
  - name: 'x: Each fails in etl'
    input:
      - 1
      - 2
    at: '2026-01-01T00:00:01Z'
    expect:
      status: FAILED
      error: States.ItemReaderFailed
      executions:
        etl:
          failed_at: Each
"""
    )


def test_functions_and_state_machines_whose_results_nothing_reads(run: Run, aws: Wire):  # noqa: F811
    story = Story()
    story.begin()
    story.begin_state("Call")
    story.call({"big": "result"})
    story.leave("Call")
    story.begin_state("Start")
    start = {"resourceType": "states", "resource": "startExecution.sync:2"}
    other = "arn:aws:states:us-east-1:000000000000:stateMachine:other"
    story.add("TaskScheduled", key="taskScheduled", **start, parameters=json.dumps({"StateMachineArn": other}))
    story.add(
        "TaskSubmitted", key="taskSubmitted", **start, output=json.dumps({"ExecutionArn": f"{EXECUTION}:other:y"})
    )
    story.events[-1]["timestamp"] += timedelta(seconds=600)
    story.add("TaskSucceeded", key="taskSucceeded", **start, output="{}")
    story.events[-1]["timestamp"] += timedelta(seconds=600)
    story.finish("SUCCEEDED", output={})
    story.events[-1]["timestamp"] += timedelta(seconds=600)
    other_story = Story()
    other_story.begin()
    other_story.finish("SUCCEEDED", output={})
    told = Told(etl=story, other=other_story)
    told.runs[f"{EXECUTION}:other:y"] = told.runs.pop(f"{EXECUTION}:other:x")
    states = {
        "Call": {**function(), "ResultPath": None, "Next": "Start"},
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": other.replace("000000000000", "123456789012")},
            "ResultPath": None,
            "End": True,
        },
    }
    del states["Call"]["End"], states["Call"]["OutputPath"]
    assert (
        record(run, aws, states, told)
        == """\
    given:
      durations:
        poll: 2s
        other: 10m2s
    expect:
      status: SUCCEEDED
      jobs:
        ran:
          - poll
          - other
        order:
          - poll
          - other
"""
    )


def test_results_that_differ_in_executions_of_one_state_machine(run: Run, aws: Wire):  # noqa: F811
    start = {"resourceType": "states", "resource": "startExecution.sync:2"}
    machine = "arn:aws:states:us-east-1:000000000000:stateMachine:etl"
    parent = Story()
    parent.begin({"again": True})
    parent.begin_state("Call")
    parent.call({"n": 1})
    parent.leave("Call")
    parent.begin_state("Again")
    parent.add("TaskScheduled", key="taskScheduled", **start, parameters=json.dumps({"StateMachineArn": machine}))
    parent.add("TaskSubmitted", key="taskSubmitted", **start, output=json.dumps({"ExecutionArn": f"{EXECUTION}:etl:y"}))
    parent.add("TaskSucceeded", key="taskSucceeded", **start, output="{}")
    parent.finish("SUCCEEDED", output={})
    child = Story()
    child.begin({})
    child.begin_state("Call")
    child.call({"n": 2})
    child.finish("SUCCEEDED", output={})
    told = Told(etl=parent, child=child)
    told.runs[f"{EXECUTION}:etl:y"] = told.runs.pop(f"{EXECUTION}:child:x")
    again = {"Variable": "$$.Execution.Input.again", "IsPresent": True, "Next": "Again"}
    states = {
        "Call": {**function(), "Next": "Check"},
        "Check": {"Type": "Choice", "Choices": [again], "Default": "Done"},
        "Again": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": machine.replace("000000000000", "123456789012"), "Input": {}},
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    }
    del states["Call"]["End"]
    assert (
        record(run, aws, states, told)
        == """\
    given:
      mocks:
        Call:
          Return:
            Payload:
              n: 1
    expect:
      status: SUCCEEDED
      executions:
        etl:
          status: SUCCEEDED
          count: 2
"""
    )
    told_lines = Path("x.sfntest.yaml").read_text().splitlines()[3:5]
    assert told_lines == [
        "# It does not reproduce:",
        "# - the results of Call, which differ in 2 executions: the mock has those of the first",
    ]
