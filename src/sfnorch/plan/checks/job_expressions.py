"""Checks of the expressions in a plan whose expressions use only the variables of a run: all patterns but `flow`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sfnorch.plan.checks.expressions import check_value
from sfnorch.plan.checks.run_variables import list_members
from sfnorch.plan.item_chains import is_fan_out, list_item_chains
from sfnorch.plan.models.dag import TASK_KINDS
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.run_context import RUN_VARIABLES, list_variables
from sfnorch.plan.sound_part import ValidPart

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan
    from sfnorch.plan.models.dag import DagPlan
    from sfnorch.plan.models.fan_out import ItemChain


def check_job_expressions(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield each fault of an expression in arguments, inputs and run properties."""
    known = frozenset((*list_variables(plan.pattern), "states"))
    members = list_members(plan, part)
    for path, value in _list_values(plan, part):
        yield from check_value(value, path, known, members)
    for path, chain in list_item_chains(plan).items():
        named = frozenset((*RUN_VARIABLES, *(("child",) if path else ()), "states"))
        for at, value in _list_item_values(chain):
            yield from check_value(value, (*path, *at), named | {"item"}, members)
        for at, value in _list_places(chain):  # which are read before there is an item
            yield from check_value(value, (*path, *at), named, members)


def _list_values(plan: WrittenPlan, part: ValidPart) -> Iterator[tuple[Path, object]]:
    match plan.pattern:
        case "master-child":
            for number, child in enumerate(plan.children):
                if is_fan_out(child) or "items" in part.list_lacking(part.restore(("children", number))):
                    continue
                for index, job in enumerate(child.jobs):
                    yield from _list_arguments(job.arguments, ("children", number, "jobs", index, "arguments"))
        case "dynamic":
            for index, job in enumerate(plan.jobs):
                yield from _list_arguments(job.arguments, ("jobs", index, "arguments"))
        case "dag":
            yield from _list_task_values(plan)
        case "continuous":
            yield from _list_arguments(plan.run_properties, ("run_properties",))


def _list_item_values(chain: ItemChain) -> Iterator[tuple[Path, object]]:
    """Yield the values that are evaluated for an item."""
    for index, job in enumerate(chain.jobs):
        yield from _list_arguments(job.arguments, ("jobs", index, "arguments"))
    for key, value in (("item_name", chain.item_name), ("select", chain.select)):
        if value is not None:
            yield (key,), value


def _list_places(chain: ItemChain) -> Iterator[tuple[Path, object]]:
    """Yield the places of the items in S3."""
    if chain.items.object:
        yield ("items", "object", "key"), chain.items.object.key
    if chain.items.listing:
        yield ("items", "listing", "prefix"), chain.items.listing.prefix


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
