"""Checks of the expressions in a plan whose expressions use only the variables of a run: all patterns but `flow`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sfnorch.plan.checks.expressions import check_value
from sfnorch.plan.checks.run_variables import list_members
from sfnorch.plan.models.dag import TASK_KINDS
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.run_context import list_variables
from sfnorch.plan.sound_part import ValidPart

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan
    from sfnorch.plan.models.dag import DagPlan
    from sfnorch.plan.models.fan_out import FanOutPlan


def check_job_expressions(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield each fault of an expression in arguments, inputs and run properties."""
    known = frozenset((*list_variables(plan.pattern), "states"))
    members = list_members(plan, part)
    for path, value in _list_values(plan):
        yield from check_value(value, path, known, members)
    if plan.pattern == "fan-out":
        for path, value in _list_places(plan):  # which are read before there is an item
            yield from check_value(value, path, known - {"item"}, members)


def _list_values(plan: WrittenPlan) -> Iterator[tuple[Path, object]]:
    match plan.pattern:
        case "master-child":
            for number, child in enumerate(plan.children):
                for index, job in enumerate(child.jobs):
                    yield from _list_arguments(job.arguments, ("children", number, "jobs", index, "arguments"))
        case "dynamic":
            for index, job in enumerate(plan.jobs):
                yield from _list_arguments(job.arguments, ("jobs", index, "arguments"))
        case "dag":
            yield from _list_task_values(plan)
        case "fan-out":
            for index, job in enumerate(plan.jobs):
                yield from _list_arguments(job.arguments, ("jobs", index, "arguments"))
            for key, value in (("item_name", plan.item_name), ("select", plan.select)):
                if value is not None:
                    yield (key,), value
        case "continuous":
            yield from _list_arguments(plan.run_properties, ("run_properties",))


def _list_places(plan: FanOutPlan) -> Iterator[tuple[Path, object]]:
    """Yield the places of the items in S3."""
    if plan.items.object:
        yield ("items", "object", "key"), plan.items.object.key
    if plan.items.listing:
        yield ("items", "listing", "prefix"), plan.items.listing.prefix


def _list_arguments(arguments: Mapping[str, str], path: Path) -> Iterator[tuple[Path, object]]:
    for name, value in arguments.items():
        yield (*path, name), value


def _list_task_values(plan: DagPlan) -> Iterator[tuple[Path, object]]:
    for index, task in enumerate(plan.tasks):
        path: Path = ("tasks", index)
        yield from _list_arguments(task.arguments, (*path, "arguments"))
        if task.input is not None:
            yield (*path, "input"), task.input
        for kind in TASK_KINDS:
            if (value := kind.find_value(task)) is not None:
                for inner, each in kind.list_values(value):
                    yield (*path, kind.key, *inner), each
