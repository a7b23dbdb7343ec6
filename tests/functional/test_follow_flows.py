"""Runs of flows and loops that were recorded on an emulator: followed, shown, and what is left of them."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.errors import SfnorchError
from sfnorch.runs.kinds.continuous import LOOP
from sfnorch.runs.kinds.flow import FLOW, list_saved
from sfnorch.runs.kinds.job_list import list_planned
from sfnorch.runs.kinds.kind import Resumption
from sfnorch.runs.kinds.master_child import find_child, list_children, list_threads
from sfnorch.runs.run_tree import RunTree
from sfnorch.runs.stopping import StopClients, StopResult, stop_run
from tests.functional.following import follow
from tests.replay import Clock, Replay
from tests.screens import plain_tree as plain
from tests.unit.runs.events import AT, History

CONSOLE = "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details"
EXECUTION = "arn:aws:states:us-east-1:ACCOUNT:execution"

SHOWN = {
    "parameterized": (
        "parameterized",
        3,
        f"""\
flow FAILED  09s
├── generate-job-id SUCCEEDED  00s
├── python-job SUCCEEDED  02s  jr_ID
└── spark-job FAILED  07s  attempt 2  jr_ID  ValueError: the input is empty

flow: step spark-job FAILED
  ValueError: the input is empty
  Job run: jr_ID
  Logs: https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror$3FlogStreamNameFilter$3Djr_ID
  Execution: {CONSOLE}/{EXECUTION}:parameterized-flow:20261127-014156-10d306

Resume: sfnorch resume 20261127-014156-10d306 --stack-name parameterized
""",
    ),
    "parallel-map": (
        "pm2",
        3,
        f"""\
flow FAILED  00s
├── generate SUCCEEDED  00s
├── clean SUCCEEDED  00s
├── profile SUCCEEDED  00s
├── clean SUCCEEDED  00s
├── clean SUCCEEDED  00s
├── summarize FAILED  00s  ValueError: south is closed
├── summarize SUCCEEDED  00s
└── summarize SUCCEEDED  00s

flow: step summarize FAILED
  ValueError: south is closed
  Execution: {CONSOLE}/{EXECUTION}:pm2-flow:20261127-014240-e3a5f2

Resume: sfnorch resume 20261127-014240-e3a5f2 --stack-name pm2
""",
    ),
    "retry-catch": (
        "retry-catch",
        3,
        f"""\
flow FAILED  06s
├── clean SUCCEEDED  00s
├── summarize FAILED  06s  attempt 3  TransientError: the report service did not answer
└── record-failure SUCCEEDED  00s

flow: step summarize FAILED
  TransientError: the report service did not answer
  Execution: {CONSOLE}/{EXECUTION}:retry-catch-flow:20261127-014128-f518a1

Resume: sfnorch resume 20261127-014128-f518a1 --stack-name retry-catch
""",
    ),
    "loop": (
        "c",
        3,
        f"""\
loop 20261127-014324-c4454b SUCCEEDED  02s
└── ingest-2s SUCCEEDED  02s  wr_4de33506ab144b09b23b080b41695d5b
loop after-wr_4de33506ab144b09b23b080b41695d5b SUCCEEDED  02s
└── ingest-2s SUCCEEDED  02s  wr_05cb80e19dd9450eba57313b1d8a3527
loop after-wr_05cb80e19dd9450eba57313b1d8a3527 FAILED  02s
└── ingest-2s FAILED  02s  wr_827c2b5290674a778ceb835c6d6060f7  1 failed

loop after-wr_05cb80e19dd9450eba57313b1d8a3527: Glue workflow ingest-2s FAILED
  1 failed
  Workflow run: wr_827c2b5290674a778ceb835c6d6060f7
  Execution: {CONSOLE}/{EXECUTION}:c-loop:after-wr_05cb80e19dd9450eba57313b1d8a3527

Resume: sfnorch resume after-wr_05cb80e19dd9450eba57313b1d8a3527 --stack-name c
""",
    ),
    "handed-over": (
        "c",
        0,
        """\
