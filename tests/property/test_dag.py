"""What must hold of every run of tasks: each need is waited for and nothing else, and each task runs once."""

from __future__ import annotations

import json
from typing import Any

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Execution, Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

KINDS = ("glue_job", "lambda", "state_machine")


def job(task: str) -> str:
    return f"work-{task}"


@st.composite
def graphs(draw: st.DrawFn, most: int = 9) -> networkx.DiGraph:
    """A graph without circles, an edge from each task to what needs it, with how long each takes and which fail."""
    count = draw(st.integers(1, most))
    names = [f"t{number}" for number in range(count)]
    graph = networkx.DiGraph()
    for number, name in enumerate(names):
        graph.add_node(name, seconds=draw(st.integers(1, 100)), fails=draw(st.integers(0, 4)) == 0)
        for need in draw(st.sets(st.sampled_from(names[:number]))) if number else ():
            graph.add_edge(need, name)
    return graph


@st.composite
def drawn(draw: st.DrawFn) -> tuple[networkx.DiGraph, Template, bool]:
    graph = draw(graphs())
    fail = draw(st.booleans())
    tasks = [
        {"name": name, draw(st.sampled_from(KINDS)): job(name), "needs": sorted(graph.predecessors(name))}
        for name in draw(st.permutations(list(graph)))
    ]
    plan = {"pattern": "dag", "on_task_failure": "fail" if fail else "succeed", "tasks": tasks}
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "sam")
    return graph, evaluate_template(parse_template(text, "t.yaml")), fail


def behaviour(graph: networkx.DiGraph, failing: set[str]) -> Behaviour:
    seconds = {job(name): float(graph.nodes[name]["seconds"]) for name in graph}
    return Behaviour(seconds=seconds, faults=[Fault(job=job(name)) for name in failing])


def outcomes(run: Run) -> dict[str, dict[str, Any]]:
    """What the master says of each task."""
    return {one["task"]: one for one in master(run).output["tasks"]}


def master(run: Run) -> Execution:
    return run.executions[0]


@settings(max_examples=16)
@given(drawn())
def test_a_run_of_tasks(made: tuple[networkx.DiGraph, Template, bool]):
    graph, template, fail = made
    failing = {name for name in graph if graph.nodes[name]["fails"]}
    run = run_machine(template, choose_machine(template), {}, behaviour(graph, failing))
    runs = {one.job: one for one in run.job_runs}
    blocked = {name for bad in failing for name in networkx.descendants(graph, bad)}

    assert len(runs) == len(run.job_runs), "a task ran twice"
    assert set(runs) == {job(name) for name in graph if name not in blocked}
    for name in set(graph) - blocked:
        needs = [runs[job(need)].ended for need in graph.predecessors(name)]
        assert runs[job(name)].started == max([0.0, *needs])
    ends = [one.ended for one in run.job_runs]
    assert master(run).ended == max(ends)
    if not failing:
        weighed = networkx.DiGraph((need, name, {"weight": graph.nodes[need]["seconds"]}) for need, name in graph.edges)
        weighed.add_nodes_from(graph)
        for name in list(graph):
            weighed.add_edge(name, "end", weight=graph.nodes[name]["seconds"])
        assert master(run).ended == networkx.dag_longest_path_length(weighed)

    if failing and fail:
        assert (master(run).status, master(run).error) == ("FAILED", "TasksFailed")
    else:
        assert master(run).status == "SUCCEEDED"
        told = outcomes(run)
        status = {
            name: "FAILED" if name in failing - blocked else "BLOCKED" if name in blocked else "SUCCEEDED"
            for name in graph
        }
        assert {name: one["status"] for name, one in told.items()} == status
        assert all(told[name]["by"] in failing & networkx.ancestors(graph, name) for name in blocked)
    messages = [message for message in run.messages if message.sender == "master"]
    assert len(messages) == bool(failing)
    for message in messages:
        assert all(f"\n{name}" in message.message for name in failing - blocked)
        assert all(f"\n  {name} (by " in message.message for name in blocked)


@settings(max_examples=9)
@given(drawn())
def test_a_run_that_goes_on_runs_what_was_not_done_once(made: tuple[networkx.DiGraph, Template, bool]):
    graph, template, _fail = made
    failing = {name for name in graph if graph.nodes[name]["fails"]}
    first = run_machine(template, choose_machine(template), {}, behaviour(graph, failing))
    done = sorted(one.job.removeprefix("work-") for one in first.job_runs if one.status == "SUCCEEDED")
    run = run_machine(template, choose_machine(template), {"done": done}, behaviour(graph, set()))
    assert sorted(one.job for one in run.job_runs) == sorted(job(name) for name in graph if name not in done)
    assert {name: one["status"] for name, one in outcomes(run).items()} == {
        name: "DONE BEFORE" if name in done else "SUCCEEDED" for name in graph
    }
