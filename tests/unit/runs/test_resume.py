"""What a resumed run is to do, for every way in which a run can end."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.errors import SfnorchError
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.continuous import LOOP
from sfnorch.runs.kinds.job_list import JOB_LIST
from sfnorch.runs.kinds.kind import MachineKind
from sfnorch.runs.kinds.master_child import MASTER
from sfnorch.runs.node import Node
from sfnorch.runs.resume import can_resume, read_interrupted_jobs
from tests.replay import Clock
from tests.unit.runs.events import AT, History

STARTED_BY = {"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "arn:master"}
NAMES = ["orders", "sales", "stock"]


def node(history: History, machine: str = "m", children: list[Node] | None = None) -> Node:
    record = open_record()
    list(read_events(record, history.events))
    arn = f"arn:aws:states:eu-central-1:111122223333:execution:{machine}:1"
    return Node(arn=arn, record=record, children=children or [])


def child(name: str, status: str, jobs: list[str], done: int, cause: Any = "", *, named: bool = True) -> Node:
    """A child that ran so many jobs well, and one more not."""
    history = History()
    history.begin()
    history.assign(jobs=jobs, threadId="T", **({"child": name} if named else {}))
    for index, job in enumerate(jobs[: done + 1]):
        history.enter()
        history.start(job, f"jr_{index}")
        history.end("SUCCEEDED" if index < done else "FAILED", f"jr_{index}", "broke")
    history.finish(status, "GlueJobFailed" if cause else "", cause)
    return node(history, f"etl-{name}")


def refusing(name: str) -> Node:
    """A child that refused its input."""
    history = History()
    history.begin()
    history.assign(child=name)
    history.finish("FAILED", "InvalidInput", "glueJobs must be a list")
    return node(history, f"etl-{name}")


def master(children: list[Node], threads: list[Any] | None = None, status: str = "SUCCEEDED") -> Node:
    history = History()
    history.begin()
    default = [{"threadId": f"T{n}", **STARTED_BY} for n in (1, 2, 3)]
    history.assign(children=NAMES, threads=default if threads is None else threads)
    history.finish(status)
    return node(history, "etl-master", children)


def flat(remaining: list[str]) -> dict[str, Any]:
    return {"child": "x", "job": remaining[0], "remaining": remaining}


def test_children_that_failed_go_on_and_others_are_skipped():
    root = master(
        [
            child("orders", "SUCCEEDED", ["a"], 1),
            child("sales", "FAILED", ["b", "c", "d"], 1, flat(["c", "d"])),
            child("stock", "FAILED", ["e"], 0, flat(["e"])),
        ]
    )
    found = MASTER.resume(root, NAMES)
    assert found.input == {
        "threads": [
            {"threadId": "T1", "child": "orders", "skip": True},
            {"threadId": "T2", "child": "sales", "glueJobs": ["c", "d"]},
            {"threadId": "T3", "child": "stock", "glueJobs": ["e"]},
        ]
    }
    assert (found.jobs, found.skipped) == ({"sales": ["c", "d"], "stock": ["e"]}, ["orders"])


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT", "FAILED"])
@pytest.mark.parametrize("named", [True, False])
def test_a_child_that_died_without_a_word_runs_what_has_not_succeeded(status: str, named: bool):
    root = master([child("sales", status, ["b", "c", "d"], 1, named=named)], status="ABORTED")
    found = MASTER.resume(root, NAMES)
    assert found.jobs == {"orders": [], "sales": ["c", "d"], "stock": []}
    assert found.input["threads"][0] == {"threadId": "T1", "child": "orders"}


def test_a_child_that_was_never_started_gets_what_it_was_to_get():
    threads = [
        {"threadId": "A", "glueJobs": "x, y", **STARTED_BY},
        {"threadId": "B", "skip": True, **STARTED_BY},
        {"threadId": "C", **STARTED_BY},
    ]
    found = MASTER.resume(master([], threads, status="ABORTED"), NAMES)
    assert found.input["threads"] == [
        {"threadId": "A", "child": "orders", "glueJobs": "x, y"},
        {"threadId": "B", "child": "sales", "skip": True},
        {"threadId": "C", "child": "stock"},
    ]
    assert (found.jobs, found.skipped) == ({"orders": ["x", "y"], "stock": []}, ["sales"])


def test_a_child_that_ended_before_it_had_its_jobs_gets_what_it_was_to_get():
    history = History()
    history.begin()
    history.assign(child="sales")
    history.finish("ABORTED")
    threads = [
        {"threadId": "A", "skip": True, **STARTED_BY},
        {"threadId": "B", "glueJobs": ["x", "y"], **STARTED_BY},
        {"threadId": "C", "skip": True, **STARTED_BY},
    ]
    found = MASTER.resume(master([node(history, "etl-sales")], threads, status="ABORTED"), NAMES)
    assert found.input["threads"][1] == {"threadId": "B", "child": "sales", "glueJobs": ["x", "y"]}
    assert found.jobs == {"sales": ["x", "y"]}


def test_a_child_that_is_new_since_then_is_skipped():
    root = master([child("sales", "FAILED", ["b"], 0, flat(["b"]))], status="FAILED")
    found = MASTER.resume(root, [*NAMES, "new"])
    assert found.input["threads"][-1] == {"threadId": "new", "child": "new", "skip": True}
    assert found.skipped == ["new"]


@pytest.mark.parametrize("cause", ["", {"remaining": []}, {"remaining": ["(all)"]}])
def test_a_child_that_died_after_its_last_job_has_nothing_left(cause: Any):
    done = child("sales", "ABORTED", ["b"], 1, cause)
    root = master([child("orders", "FAILED", ["a"], 0, cause), done, child("stock", "SUCCEEDED", ["c"], 1)])
    found = MASTER.resume(root, NAMES)
    assert (found.jobs, found.skipped) == ({"orders": ["a"]}, ["sales", "stock"])


def test_a_child_that_is_no_more_is_taken_from_what_its_master_told():
    gone = Node(arn="arn:aws:states:eu-central-1:111122223333:execution:etl-sales:1")
    gone.record.status, gone.record.ended = "FAILED", AT
    gone.record.cause = json.dumps({"child": "sales", "remaining": ["b", "c"]})
    assert MASTER.resume(master([gone]), NAMES).jobs["sales"] == ["b", "c"]


def dynamic(status: str, jobs: list[str], done: int, cause: Any = "", **variables: Any) -> Node:
    history = History()
    history.begin()
    history.assign(jobs=jobs, **variables)
    for index, job in enumerate(jobs[: done + 1]):
        history.enter()
        history.start(job, f"jr_{index}")
        history.end("SUCCEEDED" if index < done else "FAILED", f"jr_{index}")
    history.finish(status, "GlueJobFailed" if cause else "", cause)
    return node(history, "etl-jobs")


def test_an_execution_without_children():
    found = JOB_LIST.resume(dynamic("FAILED", ["a", "b"], 1, flat(["b"]), threadId="T7"))
    assert (found.input, found.jobs) == ({"threadId": "T7", "glueJobs": ["b"]}, {"T7": ["b"]})
    found = JOB_LIST.resume(dynamic("ABORTED", ["a", "b", "c"], 1))
    assert found.input == {"glueJobs": ["b", "c"]}


@pytest.mark.parametrize(
    ("root", "children", "message", "hint"),
    [
        (master([child(name, "SUCCEEDED", ["a"], 1) for name in NAMES]), NAMES, "Nothing failed",
         "`sfnorch run` starts a new run"),
        (dynamic("SUCCEEDED", ["a"], 1), None, "Nothing failed", "`sfnorch run` starts a new run"),
        (dynamic("FAILED", [], 0), None, "It ended FAILED with no job left to run:", "`sfnorch run` starts a new run"),
        (master([child("sales", "FAILED", ["b"], 0)]), ["orders", "stock"],
         "The master no longer has a child sales. Its children are: orders, stock",
         "`sfnorch run --thread CHILD=JOBS` runs jobs in another child"),
        (master([], [{"child": "orders", "glueJobs": ["q"]}] * 3, status="FAILED"), NAMES,
         "It ended FAILED before any child started:", "`sfnorch run` starts a new run"),
        (master([], ["a", "b", "c"], status="FAILED"), NAMES,
         "It ended FAILED before any child started:", "`sfnorch run` starts a new run"),
        (master([refusing("sales")]), NAMES, "sales refused its input: glueJobs must be a list",
         "`sfnorch run` starts a new run"),
        (master([], [], status="FAILED"), NAMES, "It ended FAILED before any child started:",
         "`sfnorch run` starts a new run"),
    ],
)  # fmt: skip
def test_what_can_not_be_resumed(root: Node, children: list[str] | None, message: str, hint: str):
    with pytest.raises(SfnorchError) as raised:
        (JOB_LIST.resume(root) if children is None else MASTER.resume(root, children))
    assert (raised.value.message.strip(), raised.value.hint) == (message, hint)


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_what_was_cut_off_before_it_took_its_input_runs_with_the_same(status: str):
    history = History()
    history.begin({"glueJobs": "a, b", "threadId": "T"})
    history.finish(status)
    found = JOB_LIST.resume(node(history, "etl-jobs"))
    assert (found.input, found.jobs) == ({"glueJobs": "a, b", "threadId": "T"}, {"jobs": ["a", "b"]})
    history = History()
    history.begin({"threads": []})
    history.finish(status)
    found = MASTER.resume(node(history, "etl-master"), NAMES)
    assert (found.input, found.jobs) == ({"threads": []}, {"everything": []})


@pytest.mark.parametrize("kind", [JOB_LIST, MASTER])
def test_an_input_that_is_no_object_is_not_run_again(kind: MachineKind):
    history = History()
    history.begin(["a"])
    history.finish("ABORTED")
    with pytest.raises(SfnorchError, match="It ended ABORTED"):
        kind.resume(node(history, "etl"), NAMES)


def test_a_child_of_which_nothing_is_known():
    gone = Node(arn="arn:aws:states:eu-central-1:111122223333:execution:etl-sales:1")
    gone.record.status, gone.record.ended = "UNKNOWN", AT
    with pytest.raises(SfnorchError, match="The history of sales is deleted: it is unknown which jobs are left"):
        MASTER.resume(master([gone], status="FAILED"), NAMES)


def cut_off() -> Node:
    history = History()
    history.begin()
    history.assign(jobs=["a", "b"])
    history.enter()
    history.start("a", "jr_1")
    history.finish("ABORTED")
    return node(history, "etl-jobs")


@pytest.mark.parametrize(("state", "left"), [("SUCCEEDED", ["b"]), ("STOPPED", ["a", "b"]), ("FAILED", ["a", "b"])])
def test_glue_is_asked_of_runs_that_were_cut_off(state: str, left: list[str]):
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("glue")
    with Stubber(client) as stubber:
        run = {"JobRun": {"JobRunState": state}}
        stubber.add_response("get_job_run", run, {"JobName": "a", "RunId": "jr_1"})
        root = cut_off()
        assert read_interrupted_jobs(root, client, Clock(0)) == []
    assert JOB_LIST.resume(root).input == {"glueJobs": left}


def test_a_run_that_goes_on_is_not_run_beside():
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("glue")
    with Stubber(client) as stubber:
        stubber.add_response("get_job_run", {"JobRun": {"JobRunState": "RUNNING"}})
        with pytest.raises(SfnorchError) as raised:
            read_interrupted_jobs(cut_off(), client, Clock(0))
    assert (raised.value.message, raised.value.hint) == (
        "The run jr_1 of a is still running, though its execution has ended",
        "wait until it ends, or stop it: `sfnorch stop arn:aws:states:eu-central-1:111122223333:execution:etl-jobs:1`",
    )


def test_where_glue_does_not_tell_that_is_told():
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("glue")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_job_run", "AccessDeniedException", "not you")
        assert read_interrupted_jobs(cut_off(), client, Clock(0)) == ["it is unknown whether a succeeded: not you"]


def flow(*entered: str, status: str = "FAILED") -> Node:
    """A flow of two steps that entered these states."""
    history = History()
    history.begin()
    assigned = {name: json.dumps(value) for name, value in {"steps": ["a", "b"], "resumeAt": None}.items()}
    history.add("PassStateExited", key="stateExited", name="ResolveInput", assignedVariables=assigned)
    for name in entered:
        history.add("TaskStateEntered", key="stateEntered", name=name, input="{}")
    history.finish(status, "StepFailed")
    return node(history, "etl-flow")


def of(status: str = "FAILED", **variables: Any) -> Node:
    """An execution that ended so, with these variables."""
    history = History()
    history.begin()
    history.assign(**variables)
    history.finish(status)
    return node(history)


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (master([child("orders", "FAILED", ["a", "b"], 1), child("sales", "SUCCEEDED", ["c"], 1)]), True),
        (master([child(name, "SUCCEEDED", ["a"], 1) for name in NAMES]), False),
        (master([refusing("orders")]), False),
        (master([], threads=["T1"], status="FAILED"), False),
        (child("orders", "FAILED", ["a", "b"], 1), True),
        (child("orders", "SUCCEEDED", ["a"], 1), False),
        (refusing("orders"), False),
        (flow("a", "b"), True),
        (flow("a", "b", "MakeOutcome"), False),
        (flow(status="FAILED"), False),
        (of(tasks=["a", "b"], done=["a"]), True),
        (of(tasks=["a"], done=["a"]), False),
        (of(workflow="w", runId="wr_1", runs=0), True),
        (of("SUCCEEDED", workflow="w", runId="wr_1", runs=1), False),
        (of(), False),
        (of("ABORTED"), False),
    ],
)
def test_whether_a_run_can_be_resumed(root: Node, expected: bool):
    assert can_resume(root) is expected


def test_a_loop_goes_on_with_the_run_whose_end_it_has_not_seen():
    found = LOOP.resume(of(workflow="w", runId="wr_1", runs=3))
    assert found.input == {"workflow_name": "w", "run_id": "wr_1", "runs": 3}
    assert found.jobs == {"w": []}


def test_a_loop_between_two_runs_starts_the_next():
    found = LOOP.resume(of(workflow="w", runId=None, runs=None))
    assert (found.input, found.jobs) == ({"workflow_name": "w", "runs": 0}, {"w": []})


RUN = {"id": "r-1", "name": "n", "startedAt": "t", "scheduledAt": "s", "date": "2026-01-31", "attempt": 2}
PARAMS = {"day": "2026-01-31"}
KEPT = {"params": PARAMS, "run": {"id": "r-1", "scheduledAt": "s", "date": "2026-01-31", "attempt": 3}}


def with_run(history: History, given: Any = None) -> History:
    history.begin(given)
    history.assign(run=RUN)
    history.assign(params=PARAMS)
    return history


def test_a_resumed_master_keeps_the_run_and_the_arguments_that_its_input_had():
    one = with_run(History())
    one.assign(child="orders", threadId="T1", given=["a", "b"], jobs=["a", "b"], added=[{"--x": "1"}, {"--y": "2"}])
    for number, (job, status) in enumerate([("a", "SUCCEEDED"), ("b", "FAILED")]):
        one.enter()
        one.start(job, f"jr_{number}")
        one.end(status, f"jr_{number}")
    one.finish("FAILED", "GlueJobFailed", {"child": "orders", "remaining": ["b"]})
    whole = with_run(History())
    thread = {"threadId": "T1", "child": "orders", "glueJobs": ["a", "b"], "arguments": [{}, {}], **STARTED_BY}
    whole.assign(children=["orders"], threads=[thread])
    whole.finish("SUCCEEDED")
    found = MASTER.resume(node(whole, "etl-master", [node(one, "etl-orders")]), ["orders"])
    assert found.input == {
        "threads": [
            {
                "threadId": "T1",
                "child": "orders",
                "glueJobs": [{"name": "b", "arguments": {"--y": "2"}}],
            }
        ],
        **KEPT,
    }
    assert found.jobs == {"orders": ["b"]}


@pytest.mark.parametrize(
    ("own", "added", "given"),
    [
        ({"child": "orders"}, [{"--x": "1"}], {"glueJobs": ["b", "b"], "arguments": [{"--x": "1"}, {"--x": "1"}]}),
        ({"child": "orders"}, [], {"glueJobs": ["b", "b"]}),
        ({"child": "orders"}, [{}, {}, {"--y": "2"}], {"glueJobs": ["b", "b"], "arguments": [{}, {"--y": "2"}]}),
        ({}, [{}, {}, {"--y": "2"}], {"glueJobs": ["b", {"name": "b", "arguments": {"--y": "2"}}]}),
    ],
)
def test_a_resumed_list_of_jobs_keeps_their_arguments(own: Any, added: list[Any], given: dict[str, Any]):
    history = with_run(History())
    history.assign(**own, threadId="T1", given=["a", "b", "b"], jobs=["a", "b", "b"], added=added)
    history.enter()
    history.start("a", "jr_0")
    history.end("SUCCEEDED", "jr_0")
    history.enter()
    history.start("b", "jr_1")
    history.end("FAILED", "jr_1")
    history.finish("FAILED", "GlueJobFailed", {"remaining": ["b", "b"]})
    assert JOB_LIST.resume(node(history)).input == {
        "threadId": "T1",
        **given,
        "params": PARAMS,
        "run": {**RUN, "attempt": 3},
    }