loop 20261127-014310-80f791 SUCCEEDED  04s
└── long-ingest-7s HANDED_OVER  04s  wr_4f9998742ce346cc8bc0b0ae3b72a432
loop poll-RANDOM-wr_4f9998742ce346cc8bc0b0ae3b72a432 SUCCEEDED  03s
└── long-ingest-7s SUCCEEDED  03s  wr_4f9998742ce346cc8bc0b0ae3b72a432
""",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_run_is_shown_step_by_step(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "100")
    replay = Replay.of(name)
    stack, code, screen = SHOWN[name]
    followed = follow(replay, stack)
    assert (followed, plain(capsys.readouterr().out)) == (code, screen)


def test_a_flow_shows_what_is_to_come():
    replay = Replay.of("parameterized")
    replay.clock.sleep(0.1)
    tree = RunTree(replay.client(), [next(iter(replay.runs))], replay.clock)
    tree.poll()
    assert to_come(tree.roots[0]) == ["spark-job", "record-run"]
    replay.clock.sleep(3600)
    tree.poll()
    assert to_come(tree.roots[0]) == ["record-run"]


STEPS = ("generate-job-id", "python-job", "spark-job", "record-run")


def ended(name: str, index: int = 0) -> Any:
    """The recorded run at its end; of a loop the execution that it has come to."""
    replay = Replay.of(name)
    replay.clock.sleep(3600)
    tree = RunTree(replay.client(), [list(replay.runs)[index]], replay.clock)
    tree.poll()
    return tree.roots[-1]


def to_come(node: Any) -> list[str]:
    """What the execution has yet to run."""
    return node.record.reading.list_to_come(node.record)  # type: ignore[no-any-return]


def test_a_flow_begins_again_at_its_failed_step_with_the_variables_it_had():
    found = FLOW.resume(ended("parameterized"), STEPS)
    job, python_run = (found.input["resumeAt"]["variables"].pop(name) for name in ("job", "python_run"))
    assert found == Resumption(
        input={"who": "me", "resumeAt": {"step": "spark-job", "variables": {}}},
        jobs={"parameterized-flow": ["spark-job", "record-run"]},
    )
    assert (list(job), python_run["job"]) == (["job_id"], "job-python-param-2s")
    again = FLOW.resume(ended("parameterized", 1), STEPS)
    assert again.input["resumeAt"]["step"] == "record-run"
    assert list(again.input["resumeAt"]["variables"]) == ["job", "python_run", "spark_run"]
    assert again.input["resumeAt"]["variables"]["job"] == job
    assert again.input["who"] == "me"


def test_what_on_error_kept_of_the_step_that_failed_is_not_kept():
    found = FLOW.resume(ended("retry-catch"), ("clean", "summarize"))
    assert list(found.input["resumeAt"]["variables"]) == ["clean"]


def flow(*events: Any, variables: Any = None) -> Any:
    """A flow's execution with these further events."""
    history = History()
    history.begin({"x": 1})
    own = {"input": {"x": 1}, "resumeAt": None, "steps": ["a", "b"], "one": None, **(variables or {})}
    assigned = {name: json.dumps(value) for name, value in own.items()}
    history.add("PassStateExited", key="stateExited", name="ResolveInput", assignedVariables=assigned)
    for event in events:
        event(history)
    replay = Replay(runs={"arn:aws:states:us-east-1:1:execution:f-flow:x": _timed(history)}, clock=Clock(2e9))
    tree = RunTree(replay.client(), list(replay.runs), replay.clock)
    tree.poll()
    return tree.roots[0]


def _timed(history: History) -> Any:
    return [{**event, "timestamp": event["timestamp"].timestamp()} for event in history.events]


def enter(name: str) -> Any:
    return lambda history: history.add("TaskStateEntered", key="stateEntered", name=name, input="{}")


def end(status: str, error: str = "", cause: Any = "") -> Any:
    return lambda history: history.finish(status, error, cause)


def call(name: str, error: str = "") -> Any:
    """A step that invokes a function, whose call succeeds, fails, or goes on."""

    def written(history: History) -> None:
        enter(name)(history)
        called = {"resourceType": "lambda", "resource": "invoke"}
        history.add("TaskScheduled", key="taskScheduled", **called, parameters="{}")
        if error:
            history.add("TaskFailed", key="taskFailed", **called, error=error, cause="")

    return written


def failures(node: Any) -> list[tuple[str, str]]:
    """The causes of the flow's end: steps, or nothing for its own, and what is said of each."""
    tree = RunTree(boto3.client("stepfunctions", region_name="us-east-1"), [], Clock(0))  # type: ignore[arg-type]
    tree.roots.append(node)
    return [(failure.job.name if failure.job else "", failure.message) for failure in tree.find_failures()]


