"""What `protocol` says of a state machine is what the patterns build, and no other module repeats it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import sfnorch
from sfnorch.asl import serialize_graph
from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol import backfill, continuous, dag, dynamic, flow, job_list, master_child, run_context
from sfnorch.protocol.mark import Mark
from sfnorch.protocol.states import SharedState, list_names
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

SOURCE = Path(sfnorch.__file__).parent

PLANS: dict[str, list[dict[str, Any]]] = {
    "master-child": [
        {"children": [{"name": "orders", "jobs": ["a", {"name": "b", "retries": 2}]}], "notify": "always"},
        {"children": [{"name": "orders", "jobs": ["a"]}], "on_child_failure": "fail"},
    ],
    "dynamic": [{"jobs": [{"name": "a", "retries": 2}]}, {"jobs": ["a"], "continue_on_failure": True}],
    "dag": [
        {
            "notify": "always",
            "on_task_failure": "fail",
            "tasks": [
                {"name": "a", "glue_job": "a"},
                {"name": "b", "lambda": "b", "needs": ["a"]},
                {"name": "c", "state_machine": "c", "needs": ["b"]},
            ],
        }
    ],
    "continuous": [{"workflow": "w", "notify": "always", "pause": "1m"}],
    "flow": [{"notify": "always", "steps": [{"name": "a", "glue_job": "a", "save_as": "a"}]}],
    "backfill": [
        {"pattern": "flow", "backfill": True, "notify": "always", "steps": [{"name": "a", "glue_job": "a"}]},
    ],
}
"""Plans whose state machines have every state that does not belong to a job, a task or a step."""

MARKS = {
    "a master of children": master_child.MARK,
    "a job list": job_list.MARK,
    "a master of tasks": dag.MARK,
    "a task": dag.TASK_MARK,
    "a loop": continuous.MARK,
    "a flow": flow.MARK,
    "a backfill": backfill.MARK,
}

STATES: dict[str, tuple[type, ...]] = {
    "master-child": (job_list.JobListState, master_child.MasterState, master_child.ChildState, SharedState),
    "dynamic": (job_list.JobListState, dynamic.DynamicState, SharedState),
    "dag": (dag.DagState, dag.TaskState, SharedState),
    "continuous": (continuous.LoopState, SharedState),
    "flow": (flow.FlowState, SharedState),
    "backfill": (backfill.BackfillState, flow.FlowState, run_context.RunState, SharedState),
}

NOT_WRITTEN = {
    "master-child": {"KeepFailure"},
    "dynamic": {"NotifyFailure", "NotifySuccess"},
    "dag": set(),
    "continuous": set(),
    "flow": set(),
    "backfill": {"MakeOutcome"},
}
"""Names that patterns share, and that this pattern does not use."""

_NUMBERED = re.compile(r"(RunJobAgain|CheckChild|RunChild|EndChild)\d+|.* \(.*\)")
_OF_CALLS = {"StartOrJoin", "LookUp", "StillRuns", "WaitForEnd", "Joined"}
"""The states of the call in `integrations/joined_execution.py`."""


def definitions(pattern: str) -> Iterator[dict[str, Any]]:
    for plan in PLANS[pattern]:
        for machine in build_workflow(parse_plan(json.dumps({"pattern": pattern, **plan}))).machines:
            yield serialize_graph(machine.graph)


def written(body: Any) -> Iterator[str]:
    """The names of the states of a definition, also of those in branches and iterations."""
    for name, state in body["States"].items():
        yield name
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])):
            yield from written(inner)


@pytest.mark.parametrize("pattern", PLANS)
def test_the_states_of_a_pattern_are_those_that_it_builds(pattern: str):
    names = {name for body in definitions(pattern) for name in written(body)}
    own = {name for name in names if name[0].isupper() and not _NUMBERED.fullmatch(name)} - _OF_CALLS
    assert own == set(list_names(*STATES[pattern])) - NOT_WRITTEN[pattern]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("master-child", ["a master of children", "a job list"] * 2),
        ("dynamic", ["a job list"] * 2),
        ("dag", ["a master of tasks", "a task"]),
        ("continuous", ["a loop"]),
        ("flow", ["a flow"]),
        ("backfill", ["a flow", "a backfill"]),
    ],
)
def test_each_machine_has_one_mark(pattern: str, expected: list[str]):
    found = [[name for name, mark in MARKS.items() if mark.is_in(body)] for body in definitions(pattern)]
    assert found == [[name] for name in expected]


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_a_machine_of_another_has_no_mark(mark: Mark):
    state = {"Type": "Pass", "Assign": {"mine": 1}, "End": True}
    bodies: list[Any] = [{}, {"States": None}, {"States": {}}, {"States": {mark.state: state}}]
    bodies += [{"States": {mark.state: None, **dict.fromkeys(mark.states, state)}}]
    assert not any(mark.is_in(body) for body in bodies)
    assert not mark.is_of(mark.state, {"mine"})
    assert not mark.is_of("Another", mark.variables)
    assert mark.is_of(mark.state, [*mark.variables, "mine"])


_OTHER_MEANINGS = {
    ("runs/history.py", "TaskFailed"): "the type of an event",
    ("runs/events.py", "ExecutionFailed"): "the type of an event",
    ("runs/task_attempts.py", "TaskFailed"): "the type of an event",
    ("runs/state_visits.py", "ExecutionFailed"): "the type of an event",
    ("runs/published_messages.py", "TaskFailed"): "the type of an event",
    ("integrations/next_execution.py", "StartNext"): "the id of a statement of a policy",
}
"""Texts that are equal to the name of a state, and what they are."""


def literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_other_module_writes_the_name_of_a_state():
    names = {name for groups in STATES.values() for name in list_names(*groups)}
    files = [
        (path, path.relative_to(SOURCE).as_posix())
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).parts[0] not in ("patterns", "protocol")
    ]
    assert len(files) > 200
    found = {(name, text) for path, name in files for text in literals(path) if text in names}
    assert found == set(_OTHER_MEANINGS)


def play(pattern: str, plan: Mapping[str, Any], given: Any = None) -> Run:
    text = render_template(build_workflow(parse_plan(json.dumps({"pattern": pattern, **plan}))), "sam")
    faults = [Fault(job=name, times=99, message="broke") for name in ("b", "w")]
    return simulate(text, given, Behaviour(faults=faults))


def causes(run: Run, machine: str) -> list[dict[str, Any]]:
    """The causes of the executions of a machine that failed."""
    return [json.loads(each.cause) for each in run.executions if each.title == machine and each.status == "FAILED"]


def keys(*types: type) -> list[str]:
    return sorted({key for each in types for key in get_type_hints(each)})


CHAIN = {"children": [{"name": "orders", "jobs": ["a", "b", "c"]}]}
TASKS = {"tasks": [{"name": "b", "glue_job": "b"}, {"name": "c", "glue_job": "c", "needs": ["b"]}]}


def test_the_cause_of_a_child():
    run = play("master-child", CHAIN)
    (cause,) = causes(run, "orders")
    assert sorted(cause) == sorted(set(keys(master_child.ChildCause)) - {"jobs"})
    assert (job_list.read_remaining(cause), master_child.read_child(cause)) == (["b", "c"], "orders")
    assert job_list.read_job_run(cause) == ("b", cause["runId"], "/aws-glue/jobs")
    assert job_list.read_outcomes(cause) is None
    (outcome,) = run.first.output["children"]
    assert set(outcome) <= set(keys(master_child.ChildOutcome, master_child.ChildCause))
    assert outcome["status"] == "FAILED"


def test_the_cause_of_a_job_list():
    (cause,) = causes(play("dynamic", {"jobs": ["a", "b"]}, {"glueJobs": ["a", "b"]}), "jobs")
    assert sorted(cause) == sorted(set(keys(job_list.JobListCause)) - {"jobs"})
    run = play("dynamic", {"jobs": ["a", "b"], "continue_on_failure": True}, {"glueJobs": ["a", "b"]})
    (cause,) = causes(run, "jobs")
    assert sorted(cause) == ["jobs", "remaining", "threadId"]
    assert job_list.read_outcomes(cause) == [("a", "SUCCEEDED"), ("b", "FAILED")]
    assert (job_list.read_remaining(cause), job_list.read_job_run(cause)) == (["b"], None)


def test_the_outcomes_of_tasks():
    run = play("dag", TASKS)
    tasks = {dag.find_task_name(each.name, each.input): each for each in run.executions}
    assert sorted(tasks) == ["", "b", "c"]
    outcomes = {row["task"]: row for row in run.first.output["tasks"]}
    assert sorted(outcomes["b"]) == sorted(set(keys(dag.TaskOutcome)) - {"by"})
    assert outcomes["c"] == {"task": "c", "status": dag.BLOCKED, "by": "b"}
    assert sorted(key for key in tasks["b"].input if key.islower()) == keys(dag.TaskInput)
    assert {name: dag.find_blocking_task(each.output) for name, each in tasks.items()} == {"": "", "b": "", "c": "b"}


def test_the_cause_of_a_loop():
    (cause,) = causes(play("continuous", {"workflow": "w"}), "loop")
    assert sorted(cause) == keys(continuous.LoopCause)
    assert continuous.has_run_end(cause)


def test_the_cause_of_a_flow():
    run = play("flow", {"steps": [{"name": "one", "glue_job": "b"}]})
    (cause,) = causes(run, "flow")
    assert sorted(cause) == keys(flow.StepFailure)
    assert (flow.read_failed_step(cause), flow.read_resume_step(cause)) == ("one", "one")
    assert flow.is_step_failure(cause, "one")
    assert not flow.is_step_failure(cause, "two")


@pytest.mark.parametrize("cause", [{}, {"remaining": "b", "jobs": "b", "runId": 1}, {"remaining": [job_list.NO_JOB]}])
def test_a_cause_of_another_says_nothing(cause: dict[str, Any]):
    assert (job_list.read_remaining(cause), master_child.read_child(cause)) == ([], "")
    assert (job_list.read_outcomes(cause), job_list.read_job_run(cause)) == (None, None)
    assert (flow.read_failed_step(cause), flow.read_resume_step(cause)) == ("", "")
    assert not continuous.has_run_end(cause)
