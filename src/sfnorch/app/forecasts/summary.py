"""Combine the samples of a forecast to its result: ends, shares, prices and deadlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from sfnorch.app.forecasts.results import (
    Forecast,
    ForecastDeadline,
    ForecastExecution,
    ForecastJob,
    ForecastLimit,
    ForecastPrice,
)
from sfnorch.app.forecasts.samples import UNKNOWN_DPUS, list_limits
from sfnorch.app.simulated.start import find_time_zone
from sfnorch.distributions import estimate_share, spread_values
from sfnorch.schedules.zones import load_zone

if TYPE_CHECKING:
    from sfnorch.app.forecasts.samples import RunSample
    from sfnorch.app.simulated.preparation import PreparedSimulation
    from sfnorch.job_history.models import DurationsDocument
    from sfnorch.template.contents import Template

_NOT_COUNTED = ("SNS", "CloudWatch", "S3", "DynamoDB", "EventBridge", "data transfer")
"""What no price of a forecast contains."""


def summarize_samples(
    samples: Sequence[RunSample],
    prepared: PreparedSimulation,
    document: DurationsDocument,
    *,
    warnings: tuple[str, ...],
    deadline: float | time | None,
) -> Forecast:
    """Return the forecast of the samples of its runs, of which there is at least one.

    `deadline` is that of the request.
    """
    count, title = len(samples), prepared.template.build_title(prepared.machine)
    ends: dict[str, list[float]] = {}
    failed_executions: Counter[str] = Counter()
    critical: Counter[str] = Counter()
    ran: Counter[tuple[str, str]] = Counter()
    failed_jobs: Counter[str] = Counter()
    uncounted: dict[str, None] = {}
    for sample in samples:
        for name, end in sample.ends.items():
            ends.setdefault(name, []).append(end)
        failed_executions.update(sample.failed_executions)
        critical.update(sample.critical_path)
        ran.update(sample.ran)
        failed_jobs.update(sample.failed_jobs)
        uncounted.update(dict.fromkeys(sorted(sample.uncounted)))
    jobs = [
        ForecastJob(
            name=name,
            kind=kind,
            ran=estimate_share(ran[name, kind], count),
            critical=estimate_share(critical[name], count),
            failed=estimate_share(failed_jobs[name], count),
            recorded=document.jobs[name].runs if kind == "job" and name in document.jobs else 0,
        )
        for name, kind in sorted(ran, key=lambda each: (-critical[each[0]], each))
    ]
    executions = [
        ForecastExecution(
            name=f"{name} (further executions)" if name == title else name,
            end=spread_values(found),
            failed=estimate_share(failed_executions[name], count),
        )
        for name, found in ends.items()
    ]
    return Forecast(
        runs=count,
        seed=prepared.request.seed,
        main=ForecastExecution(
            name=title,
            end=spread_values([sample.seconds for sample in samples]),
            failed=estimate_share(sum(sample.has_failed for sample in samples), count),
        ),
        failures=estimate_share(sum(sample.has_failures for sample in samples), count),
        executions=tuple(sorted(executions, key=lambda each: (-each.end.p50, each.name))),
        jobs=tuple(jobs),
        deadline=_judge_deadline(samples, deadline, prepared),
        limits=tuple(_judge_limits(samples, prepared.template)),
        price=ForecastPrice(
            whole=spread_values([sample.glue_price + sample.step_functions_price for sample in samples]),
            glue_mean=sum(sample.glue_price for sample in samples) / count,
            step_functions_mean=sum(sample.step_functions_price for sample in samples) / count,
            dpu_hours_mean=sum(sample.dpu_seconds for sample in samples) / count / 3600,
            uncounted=(*_list_uncounted(uncounted), *_NOT_COUNTED),
        ),
        warnings=warnings,
        seconds=tuple(sorted(sample.seconds for sample in samples)),
    )


def _list_uncounted(found: Collection[str]) -> Iterator[str]:
    """Yield the names, with Glue jobs as one number: there can be many."""
    jobs = [name for name in found if name.startswith(UNKNOWN_DPUS)]
    yield from (name for name in found if not name.startswith(UNKNOWN_DPUS))
    if jobs:
        yield f"{len(jobs)} Glue jobs whose DPUs are unknown" if len(jobs) > 1 else f"{jobs[0]}, whose DPUs are unknown"


def _judge_deadline(
    samples: Sequence[RunSample], deadline: float | time | None, prepared: PreparedSimulation
) -> ForecastDeadline | None:
    if deadline is None:
        return None
    begin, at = prepared.begin, None
    if isinstance(deadline, time):
        assert begin is not None  # noqa: S101 - the request has a start time
        at = _find_next(deadline, begin, find_time_zone(prepared.template, prepared.machine))
        seconds = (at - begin).total_seconds()
    else:
        seconds = deadline
        at = None if begin is None else begin + timedelta(seconds=seconds)
    missed = sum(not sample.has_succeeded or sample.seconds > seconds for sample in samples)
    return ForecastDeadline(seconds=seconds, at=at, missed=estimate_share(missed, len(samples)))


def _judge_limits(samples: Sequence[RunSample], template: Template) -> Iterator[ForecastLimit]:
    titles = {machine.arn: template.build_title(machine) for machine in template.machines}
    for limit in list_limits(template):
        if limit.machine in titles:
            yield ForecastLimit(
                name=titles[limit.machine],
                seconds=limit.seconds,
                is_deadline=limit.is_deadline,
                missed=estimate_share(sum(limit in sample.missed for sample in samples), len(samples)),
            )


def _find_next(deadline: time, begin: datetime, zone_name: str) -> datetime:
    """Return the first moment after the start at which clocks in the time zone show this time."""
    zone = load_zone(zone_name)
    local = begin.astimezone(zone)
    for days in range(3):
        day = local.date() + timedelta(days=days)
        found = datetime.combine(day, deadline, tzinfo=zone).astimezone(timezone.utc)
        if found > begin:
            return found.astimezone(zone)
    raise AssertionError("every time comes within two days")
