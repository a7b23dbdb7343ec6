"""A forecast, as text with a histogram, and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from sfnorch.console import Console, Text
from sfnorch.distributions import Share, Spread, build_histogram
from sfnorch.durations import format_duration, format_iso_time
from sfnorch.prices import PRICES_FROM
from sfnorch.report.bars import LengthBar
from sfnorch.report.tables import build_figure_table, build_table

if TYPE_CHECKING:
    from sfnorch.app.forecasts.results import Forecast, ForecastDeadline, ForecastExecution, ForecastJob
    from sfnorch.documents.forecasts import (
        ForecastDeadlineData,
        ForecastDocument,
        ForecastExecutionData,
        ShareData,
        SpreadData,
    )

_KINDS = {
    "workflow": " (Glue workflow)",
    "function": " (function)",
    "machine": " (state machine)",
    "statement": " (SQL)",
    "query": " (Athena)",
    "crawl": " (crawler)",
}
"""What follows the name of work that is not a job."""

_MOST_ROWS = 50


def convert_forecast(forecast: Forecast) -> ForecastDocument:
    """Return the forecast as data."""
    price, deadline = forecast.price, forecast.deadline
    return {
        "runs": forecast.runs,
        "seed": forecast.seed,
        "main": _convert_execution(forecast.main),
        "failures": _convert_share(forecast.failures),
        "executions": [_convert_execution(each) for each in forecast.executions],
        "jobs": [
            {
                "job": job.name,
                "kind": job.kind,
                "recorded": job.recorded,
                "ran": _convert_share(job.ran),
                "critical": _convert_share(job.critical),
                "failed": _convert_share(job.failed),
            }
            for job in forecast.jobs
        ],
        "deadline": _convert_deadline(deadline) if deadline else None,
        "alarms": [
            {
                "machine": limit.name,
                "seconds": limit.seconds,
                "deadline": limit.is_deadline,
                "missed": _convert_share(limit.missed),
            }
            for limit in forecast.limits
        ],
        "price": {
            "total": _convert_spread(price.whole),
            "glue": _round(price.glue_mean),
            "stepFunctions": _round(price.step_functions_mean),
            "dpuHours": _round(price.dpu_hours_mean),
            "prices": PRICES_FROM,
            "notCounted": list(price.uncounted),
        },
        "histogram": [
            {"start": each.start, "end": each.end, "runs": each.cases} for each in build_histogram(forecast.seconds)
        ],
        "warnings": list(forecast.warnings),
    }


def _convert_deadline(deadline: ForecastDeadline) -> ForecastDeadlineData:
    return {
        "seconds": deadline.seconds,
        "at": format_iso_time(deadline.at),
        "missed": _convert_share(deadline.missed),
    }


def _convert_execution(execution: ForecastExecution) -> ForecastExecutionData:
    return {
        "name": execution.name,
        "end": _convert_spread(execution.end),
        "failed": _convert_share(execution.failed),
    }


def _convert_spread(spread: Spread) -> SpreadData:
    return {
        "min": _round(spread.least),
        "p50": _round(spread.p50),
        "p90": _round(spread.p90),
        "p99": _round(spread.p99),
        "max": _round(spread.most),
        "mean": _round(spread.mean),
    }


def _convert_share(share: Share) -> ShareData:
    return {"value": _round(share.value), "low": _round(share.low), "high": _round(share.high)}


def _round(value: float) -> float:
    """Return the value without digits that depend on the order of additions."""
    return round(value, 6)


def print_forecast(forecast: Forecast, console: Console) -> None:
    """Print the ends with a histogram, the jobs, the deadline and the price."""
    console.print(f"{count_runs(forecast)}, seed {forecast.seed}")
    console.print()
    console.print(_build_end_table(forecast))
    _print_rest(len(forecast.executions), "executions", console)
    console.print()
    console.print(Text(f"End of {forecast.main.name}", style="bold"))
    console.print(_build_histogram_table(forecast))
    console.print()
    console.print(_build_job_table(forecast))
    _print_rest(len(forecast.jobs), "jobs", console)
    console.print()
    console.print(build_figure_table(_list_figures(forecast)))
    for warning in forecast.warnings:
        console.print_words(Text(f"warning: {warning}", style="yellow"))


def count_runs(forecast: Forecast) -> str:
    """Return the number of simulated runs in words."""
    return f"{forecast.runs:,} simulated run{'' if forecast.runs == 1 else 's'}"


def _print_rest(count: int, what: str, console: Console) -> None:
    """Print how many rows a table lacks, if it does."""
    if count > _MOST_ROWS:
        console.print(f"… and {count - _MOST_ROWS:,} more {what}; --output json has all of them")


def _build_end_table(forecast: Forecast) -> Table:
    table = build_table("ENDS AFTER", "P50", "P90", "P99", "MAX", "FAILS", has_numbers=True)
    for execution in (forecast.main, *forecast.executions[:_MOST_ROWS]):
        end = execution.end
        times = (format_duration(each) for each in (end.p50, end.p90, end.p99, end.most))
        table.add_row(Text(execution.name), *times, format_share(execution.failed.value))
    return table


def _build_job_table(forecast: Forecast) -> Table:
    table = build_table("JOB", "ON CRITICAL PATH", "FAILS", "RECORDED RUNS", has_numbers=True)
    for job in forecast.jobs[:_MOST_ROWS]:
        table.add_row(
            Text(name_job(job)),
            format_share(job.critical.value),
            format_share(job.failed.value),
            f"{job.recorded:,}" if job.recorded else Text("none", style="yellow"),
        )
    return table


def name_job(job: ForecastJob) -> str:
    """Return the name of a job; other work has its kind."""
    return job.name + _KINDS.get(job.kind, "")


def _build_histogram_table(forecast: Forecast) -> Table:
    """Return a row for each bin: when it begins, a bar, the number of runs, and whether these miss the deadline."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    bins = build_histogram(forecast.seconds)
    most = max(each.cases for each in bins)
    deadline = forecast.deadline.seconds if forecast.deadline else None
    for each in bins:
        is_late = deadline is not None and each.start >= deadline
        bar = LengthBar(each.cases / most, "red" if is_late else "green")
        table.add_row(format_duration(each.start), bar, f"{each.cases:,}", "late" if is_late else "")
    return table


