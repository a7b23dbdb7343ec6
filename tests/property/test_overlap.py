"""What must hold of runs with a lock, in any interleaving: never two hold it, and a run that has ended blocks no other.

Each transition between the states of the lock takes a random time, so that the calls of several runs interleave.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.asl import AnyState, Graph, Wait, jsonata
from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol.overlap import LockState, find_holder
from sfnorch.protocol.states import list_names
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.events import StateEntered
from sfnorch.simulator.execution import begin_execution
from sfnorch.simulator.processes import Steps, stop_processes
from sfnorch.simulator.record import Execution
from sfnorch.simulator.world import World
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

pytestmark = pytest.mark.slow

WORK, FIRST = "work", "ResolveInput"
MODES = ("skip", "wait", "fail")
TIMEOUT = 1_800
PLAN = {
    "pattern": "flow",
    "parameters": {"key": {"default": "a"}, "seconds": {"type": "integer", "default": 10}},
    "steps": [{"name": WORK, "wait": "{% $params.seconds %}"}],
}


def delayed(graph: Graph) -> Graph:
    """The states with a Wait of random length before each state of the lock and before the first state of the flow."""
    slow = {*list_names(LockState), FIRST} & {state.name for state in graph.states}

    def target(name: str | None) -> str | None:
        return f"before {name}" if name in slow else name

    def turned(state: Any) -> Any:
        changes = {key: target(getattr(state, key)) for key in ("next", "default") if hasattr(state, key)}
        for key in ("catch", "rules"):
            if hasattr(state, key):
                changes[key] = tuple(each._replace(next=target(each.next)) for each in getattr(state, key))
        return state._replace(**changes)

    waits: list[AnyState] = [
        Wait(name=f"before {name}", seconds=jsonata("$floor($random() * 5)"), next=name) for name in sorted(slow)
    ]
    return Graph(*map(turned, graph.states), *waits)


@cache
def template_of(mode: str, per: str) -> Template:
    """The template with delays: no test changes it."""
    overlap: dict[str, Any] = {"mode": mode} | ({"per": per} if per else {})
    if mode == "wait":
        overlap["timeout"] = TIMEOUT
    workflow = build_workflow(parse_plan(json.dumps({**PLAN, "overlap": overlap})))
    (machine,) = workflow.machines
    slow = workflow._replace(machines=(machine._replace(graph=delayed(machine.graph)),))
    return evaluate_template(parse_template(render_template(slow, "cfn"), "template"))


class Start(NamedTuple):
    at: int
    key: str
    seconds: int
    stop: int | None


starts = st.builds(
    Start,
    at=st.integers(0, 40),
    key=st.sampled_from("ab"),
    seconds=st.integers(0, 60),
    stop=st.none() | st.integers(0, 60),
)


def execute(template: Template, given_starts: list[Start], seed: int) -> tuple[World, list[Execution]]:
    world = World(template, Behaviour(), seed)
    executions: list[Execution] = []

    def begin(start: Start) -> Steps[None]:
        yield world.clock.timeout(start.at)
        params = {"key": start.key, "seconds": start.seconds}
        execution = begin_execution(world, template.machines[0], {"params": params})
        executions.append(execution)
        if start.stop is not None:
            yield world.clock.timeout(start.stop)
            yield from stop_processes(world.clock, [world.processes[execution.arn]])

    processes: list[simpy.Process] = [world.clock.process(begin(start)) for start in given_starts]
    world.clock.run()
    assert all(process.ok for process in processes)
    return world, executions


def hold_times(world: World) -> dict[str, tuple[float, float]]:
    """From when to when each execution has held the lock that worked, by ARN."""
    ends = {each.arn: each.ended for each in world.record.executions}
    return {
        event.execution: (event.at, ends[event.execution] or 0.0)
        for event in world.record.events
        if isinstance(event.detail, StateEntered) and event.state == FIRST
    }


@settings(max_examples=50, deadline=None)
@given(
    mode=st.sampled_from(MODES),
    per=st.sampled_from(["", "key"]),
    given_starts=st.lists(starts, min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
)
def test_of_runs_that_exclude_each_other_one_works_at_a_time_and_an_ended_one_blocks_no_other(
    mode: str, per: str, given_starts: list[Start], seed: int
):
    world, executions = execute(template_of(mode, per), given_starts, seed)
    held = hold_times(world)
    lock_of = {each.arn: each.input["params"]["key"] if per else "" for each in executions}
    for one, other in combinations(held, 2):
        if lock_of[one] == lock_of[other]:
            (_, end), (next_begin, _) = sorted((held[one], held[other]))
            assert end <= next_begin, (one, other)
    for each in executions:
        if each.status == "SUCCEEDED" and not find_holder(each.output):
            assert each.arn in held
        elif each.status != "ABORTED":
            holder = find_holder(each.output) or next(arn for arn in lock_of if arn in each.cause)
            assert holder != each.arn
            assert lock_of[holder] == lock_of[each.arn]
            assert each.error == {"skip": "", "fail": "AlreadyRunning", "wait": "OverlapTimeout"}[mode]
            # the holder ran at most ten seconds before, when it was described: a Wait and a Choice follow
            ran = next(execution for execution in executions if execution.arn == holder)
            assert ran.started <= each.ended
            assert ran.ended is None or ran.ended >= each.ended - 10
            if mode == "wait":
                assert each.ended - each.started >= TIMEOUT
    if mode == "wait" and all(each.status != "FAILED" for each in executions):
        assert {each.arn for each in executions if each.status == "SUCCEEDED"} <= set(held)
