"""A forecast without a simulation, for pictures of it."""

from __future__ import annotations

from datetime import datetime, timezone

from sfnorch.app.forecasts.results import (
    Forecast,
    ForecastDeadline,
    ForecastExecution,
    ForecastJob,
    ForecastLimit,
    ForecastPrice,
)
from sfnorch.distributions import estimate_share, spread_values

SECONDS = tuple(sorted([1_200.0 + 20 * (number % 37) + 300 * (number % 5) for number in range(200)]))


def build_forecast(
    seconds: tuple[float, ...] = SECONDS, deadline: float | None = 2_400.0, *, name: str = "master", warning: str = ""
) -> Forecast:
    """A forecast of runs that end at these times, with a child and two jobs."""
    count = len(seconds)
    missed = sum(each > deadline for each in seconds) if deadline else 0
    at = datetime(2026, 3, 30, 6, tzinfo=timezone.utc)
    return Forecast(
        runs=count,
        seed=0,
        main=ForecastExecution(name=name, end=spread_values(seconds), failed=estimate_share(0, count)),
        failures=estimate_share(count // 10, count),
        executions=(
            ForecastExecution(
                name=f"{name}-child", end=spread_values(seconds), failed=estimate_share(count // 10, count)
            ),
        ),
        jobs=(
            ForecastJob(
                name=f"{name}-load",
                kind="job",
                ran=estimate_share(count, count),
                critical=estimate_share(count * 3 // 4, count),
                failed=estimate_share(count // 10, count),
                recorded=12,
            ),
            ForecastJob(
                name=f"{name}-check",
                kind="function",
                ran=estimate_share(count, count),
                critical=estimate_share(count // 4, count),
                failed=estimate_share(0, count),
                recorded=0,
            ),
        ),
        deadline=ForecastDeadline(seconds=deadline, at=at, missed=estimate_share(missed, count)) if deadline else None,
        limits=(
            ForecastLimit(name=f"{name}-child", seconds=3_000.0, is_deadline=False, missed=estimate_share(0, count)),
        ),
        price=ForecastPrice(
            whole=spread_values([0.9, 1.0, 1.4]),
            glue_mean=0.9986,
            step_functions_mean=0.000557,
            dpu_hours_mean=3.24,
            uncounted=("SNS", "S3"),
        ),
        warnings=(warning,) if warning else (),
        seconds=seconds,
    )
