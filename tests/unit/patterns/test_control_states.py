"""Jobs with names of states that the machine has itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sfnorch.asl import serialize_graph
from sfnorch.patterns import build_workflow
from sfnorch.patterns.master_child.child import CONTROL_STATES
from sfnorch.plan.load import parse_plan

JOBS = "{name: load, retries: 2}"


def states_of(plan: str) -> dict[str, Any]:
    """The states of the first child, those in Maps and branches too."""

    def walk(states: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, state in states.items():
            yield name, state
            for scope in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
                yield from walk(scope["States"])

    found = list(walk(serialize_graph(build_workflow(parse_plan(plan)).machines[1].graph)["States"]))
    assert len(dict(found)) == len(found)
    return dict(found)


def plan_of(jobs: str) -> str:
    return f"pattern: master-child\nchildren:\n- {{name: orders, jobs: [{jobs}]}}\n"


def test_every_state_that_is_no_jobs_is_known_as_one():
    assert set(states_of(plan_of(JOBS))) - {"load"} <= set(CONTROL_STATES)


@pytest.mark.parametrize("name", sorted(set(states_of(plan_of(JOBS))) - {"load"}))
def test_a_job_with_the_name_of_such_a_state_has_a_state_of_another_name(name: str):
    states = states_of(plan_of(f"{JOBS}, {name}"))
    assert states[f"{name} (2)"]["Arguments"]["JobName"] == name
