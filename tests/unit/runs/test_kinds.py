"""The kind of a state machine is known by its mark: in its definition, and in the history of an execution."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.asl import serialize_graph
from sfnorch.errors import SfnorchError
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import KINDS, find_kind, get_kind, open_record, recognize
from sfnorch.runs.kinds.continuous import LOOP
from sfnorch.runs.kinds.dag import TASKS
from sfnorch.runs.kinds.fan_out import FAN_OUT
from sfnorch.runs.kinds.flow import FLOW
from sfnorch.runs.kinds.job_list import JOB_LIST
from sfnorch.runs.kinds.kind import MachineKind
from sfnorch.runs.kinds.master_child import MASTER
from sfnorch.runs.node import Node
from sfnorch.runs.record import UNREAD_EXECUTION
from sfnorch.runs.resume import can_resume, plan_resumption
from tests.unit.runs.events import History

CHAIN = {"pattern": "master-child", "children": [{"name": "orders", "jobs": ["a"]}, {"name": "sales", "jobs": ["b"]}]}
TWO_TASKS = {"pattern": "dag", "tasks": [{"name": "a", "glue_job": "a"}, {"name": "b", "glue_job": "b"}]}
TWO_STEPS = {"pattern": "flow", "steps": [{"name": "a", "glue_job": "a"}, {"name": "b", "glue_job": "b"}]}


def definitions(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [serialize_graph(machine.graph) for machine in build_workflow(parse_plan(json.dumps(plan))).machines]


@pytest.mark.parametrize(
    ("plan", "kinds", "parts"),
    [
        (CHAIN, [MASTER, JOB_LIST, JOB_LIST], ("orders", "sales")),
        ({"pattern": "dynamic", "jobs": ["a"]}, [JOB_LIST], ()),
        (TWO_TASKS, [TASKS, None], ("a", "b")),
        ({"pattern": "continuous", "workflow": "w"}, [LOOP], ()),
        (TWO_STEPS, [FLOW], ("a", "b")),
        ({"pattern": "fan-out", "items": ["x"], "jobs": ["a"]}, [FAN_OUT], ()),
    ],
    ids=["master-child", "dynamic", "dag", "continuous", "flow", "fan-out"],
)
def test_the_kind_of_a_definition(plan: dict[str, Any], kinds: list[MachineKind | None], parts: tuple[str, ...]):
    found = definitions(plan)
    assert [find_kind(each) for each in found] == kinds
    assert kinds[0] is not None
    assert kinds[0].list_parts(found[0]) == parts
    for body, kind in zip(found, kinds, strict=True):  # an execution leaves the state that has the mark
        first = kind.mark.state if kind else body["StartAt"]
        assert recognize(first, body["States"][first]["Assign"]) is kind


def test_every_kind_has_its_own_mark():
    marks = [kind.mark for kind in KINDS]
    assert len(set(marks)) == len(marks) == 7
    assert [recognize(mark.state, mark.variables) for mark in marks] == list(KINDS)


def ended(state: str, **variables: Any) -> Node:
    """An execution of a machine that is called as a master, and fails after this state."""
    history = History()
    history.begin()
    assigned = {name: json.dumps(value) for name, value in variables.items()}
    history.add("PassStateExited", key="stateExited", name=state, assignedVariables=assigned)
    history.finish("FAILED", "E", {"remaining": ["a"]})
    record = open_record()
    list(read_events(record, history.events))
    return Node(arn="arn:aws:states:eu-central-1:111122223333:execution:etl-master:nightly", record=record)


@pytest.mark.parametrize(
    ("state", "variables"),
    [
        ("Begin", {"children": ["a"], "threads": [{"threadId": "T1"}], "jobs": ["a"]}),
        ("ResolveThreads", {"children": ["a"]}),
        ("ResolveJobs", {"jobs": ["a"]}),
        ("ResolveInput", {"steps": ["a"]}),
        ("ResolveRun", {"workflow": "w"}),
    ],
)
def test_a_machine_of_another_is_not_read_whatever_its_variables_are_called(state: str, variables: dict[str, Any]):
    node = ended(state, **variables)
    assert (node.record.reading, get_kind(node.record), can_resume(node)) == (UNREAD_EXECUTION, None, False)
    assert node.record.variables == variables
    with pytest.raises(SfnorchError, match=r"^sfnorch did not create the state machine etl-master, and cannot"):
        plan_resumption(node, {"States": {state: {"Type": "Pass", "Assign": variables}}})


def test_a_run_is_resumed_by_the_current_definition():
    history = History()
    history.begin()
    history.assign(tasks=["a", "gone"], done=["a"])
    history.finish("FAILED", "TasksFailed")
    record = open_record()
    list(read_events(record, history.events))
    node = Node(arn="arn:aws:states:eu-central-1:111122223333:execution:etl-master:nightly", record=record)
    found = plan_resumption(node, definitions(TWO_TASKS)[0])
    assert (found.input, dict(found.jobs)) == ({"done": ["a"]}, {"b": []})


@pytest.mark.parametrize("kind", [TASKS, LOOP, FLOW])
def test_a_kind_without_threads_starts_with_an_empty_input(kind: MachineKind):
    assert (kind.takes_threads, kind.takes_children) == (False, False)
    assert kind.make_inputs({}, {}, ()) == {"": {}}


def test_the_inputs_that_start_a_master_and_a_list_of_jobs():
    (master, child, _) = definitions(CHAIN)
    assert MASTER.make_inputs(master, {"sales": ["x"]}, ["sales"]) == {
        "": {
            "threads": [
                {"threadId": "T1", "child": "orders", "skip": True},
                {"threadId": "sales", "child": "sales", "glueJobs": ["x"]},
            ]
        }
    }
    assert JOB_LIST.make_inputs(child, {"T1": ["x"], "T2": ["y"]}, ()) == {
        "T1": {"threadId": "T1", "glueJobs": ["x"]},
        "T2": {"threadId": "T2", "glueJobs": ["y"]},
    }
    assert JOB_LIST.make_inputs(child, {}, ()) == {"": {}}