@pytest.mark.parametrize("at", [None, "a", "c"])
def test_a_flow_that_was_resumed_has_nothing_to_come_before_its_step(at: str | None):
    steps = ["a", "b", "c", "d"]
    node = flow(enter(at or "a"), variables={"steps": steps, "resumeAt": at})
    assert to_come(node) == {None: ["b", "c", "d"], "a": ["b", "c", "d"], "c": ["d"]}[at]


def test_what_a_flow_has_handled_is_no_cause_of_its_end():
    handled, cut_off = call("a", "Bad"), call("b")
    assert failures(flow(handled, cut_off, end("ABORTED", "Stopped", "enough"))) == [("b", "enough")]
    assert failures(flow(handled, enter("b"), end("TIMED_OUT"))) == [("", "TIMED_OUT")]
    assert failures(flow(handled, enter("b"), end("FAILED", "States.Runtime", "no"))) == [("", "States.Runtime: no")]
    assert failures(flow(handled, call("b", "Worse"), end("FAILED", "StepFailed", {"step": "b"}))) == [("b", "Worse")]


@pytest.mark.parametrize("name", ["child", "children", "threads", "jobs", "tasks", "steps_of"])
def test_what_a_flow_saves_is_its_own_whatever_it_is_called(name: str):
    node = flow(call("a"), end("ABORTED"), variables={name: ["x"]})
    record = node.record
    assert (list_saved(record), find_child(node, ["y"])) == ({name: ["x"]}, "")
    assert (list_planned(record), list_threads(record), list_children(record)) == (["a"], [], ())


def tried_again(history: History) -> None:
    """A statement that fails twice, its step being tried again as a whole, and once more in the next item."""
    for tries in (2, 1):
        history.add("ParallelStateEntered", key="stateEntered", name="record", input="{}")
        entered = len(history.events)
        for number in range(tries):
            history.add("ParallelStateStarted", entered)
            history.add("TaskStateEntered", key="stateEntered", name="record (execute)", input="{}")
            called = {"resourceType": "aws-sdk:redshiftdata", "resource": "executeStatement"}
            given = '{"StatementName": "record"}'
            history.add("TaskScheduled", key="taskScheduled", **called, parameters=given)
            history.add("TaskSucceeded", key="taskSucceeded", **called, output=f'{{"Id": "{tries}-{number}"}}')
            history.add("TaskStateEntered", key="stateEntered", name="record (describe)", input="{}")
            looked = {"resourceType": "aws-sdk:redshiftdata", "resource": "describeStatement"}
            history.add("TaskScheduled", key="taskScheduled", **looked, parameters="{}")
            answer = {"Id": f"{tries}-{number}", "Status": "FAILED", "Error": "locked"}
            history.add("TaskSucceeded", key="taskSucceeded", **looked, output=json.dumps(answer))


def test_a_statement_that_is_tried_again_is_one():
    node = flow(tried_again, end("FAILED", "StepFailed", {"step": "record"}))
    assert [(job.name, job.attempts, job.run_id, job.status) for job in node.record.jobs] == [
        ("record", 2, "2-1", "FAILED"),
        ("record", 1, "1-0", "FAILED"),
    ]


@pytest.mark.parametrize(
    ("node", "steps", "said"),
    [
        (flow(enter("a")), ("a", "b"), "The execution is still running"),
        (flow(enter("a"), end("SUCCEEDED")), ("a", "b"), "Nothing failed"),
        (
            flow(end("FAILED", "InvalidInput", "an object is wanted")),
            ("a", "b"),
            "It ended FAILED before any step started: InvalidInput an object is wanted",
        ),
        (
            flow(enter("a"), enter("b"), enter("ClearAlarm"), end("ABORTED")),
            ("a", "b"),
            "All of its steps have succeeded: nothing is left to run",
        ),
        (
            flow(enter("a"), enter("b"), enter("MakeOutcome"), end("FAILED", "StepFailed", {"step": "MakeOutcome"})),
            ("a", "b"),
            "All of its steps have succeeded: nothing is left to run",
        ),
        (flow(enter("a"), end("ABORTED")), ("b", "c"), "The flow no longer has a step a. Its steps are: b, c"),
        (
            flow(enter("a"), end("ABORTED"), variables={"one": "x" * 300_000}),
            ("a", "b"),
            "What its steps had saved has 300,061 bytes, and an execution's input takes 262,144",
        ),
    ],
)
def test_flows_that_are_not_resumed(node: Any, steps: tuple[str, ...], said: str):
    with pytest.raises(SfnorchError) as error:
        FLOW.resume(node, steps)
    assert error.value.message == said


