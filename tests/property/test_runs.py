"""What must hold of every run: determinism, time, counting, and that one child's failure is its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.events import StateEntered
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

pytestmark = pytest.mark.slow

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def template(sizes: list[int], *, job_states: bool, fail: bool) -> Template:
    plan = {
        "pattern": "master-child",
        "job_states": job_states,
        "on_child_failure": "fail" if fail else "succeed",
        "children": [{"jobs": [f"j{c}-{n}" for n in range(size)]} for c, size in enumerate(sizes)],
    }
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "sam")
    return evaluate_template(parse_template(text, "t.yaml"))


@st.composite
def runs(draw: st.DrawFn) -> tuple[Template, Behaviour, list[str], int]:
    sizes = draw(SIZES)
    jobs = [f"j{c}-{n}" for c, size in enumerate(sizes) for n in range(size)]
    failing = draw(st.lists(st.sampled_from(jobs), unique=True, max_size=len(jobs)))
    behaviour = Behaviour(
        faults=[Fault(job=job) for job in failing],
        seconds=draw(st.dictionaries(st.sampled_from(jobs), st.integers(1, 5000).map(float))),
        throttles=draw(st.dictionaries(st.sampled_from(jobs), st.integers(1, 2))),
    )
    made = template(sizes, job_states=draw(st.booleans()), fail=draw(st.booleans()))
    return made, behaviour, failing, draw(st.integers(0, 5))


def start(made: Template, behaviour: Behaviour, seed: int) -> Run:
    return run_machine(made, choose_machine(made), {}, behaviour, seed=seed)


@settings(max_examples=12)
@given(runs())
def test_a_run(drawn: tuple[Template, Behaviour, list[str], int]):
    made, behaviour, failing, seed = drawn
    run = start(made, behaviour, seed)
    assert run == start(made, behaviour, seed)
    times = [event.at for event in run.events]
    assert times == sorted(times)
    entered = sum(isinstance(event.detail, StateEntered) for event in run.events)
    assert entered == sum(len(execution.states) for execution in run.executions)
    assert all(execution.ended is not None for execution in run.executions)
    assert all(job.ended is not None and job.ended >= job.started for job in run.job_runs)
    children = {execution.title: execution.status for execution in run.executions[1:]}
    for title, status in children.items():
        number = int(title.removeprefix("child-")) - 1
        failed = any(job.startswith(f"j{number}-") for job in failing)
        assert status == ("FAILED" if failed else "SUCCEEDED")


def story(run: Run, title: str) -> list[Any]:
    """What happens in a child: its events without the random parts of names."""
    kept = ("type", "status", "job", "message", "error", "next")
    return [
        (event.at, event.kind, event.state, [getattr(event.detail, key, None) for key in kept])
        for event in run.events
        if event.machine == title
    ]


@settings(max_examples=8)
@given(SIZES, st.data())
def test_one_childs_failure_never_changes_anothers_events(sizes: list[int], data: st.DataObject):
    made = template(sizes, job_states=True, fail=False)
    child = data.draw(st.integers(0, len(sizes) - 1))
    job = f"j{child}-{data.draw(st.integers(0, sizes[child] - 1))}"
    well, failed = start(made, Behaviour(), 0), start(made, Behaviour(faults=[Fault(job=job)]), 0)
    for number in range(len(sizes)):
        title = f"child-{number + 1}"
        assert (story(well, title) == story(failed, title)) == (number != child)
