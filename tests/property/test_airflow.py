"""What must hold of the DAG of every plan that can be exported."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.airflow.export import render_airflow_source
from sfnorch.airflow.literals import format_source
from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.models.dag import DagPlan
from sfnorch.plan.models.dynamic import DynamicPlan
from sfnorch.plan.models.master_child import MasterChildPlan
from tests.dag_file import DagFile, reformatted, run_file
from tests.property.test_flows import Steps, flows
from tests.property.test_plans import PLANS

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

ENDING = ["outcomes", "notify", "done"]
# without those few whose width is another from one Unicode to the next
CHARACTERS = st.characters(max_codepoint=0x25FF, exclude_categories=["Cs"], exclude_characters="\u17a4\u17d8")
TEXTS = st.text(CHARACTERS, max_size=60) | st.text("'\"\\{}", max_size=9)
LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)

ITEM_TEXTS = st.text("aZ é'\"{}", max_size=9)
ITEMS = st.integers() | st.booleans() | ITEM_TEXTS | st.dictionaries(st.sampled_from("abc"), ITEM_TEXTS, max_size=3)
CONDITIONS = ["$item.a", "$item.a = 'x' and $not($item.b = 1)", "$exists($item.c) or $item.n >= 2"]
FAN_OUTS = st.fixed_dictionaries(
    {
        "pattern": st.just("fan-out"),
        "items": st.lists(ITEMS, min_size=1, max_size=8, unique_by=lambda item: json.dumps(item, sort_keys=True))
        | st.just("input")
        | st.sampled_from(["a.json", "b.csv"]).map(lambda key: {"object": {"bucket": "our-bucket", "key": key}})
        | st.just({"listing": {"bucket": "our-bucket", "suffix": ".csv"}}),
        "jobs": st.lists(
            st.sampled_from(["items", "item", "load", "a b", "conf", "csv", "done"]), min_size=1, max_size=9
        ),
        "max_concurrency": st.integers(1, 10_000),
        "notify": st.sampled_from(["never", "failure", "always"]),
    },
    optional={"select": st.sampled_from(CONDITIONS).map(lambda code: f"{{% {code} %}}")},
)


@settings(max_examples=15)
@given(st.lists(LITERALS, min_size=10, max_size=30))
def test_literals_are_python_and_laid_out_as_ruff_does(values: list[Any]):
    texts = [f"value = {format_source(value, used=8)}\n" for value in values]

    assert [ast.literal_eval(text.removeprefix("value = ")) for text in texts] == values
    assert reformatted(texts) == []


@settings(max_examples=12)
@given(st.lists(PLANS, min_size=4, max_size=8))
def test_ruff_leaves_every_file_as_it_is(plans: list[AnyPlan]):
    assert reformatted([render_airflow_source(plan) for plan in plans]) == []


@given(PLANS)
@settings(max_examples=30)
def test_the_file_has_the_plans_tasks_in_the_plans_order(plan: AnyPlan):
    made = run_file(render_airflow_source(plan))

    match plan:
        case MasterChildPlan():
            chains_hold(plan, made)
        case DynamicPlan():
            assert [*made.tasks] == [*(f"job_{number}" for number in range(1, 26)), *ENDING]
        case DagPlan():
            tasks_hold(plan, made)


@given(FAN_OUTS)
@settings(max_examples=20)
def test_a_fan_out_maps_its_jobs_in_the_plans_order(data: dict[str, Any]):
    text = render_airflow_source(parse_plan(json.dumps(data)))
    made = run_file(text)

    told = [] if data["notify"] == "never" else ["notify"]
    end = ["outcomes", *told, "done"]
    jobs = [task for task in made.tasks if task.startswith("item.")]
    assert [*made.tasks] == ["items", *jobs, *end]
    assert [made.tasks[task]["job_name"] for task in jobs] == data["jobs"]
    assert made.edges == {("items", "item"), ("item", "outcomes"), *pairwise(jobs), *pairwise(end)}
    assert made.settings["max_active_tasks"] == data["max_concurrency"]
    assert reformatted([text]) == []


@given(flows())
@settings(max_examples=30)
def test_a_flow_is_exported_or_each_step_named_that_can_not_be(steps: Steps):
    plan = parse_plan(json.dumps({"pattern": "flow", "notify": "never", "steps": steps}))
    if unsayable := list(dict.fromkeys(faults(steps))):
        with pytest.raises(SfnorchError) as told:
            render_airflow_source(plan)
        assert [line.split(": ")[1] for line in told.value.message.splitlines()] == [name for name, _ in unsayable]
        return

    made = run_file(render_airflow_source(plan))

    expected = list(jobs(steps, ()))
    assert [*made.tasks] == [*expected, "outcomes", "done"]
    assert {task for task, after in made.edges if after == "outcomes"} == set(expected)
    assert {(one["name"], next_one["name"]) for one, next_one in pairwise(steps)} <= made.edges


def faults(steps: Steps) -> Iterator[tuple[str, str]]:
    """The steps that Airflow can't say: those with on_error, and those for each of no items."""
    for step in steps:
        each = step.get("for_each")
        if each is not None and not each["items"]:
            yield step["name"], "items"
        for inner in [*step.get("parallel", []), *([each["steps"]] * len(each["items"]) if each else [])]:
            yield from faults(inner)
        if "on_error" in step:
            yield step["name"], "on_error"


