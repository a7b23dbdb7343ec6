"""The options of `sfnorch simulate` that make it a forecast: many runs, from recorded runs of the jobs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_json
from sfnorch.cli.parameter_type import Function, ParameterType
from sfnorch.cli.saving import save_forecast
from sfnorch.durations import parse_duration
from sfnorch.report.progress_bar import show_progress_bar

if TYPE_CHECKING:
    from sfnorch.app.simulated.request import SimulateRequest

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Deadline(ParameterType["float | time"]):
    """A duration after the start such as 3h, in seconds, or a time of the day such as 06:00."""

    name = "06:00|3h"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | time:
        """Return the seconds, or the time of the day."""
        if isinstance(value, (float, time)):
            return value
        if match := _TIME.fullmatch(str(value)):
            return time(int(match[1]), int(match[2]))
        found = parse_duration(str(value))
        if found is None:
            self.fail(f"{value!r} is neither a time such as 06:00 nor a duration such as 3h", param, ctx)
        return found


def add_forecast_options(command: Function) -> Function:
    """Add `--durations`, `--runs` and `--deadline`."""
    options: list[Callable[[Function], Function]] = [
        click.option(
            "--durations",
            "durations_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Recorded runs of the jobs, saved by sfnorch history: simulate many runs, and forecast when they end.",
        ),
        click.option(
            "--runs",
            "run_count",
            type=int,
            metavar="NUMBER",
            show_default="1000",
            help="Number of runs of the forecast.",
        ),
        click.option(
            "--deadline",
            type=Deadline(),
            metavar="HH:MM|DURATION",
            help="Time by which the run must have succeeded: the forecast shows the probability of missing it.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def refuse_without_durations(run_count: int | None, deadline: float | time | None) -> None:
    """Fail as wrong usage if an option of a forecast is used without the recorded runs."""
    for option, value in (("--runs", run_count), ("--deadline", deadline)):
        if value is not None:
            raise click.UsageError(f"{option} requires --durations FILE; sfnorch history --save creates the file.")


def forecast_simulation(
    simulation: SimulateRequest,
    durations_file: Path,
    run_count: int | None,
    deadline: float | time | None,
    *,
    output_form: str,
    save: Path | None,
) -> None:
    """Print the forecast, and save it to the file `save`, if there is one."""
    from sfnorch.app.forecasting import DEFAULT_RUNS, WORTH_PROCESSES, ForecastRequest, forecast
    from sfnorch.console import Console
    from sfnorch.parallel_work import choose_count
    from sfnorch.report.forecast import convert_forecast, print_forecast

    runs = DEFAULT_RUNS if run_count is None else run_count
    request = ForecastRequest(
        simulation=simulation,
        durations=durations_file,
        runs=runs,
        deadline=deadline,
        processes=choose_count(None, runs, WORTH_PROCESSES),
    )
    with show_progress_bar("Simulating runs") as show:
        found = forecast(request, on_progress=show, on_warning=lambda text: click.echo(text, err=True))
    if output_form == "json":
        print_json(convert_forecast(found))
    else:
        print_forecast(found, Console())
    if save is not None:
        save_forecast(save, found, partial(print_forecast, found))
