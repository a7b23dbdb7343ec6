"""Checks of a `fan-out` plan: its items, and the settings of its jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sfnorch.plan.checks.jobs import check_job_run
from sfnorch.plan.item_events import MAX_EVENTS, count_batch_events, find_largest_batch
from sfnorch.plan.models.fan_out import FanOutPlan
from sfnorch.plan.names import find_code_fault
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.sound_part import ValidPart


def check_fan_out(plan: FanOutPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield items that are code or repeat another item, a batch that is too large, and faults of the jobs."""
    first: dict[str, int] = {}
    for index, item in enumerate(plan.items.listed or ()):
        path: Path = ("items", index)
        yield from _check_text(item, path)
        text = json.dumps(item, sort_keys=True)
        if first.setdefault(text, index) != index:
            yield path, f"the item repeats items[{first[text]}]; remove one of them"
    for index, job in enumerate(plan.jobs):
        yield from check_job_run(job, ("jobs", index))
    if plan.batch is not None and (events := count_batch_events(plan.jobs, plan.batch)) > MAX_EVENTS:
        largest = find_largest_batch(plan.jobs)
        yield (
            ("batch",),
            f"with all retries, {plan.batch} items can have {events:,} history events, and a child execution can have "
            f"{MAX_EVENTS:,}; " + (f"set it to {largest} or less" if largest > 1 else "remove it"),
        )


def _check_text(value: object, path: Path) -> Iterator[Fault]:
    """Yield each text in an item that Step Functions or CloudFormation would evaluate."""
    match value:
        case str() if fault := find_code_fault(value):
            yield path, f"{value!r} is invalid: {fault}"
        case None:
            yield path, "null is not supported in a template; leave the item or the key out"
        case dict():
            for key, inner in value.items():
                yield from _check_text(key, path)
                yield from _check_text(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from _check_text(inner, (*path, index))
