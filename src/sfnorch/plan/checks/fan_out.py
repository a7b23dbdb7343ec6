"""Checks of a fan-out, a plan or a child: its items, and the settings of its jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sfnorch.plan.checks.jobs import check_job_run
from sfnorch.plan.item_events import MAX_EVENTS, count_batch_events, find_largest_batch
from sfnorch.plan.models.fan_out import ItemChain
from sfnorch.plan.names import find_code_fault
from sfnorch.plan.paths import Fault, Path


def check_item_chain(chain: ItemChain, path: Path) -> Iterator[Fault]:
    """Yield items that are code or repeat another item, a batch that is too large, and faults of the jobs.

    `path` is that of the chain in the plan.
    """
    first: dict[str, int] = {}
    for index, item in enumerate(chain.items.listed or ()):
        at: Path = (*path, "items", index)
        yield from _check_text(item, at)
        text = json.dumps(item, sort_keys=True)
        if first.setdefault(text, index) != index:
            yield at, f"the item repeats items[{first[text]}]; remove one of them"
    for index, job in enumerate(chain.jobs):
        yield from check_job_run(job, (*path, "jobs", index))
    if chain.batch is not None and (events := count_batch_events(chain.jobs, chain.batch)) > MAX_EVENTS:
        largest = find_largest_batch(chain.jobs)
        yield (
            (*path, "batch"),
            f"with all retries, {chain.batch} items can have {events:,} history events, and a child execution can have "
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
