"""What starts an exported DAG, and how its runs overlap. A DAG has one schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfnorch.airflow.literals import Literal, SourceCode
from sfnorch.airflow.schedules import AirflowSchedule, convert_schedule
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.models.parameters import ParameterValue


@dataclass(frozen=True, slots=True, kw_only=True)
class DagStart:
    """The schedule of a DAG, the parameters of its scheduled runs, and further settings and constants of the DAG."""

    timing: AirflowSchedule
    params: Mapping[str, ParameterValue] = field(default_factory=dict)
    settings: Mapping[str, Literal] = field(default_factory=dict)
    constants: Mapping[str, Literal] = field(default_factory=dict)


def convert_starts(plan: AnyPlan) -> DagStart:
    """Return what starts the DAG. Raises SfnorchError, with all of them, for starts that a DAG does not have."""
    faults = list(_list_faults(plan))
    if faults:
        hint = "export the plan without them; another DAG can start this one by TriggerDagRunOperator"
        raise SfnorchError("\n".join(faults), hint=hint)
    settings: dict[str, Literal] = {}
    constants: dict[str, Literal] = {}
    if plan.overlap is not None and plan.overlap.mode == "wait":
        settings["max_active_runs"] = 1
    if plan.pattern == "dynamic":
        return DagStart(timing=convert_schedule(None), settings=settings)
    if plan.backfill:
        constants["CATCH_UP_FROM"] = None
        settings["start_date"] = SourceCode("CATCH_UP_FROM or datetime(2024, 1, 1, tzinfo=timezone.utc)")
        settings["catchup"] = SourceCode("CATCH_UP_FROM is not None")
    start = next((start for start in plan.starts if start.schedule), None)
    return DagStart(
        timing=convert_schedule(start.schedule if start else plan.schedule),
        params=start.params if start else {},
        settings=settings,
        constants=constants,
    )


def _list_faults(plan: AnyPlan) -> Iterator[str]:
    if plan.overlap is not None and plan.overlap.mode in ("skip", "fail"):
        yield f"overlap: Airflow does not support {plan.overlap.mode}: runs wait, or run at the same time"
    elif plan.overlap is not None and plan.overlap.mode == "wait" and plan.overlap.per:
        yield "overlap: Airflow does not support per: runs with other values wait too"
    if plan.pattern == "dynamic":
        return
    for start in plan.starts:
        if not start.schedule:
            what = "objects in S3" if start.s3 else "events of EventBridge"
            yield f"starts: {start.name}: Airflow does not support starts by {what}"
    schedules = ["schedule"] if plan.schedule else []
    schedules += [f"starts: {start.name}" for start in plan.starts if start.schedule]
    if len(schedules) > 1:
        yield f"starts: a DAG has one schedule, and the plan has {len(schedules)}: {', '.join(schedules)}"
