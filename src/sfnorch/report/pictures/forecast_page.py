"""A forecast as one HTML page: a histogram of the end, percentiles, jobs, deadlines and the price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.distributions import Share, build_histogram
from sfnorch.durations import format_duration
from sfnorch.prices import PRICES_FROM
from sfnorch.report.forecast import format_share, name_job
from sfnorch.report.pictures.elements import Element, add_element
from sfnorch.report.pictures.histogram import add_histogram, count_late, name_forecast
from sfnorch.report.pictures.page_frame import PageFrame
from sfnorch.report.pictures.sections import add_facts
from sfnorch.report.pictures.tables import Cell, add_table, build_share

if TYPE_CHECKING:
    from sfnorch.app.forecasts.results import Forecast, ForecastExecution


_END_HEADINGS = ("Ends after", "P50", "P90", "P99", "Maximum", "Mean", "Fails")
_JOB_HEADINGS = ("Job", "On the critical path", "Fails", "Recorded runs")
_DEADLINE_HEADINGS = ("Deadline", "After the start", "Missed", "95% confidence")


def render_forecast(forecast: Forecast) -> str:
    """Return the page."""
    frame = PageFrame(name_forecast(forecast), styles=["histogram.css", "forecast.css"])
    main = add_element(frame.body, "main")
    add_facts(main, dict(_list_facts(forecast)))
    if forecast.warnings:
        warnings = add_element(main, "ul", class_="warnings", aria_label="Warnings")
        for warning in forecast.warnings:
            add_element(warnings, "li", f"⚠ {warning}")
    add_element(main, "h2", "When the run ends")
    picture = add_element(main, "div", class_="frame", role="region", aria_label="Histogram", tabindex="0")
    add_histogram(picture, forecast)
    _add_intervals(main, forecast)
    add_element(main, "h2", "Executions")
    rows = [_list_cells(each) for each in (forecast.main, *forecast.executions)]
    add_table(main, "Ends of executions after the start of the run", _END_HEADINGS, rows)
    if forecast.jobs:
        add_element(main, "h2", "Jobs")
        _add_jobs(main, forecast)
    if forecast.deadline or forecast.limits:
        add_element(main, "h2", "Deadlines")
        rows = list(_list_deadlines(forecast))
        add_table(main, "Deadlines, and how often they are missed", _DEADLINE_HEADINGS, rows)
    add_element(main, "h2", "Price of a run")
    _add_price(main, forecast)
    return frame.write()


def _list_facts(forecast: Forecast) -> Iterator[tuple[str, str]]:
    end, price = forecast.main.end, forecast.price
    yield "half of the runs end within", format_duration(end.p50)
    yield "90% of the runs end within", format_duration(end.p90)
    if forecast.deadline:
        yield "deadline missed", format_share(forecast.deadline.missed.value)
    yield "runs with a failure", format_share(forecast.failures.value)
    yield "price of a run", f"${price.whole.mean:.4f} on average, p90 ${price.whole.p90:.4f}"
    yield "simulated runs", f"{forecast.runs:,}, seed {forecast.seed}"


def _add_intervals(main: Element, forecast: Forecast) -> None:
    """Add the histogram as a table, for readers who do not see it."""
    part = add_element(main, "details")
    add_element(part, "summary", "The intervals as a table")
    rows = [
        (
            f"{format_duration(each.start)} to {format_duration(each.end)}",
            f"{each.cases:,}",
            format_share(each.cases / forecast.runs),
            *([f"{count_late(each, forecast):,}"] if forecast.deadline else []),
        )
        for each in build_histogram(forecast.seconds)
    ]
    headings = ("Ends after", "Runs", "Share", *(["After the deadline"] if forecast.deadline else []))
    add_table(part, "Runs by the time of their end", headings, rows)


def _list_cells(execution: ForecastExecution) -> list[Cell]:
    end = execution.end
    times = [format_duration(each) for each in (end.p50, end.p90, end.p99, end.most, end.mean)]
    return [execution.name, *times, _build_share(execution.failed, "bad")]


def _add_jobs(main: Element, forecast: Forecast) -> None:
    rows: list[list[Cell]] = [
        [
            name_job(job),
            _build_share(job.critical, "critical"),
            _build_share(job.failed, "bad"),
            f"{job.recorded:,}" if job.recorded else "none",
        ]
        for job in forecast.jobs
    ]
    add_table(main, "Jobs: the shares of runs in which they determine the end, and fail", _JOB_HEADINGS, rows)


def _list_deadlines(forecast: Forecast) -> Iterator[list[Cell]]:
    found = [(forecast.main.name, forecast.deadline.seconds, forecast.deadline.missed)] if forecast.deadline else []
    found = [(f"deadline of {name} (--deadline)", seconds, missed) for name, seconds, missed in found]
    for limit in forecast.limits:
        kind = "deadline" if limit.is_deadline else "maximum duration"
        found.append((f"{kind} of {limit.name}", limit.seconds, limit.missed))
    for name, seconds, missed in found:
        interval = f"{format_share(missed.low)} to {format_share(missed.high)}"
        yield [name, format_duration(seconds), _build_share(missed, "bad"), interval]


def _add_price(main: Element, forecast: Forecast) -> None:
    price = forecast.price
    glue: list[Cell] = ["Glue", f"${price.glue_mean:.4f}", f"{price.dpu_hours_mean:.2f} DPU-hours ({PRICES_FROM})"]
    rows: list[list[Cell]] = [
        *([glue] if price.dpu_hours_mean else ()),
        ["Step Functions", f"${price.step_functions_mean:.6f}", "state transitions"],
        ["All", f"${price.whole.mean:.4f}", f"p90 ${price.whole.p90:.4f}, p99 ${price.whole.p99:.4f}"],
    ]
    add_table(main, "Price of a run in US dollars", ("Service", "On average", "Details"), rows, kind="with-notes")
    add_element(main, "p", f"Not counted: {', '.join(price.uncounted)}", class_="note")


def _build_share(share: Share, kind: str) -> Element:
    return build_share(share.value, format_share(share.value), kind)