def test_a_flow_that_was_cut_off_begins_again_at_the_step_it_was_at():
    found = FLOW.resume(flow(enter("a"), enter("b"), end("TIMED_OUT"), variables={"one": [1]}), ("a", "b"))
    assert found.input == {"x": 1, "resumeAt": {"step": "b", "variables": {"one": [1]}}}


@pytest.mark.parametrize("at", ["a", "handler"])
def test_a_flow_whose_handler_failed_begins_again_at_the_step_that_it_handled(at: str):
    kept = {"step": "a", "at": "a", "error": "X", "message": "broken"}
    caught = flow(
        enter("a"),
        enter("handler"),
        end("FAILED", "StepFailed", {"step": "handler", "at": at, "error": "Y", "message": "worse"}),
        variables={"one": [1], "failure": kept},
    )
    found = FLOW.resume(caught, ("a", "b"))
    assert found.input == {"x": 1, "resumeAt": {"step": "a", "variables": {"one": [1]}}}


def test_a_loop_goes_on_with_its_next_run():
    found = LOOP.resume(ended("loop"))
    assert found == Resumption(
        input={"workflow_name": "ingest-2s", "runs": 2}, jobs={"ingest-2s": []}, as_planned="starts its next run"
    )


def loop(*, begun: bool, status: str, counted: bool = False, **cause: Any) -> Any:
    history = History()
    history.begin({})
    history.assign(workflow="w", runId=None, runs=3)
    if begun:
        history.assign(runId="wr_1")
    if counted:
        history.assign(runs=4)
        enter("ClearAlarm")(history)
    if status:
        history.finish(status, "GlueWorkflowFailed" if cause else "", cause or "")
    replay = Replay(runs={"arn:aws:states:us-east-1:1:execution:l-loop:x": _timed(history)}, clock=Clock(2e9))
    tree = RunTree(replay.client(), list(replay.runs), replay.clock)
    tree.poll()
    return tree.roots[0]


@pytest.mark.parametrize(
    ("node", "given"),
    [
        (loop(begun=True, status="ABORTED"), {"workflow_name": "w", "run_id": "wr_1", "runs": 3}),
        (loop(begun=False, status="TIMED_OUT"), {"workflow_name": "w", "runs": 3}),
        (loop(begun=True, status="FAILED", error="Glue.X"), {"workflow_name": "w", "run_id": "wr_1", "runs": 3}),
        (loop(begun=True, status="FAILED", counts={"total": 1}), {"workflow_name": "w", "runs": 3}),
        (loop(begun=True, status="ABORTED", counted=True), {"workflow_name": "w", "runs": 4}),
        (loop(begun=True, status="FAILED", counted=True, error="Glue.X"), {"workflow_name": "w", "runs": 4}),
    ],
)
def test_a_loop_looks_again_at_a_run_that_was_not_seen_to_end_and_at_no_other(node: Any, given: Any):
    assert LOOP.resume(node).input == given


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (loop(begun=True, status=""), "The execution is still running"),
        (loop(begun=True, status="SUCCEEDED"), "The loop has succeeded"),
    ],
)
def test_loops_that_do_not_go_on(node: Any, said: str):
    with pytest.raises(SfnorchError) as error:
        LOOP.resume(node)
    assert error.value.message == said


def task(history: History, service: str, call: str, parameters: Any, answer: Any) -> None:
    """A task that calls the service, and its answer."""
    history.add("TaskStateEntered", key="stateEntered", name="x", input="{}")
    called = {"resourceType": f"aws-sdk:{service}", "resource": call}
    history.add("TaskScheduled", key="taskScheduled", region="us-east-1", **called, parameters=json.dumps(parameters))
    history.add("TaskSucceeded", key="taskSucceeded", **called, output=json.dumps(answer))