def jobs(steps: Steps, groups: tuple[str, ...]) -> Iterator[str]:
    """The tasks of the steps' jobs, in order, by their ids."""
    for step in steps:
        inner = (*groups, step["name"])
        each = step.get("for_each")
        branches = [("branch", branch) for branch in step.get("parallel", [])]
        branches += [("item", each["steps"])] * len(each["items"]) if each else []
        if not branches:
            yield ".".join(inner)
        for number, (word, branch) in enumerate(branches, 1):
            yield from jobs(branch, (*inner, f"{word}_{number}"))


def chains_hold(plan: MasterChildPlan, made: DagFile) -> None:
    """Holds the tasks of each group against the child's jobs."""
    told = [] if plan.notify == "never" else ["notify"]
    groups: dict[str, list[str]] = {}
    for task in made.tasks:
        if "." in task:
            groups.setdefault(task.partition(".")[0], []).append(task)
    assert [[shown(made.tasks[task]["job_name"]) for task in tasks] for tasks in groups.values()] == [
        [job.name for job in child.jobs] for child in plan.children
    ]
    for tasks, child in zip(groups.values(), plan.children, strict=True):
        for task, job in zip(tasks, child.jobs, strict=True):
            given = made.tasks[task]
            arguments = {key: shown(text) for key, text in given.get("script_args", {}).items()}
            assert (arguments, given.get("retries", 0)) == (job.arguments, job.retries)
            assert given.get("run_job_kwargs", {}).get("Timeout") == job.timeout_minutes
    inner = {edge for tasks in groups.values() for edge in pairwise(tasks)}
    end = ["outcomes", *told, "done"]
    assert made.edges == inner | {(group, "outcomes") for group in groups} | set(pairwise(end))


def tasks_hold(plan: DagPlan, made: DagFile) -> None:
    """Holds the tasks and what they follow against the plan's."""
    needs = {(need, task.name) for task in plan.tasks for need in task.needs}
    end = ["outcomes", *([] if plan.notify == "never" else ["notify"]), "done"]
    assert [*made.tasks] == [*(task.name for task in plan.tasks), *end]
    assert made.edges == needs | {(task.name, "outcomes") for task in plan.tasks} | set(pairwise(end))


def shown(text: str) -> str:
    """What Jinja makes of a text that the export wrote for it."""
    if match := re.fullmatch(r"\{\{ (\".*\") \}\}", text, re.DOTALL):
        found: str = json.loads(match[1], strict=False)
        return found
    return text
