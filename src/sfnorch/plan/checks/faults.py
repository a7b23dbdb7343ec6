"""All faults of a plan that concern several keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.plan.checks.alerts import check_alerts
from sfnorch.plan.checks.backfill import check_backfill
from sfnorch.plan.checks.deadlines import check_deadlines
from sfnorch.plan.checks.overlap import check_overlap
from sfnorch.plan.paths import Fault
from sfnorch.plan.sound_part import ValidPart
from sfnorch.plan.tags import find_repeated_tags

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan


def list_faults(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield each inconsistency of the plan, or of the valid part of it: the path in the file, and an error message."""
    yield from check_alerts(plan.alerts, part)
    yield from check_overlap(plan, part)
    for key, fault in find_repeated_tags([*part.list_lacking(("tags",)), *plan.tags]):
        yield ("tags", key), fault
    for path, message in (
        *check_backfill(plan),
        *check_deadlines(plan, part),
        *_check_runs(plan, part),
        *_check_starts(plan, part),
        *_check_pattern(plan, part),
    ):
        restored = part.restore(path)
        if not part.is_replaced(restored):
            yield restored, message


def _check_starts(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults of the starts. The checks of events are not imported for a plan without them."""
    if plan.pattern != "dynamic" and plan.starts:
        from sfnorch.plan.checks.starts import check_starts

        yield from check_starts(plan, part)


def _check_runs(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults of parameters, and of expressions with variables of the run."""
    if plan.parameters:
        from sfnorch.plan.checks.parameters import check_parameters

        yield from check_parameters(plan, part)
    if plan.pattern != "flow":
        from sfnorch.plan.checks.job_expressions import check_job_expressions

        yield from check_job_expressions(plan, part)


def _check_pattern(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults that only this pattern can have. The checks of other patterns are not imported."""
    match plan.pattern:
        case "master-child":
            from sfnorch.plan.checks.master_child import check_children

            yield from check_children(plan, part)
        case "dag":
            from sfnorch.plan.checks.tasks import check_tasks

            yield from check_tasks(plan, part)
        case "flow":
            from sfnorch.plan.checks.steps import check_flow

            yield from check_flow(plan, part)
        case "fan-out":
            from sfnorch.plan.checks.fan_out import check_item_chain

            yield from check_item_chain(plan, ())
        case "dynamic":
            from sfnorch.plan.checks.dynamic import check_jobs

            yield from check_jobs(plan, part)