def test_stopping_stops_a_run_that_was_just_handed_over():
    arn = "arn:aws:states:us-east-1:123456789012:execution:l-loop:poll-1-wr_1"
    history = History()
    history.begin({"workflow_name": "w", "run_id": "wr_1", "runs": 0})
    taken = {name: json.dumps(value) for name, value in {"workflow": "w", "runId": "wr_1", "runs": 0}.items()}
    history.add("PassStateExited", key="stateExited", name="ResolveRun", assignedVariables=taken)
    history.finish("ABORTED", "Stopped")
    session = boto3.Session("x", "y", region_name="us-east-1")
    clients = {name: session.client(name) for name in ("stepfunctions", "glue")}
    stubs = {name: Stubber(client) for name, client in clients.items()}
    running = {"executionArn": arn, "stateMachineArn": "m", "status": "RUNNING", "startDate": AT}
    stubs["stepfunctions"].add_response("describe_execution", running, {"executionArn": arn})
    stubs["stepfunctions"].add_response("stop_execution", {"stopDate": AT})
    stubs["stepfunctions"].add_response("get_execution_history", {"events": history.events})
    stubs["glue"].add_response("get_workflow_run", {"Run": {"Status": "RUNNING"}}, {"Name": "w", "RunId": "wr_1"})
    stubs["glue"].add_response("stop_workflow_run", {}, {"Name": "w", "RunId": "wr_1"})
    for stub in stubs.values():
        stub.activate()
    clock: Any = Clock(0)
    stopped = stop_run(stop_clients(clients), arn, "enough", clock)
    assert stopped == StopResult(executions=(arn,), job_runs=(), workflow_runs=(("w", "wr_1"),), failed=())


def stop_clients(clients: dict[str, Any]) -> StopClients:
    return StopClients(
        stepfunctions=clients["stepfunctions"],
        glue=clients["glue"],
        create_redshift_data=lambda: clients["redshift-data"],
        create_athena=lambda: clients["athena"],
    )


def test_stopping_stops_the_workflows_run_and_the_statement_too():
    arn = "arn:aws:states:us-east-1:123456789012:execution:m:x"
    history = History()
    history.begin({})
    task(history, "glue", "startWorkflowRun", {"Name": "w"}, {"RunId": "wr_1"})
    task(history, "redshiftdata", "executeStatement", {"StatementName": "s"}, {"Id": "1-2"})
    task(history, "redshiftdata", "executeStatement", {"StatementName": "t"}, {"Id": "3-4"})
    task(history, "redshiftdata", "describeStatement", {"Id": "3-4"}, {"Id": "3-4", "Status": "FINISHED"})
    for query in ("q-1", "q-2"):
        called = {"resourceType": "athena", "resource": "startQueryExecution.sync"}
        history.add("TaskStateEntered", key="stateEntered", name=f"daily {query}", input="{}")
        history.add("TaskScheduled", key="taskScheduled", region="us-east-1", **called, parameters="{}")
        history.add("TaskSubmitted", key="taskSubmitted", **called, output=json.dumps({"QueryExecutionId": query}))
    history.finish("ABORTED", "Stopped")
    session = boto3.Session("x", "y", region_name="us-east-1")
    clients = {name: session.client(name) for name in ("stepfunctions", "glue", "redshift-data", "athena")}
    stubs = {name: Stubber(client) for name, client in clients.items()}
    running = {"executionArn": arn, "stateMachineArn": "m", "status": "RUNNING", "startDate": AT}
    stubs["stepfunctions"].add_response("describe_execution", running, {"executionArn": arn})
    stubs["stepfunctions"].add_response("stop_execution", {"stopDate": AT})
    stubs["stepfunctions"].add_response("get_execution_history", {"events": history.events})
    stubs["glue"].add_response("get_workflow_run", {"Run": {"Status": "RUNNING"}}, {"Name": "w", "RunId": "wr_1"})
    stubs["glue"].add_response("stop_workflow_run", {}, {"Name": "w", "RunId": "wr_1"})
    stubs["redshift-data"].add_response("describe_statement", {"Id": "1-2", "Status": "STARTED"}, {"Id": "1-2"})
    stubs["redshift-data"].add_response("cancel_statement", {"Status": True}, {"Id": "1-2"})
    for query, state in (("q-1", "RUNNING"), ("q-2", "SUCCEEDED")):
        answer = {"QueryExecution": {"QueryExecutionId": query, "Status": {"State": state}}}
        stubs["athena"].add_response("get_query_execution", answer, {"QueryExecutionId": query})
        if state == "RUNNING":
            stubs["athena"].add_response("stop_query_execution", {}, {"QueryExecutionId": query})
    for stub in stubs.values():
        stub.activate()
    clock: Any = Clock(0)
    stopped = stop_run(stop_clients(clients), arn, "enough", clock)
    assert stopped == StopResult(
        executions=(arn,),
        job_runs=(),
        workflow_runs=(("w", "wr_1"),),
        statements=(("s", "1-2"),),
        queries=(("daily q-1", "q-1"),),
        failed=(),
    )
    for stub in stubs.values():
        stub.assert_no_pending_responses()