def _list_figures(forecast: Forecast) -> Iterator[tuple[str, str]]:
    if forecast.deadline:
        yield "deadline", describe_deadline(forecast.deadline)
    for limit in forecast.limits:
        kind = "deadline" if limit.is_deadline else "maximum duration"
        missed = f"missed in {format_share(limit.missed.value)} of the runs"
        yield f"{kind} of {limit.name}", f"{format_duration(limit.seconds)} after its start; {missed}"
    yield "runs with a failure", format_share(forecast.failures.value)
    price = forecast.price
    yield (
        "price of a run",
        f"${price.whole.mean:.4f} on average, p90 ${price.whole.p90:.4f}, p99 ${price.whole.p99:.4f}",
    )
    if price.dpu_hours_mean:
        yield "  Glue", f"${price.glue_mean:.4f}, {price.dpu_hours_mean:.2f} DPU-hours ({PRICES_FROM})"
    yield "  Step Functions", f"${price.step_functions_mean:.6f}"
    yield "  not counted", ", ".join(price.uncounted)


def describe_deadline(deadline: ForecastDeadline) -> str:
    """Return when a deadline is, and how often it is missed."""
    after = f"{format_duration(deadline.seconds)} after the start"
    when = after if deadline.at is None else f"{deadline.at:%Y-%m-%d %H:%M %Z}, {after}"
    missed = deadline.missed
    interval = f"95% confidence: {format_share(missed.low)} to {format_share(missed.high)}"
    return f"{when}; missed in {format_share(missed.value)} of the runs ({interval})"


def format_share(share: float) -> str:
    """Return the share as a percentage, which is 0% or 100% only for none or all."""
    percent = share * 100
    if percent in (0, 100):
        return f"{percent:.0f}%"
    return f"{min(max(percent, 0.1), 99.9):.1f}%"
