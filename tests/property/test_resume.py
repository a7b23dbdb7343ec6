"""Whatever became of a run, its resumption runs each job that had not succeeded, and no other, once."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.errors import SfnorchError
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.master_child import MASTER
from sfnorch.runs.node import Node
from sfnorch.simulator.run import simulate
from tests.unit.runs.events import History

ENDS = ("SUCCEEDED", "FAILED", "FAILED without a word", "ABORTED", "TIMED_OUT", "never started", "skipped")
children = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(ENDS), st.integers(0, 3)), min_size=1, max_size=4)


def _node(history: History, machine: str, below: list[Node]) -> Node:
    record = open_record()
    list(read_events(record, history.events))
    return Node(arn=f"arn:aws:states:r:1:execution:{machine}:1", record=record, children=below)


def _child(name: str, jobs: list[str], end: str, done: int) -> Node:
    history = History()
    history.begin()
    history.assign(jobs=jobs, child=name, threadId="T")
    for index, job in enumerate(jobs[: done + (end != "SUCCEEDED")]):
        history.enter()
        history.start(job, f"jr_{index}")
        if index < done:
            history.end("SUCCEEDED", f"jr_{index}")
    cause = {"child": name, "remaining": jobs[done:]} if end == "FAILED" else ""
    history.finish(end.split()[0], "GlueJobFailed" if cause else "", cause)
    return _node(history, f"etl-{name}", [])


@settings(max_examples=18)
@given(children, st.booleans())
def test_what_had_not_succeeded_runs_once(drawn: list[tuple[int, str, int]], job_states: bool):
    names = [f"c{n}" for n in range(len(drawn))]
    jobs = {name: [f"{name}-{j}" for j in range(count)] for name, (count, _, _) in zip(names, drawn, strict=True)}
    below, threads, wanted = [], [], []
    for name, (count, end, at) in zip(names, drawn, strict=True):
        done = count if end == "SUCCEEDED" else min(at, count - 1)
        thread: dict[str, Any] = {"threadId": f"T-{name}", STARTED_BY: "arn"}
        threads.append({**thread, "skip": True} if end == "skipped" else thread)
        if end == "never started":
            wanted += jobs[name]
        elif end != "skipped":
            below.append(_child(name, jobs[name], end, done))
            wanted += jobs[name][done:]
    history = History()
    history.begin()
    history.assign(children=names, threads=threads)
    history.finish("SUCCEEDED")
    try:
        found = MASTER.resume(_node(history, "etl-master", below), names)
    except SfnorchError as error:
        assert (error.message, wanted) == ("Nothing failed", [])  # noqa: PT017
        return
    lists = "".join(f"- {{name: {name}, jobs: [{', '.join(own)}]}}\n" for name, own in jobs.items())
    plan = parse_plan(f"pattern: master-child\njob_states: {str(job_states).lower()}\nchildren:\n{lists}")
    run = simulate(render_template(build_workflow(plan), "cfn"), found.input)
    assert run.first.status == "SUCCEEDED"
    assert sorted(job.job for job in run.job_runs) == sorted(wanted)
