"""The option `--save`: a run or a forecast as a report or a chart in a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.files import write_whole

if TYPE_CHECKING:
    from sfnorch.app.forecasts.results import Forecast
    from sfnorch.console import Console
    from sfnorch.report.pictures.drawn_run import DrawnRun

_SUFFIXES = (".svg", ".html", ".txt")
_WIDTH = 120


def check_saved_name(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Return the file to save to. Fail as wrong usage for a name with another ending than a report has."""
    if value is not None and value.suffix not in _SUFFIXES:
        raise click.UsageError(f"--save {value}: the name must end in {', '.join(_SUFFIXES)}.", ctx)
    return value


add_save_option = click.option(
    "--save",
    type=click.Path(path_type=Path),
    callback=check_saved_name,
    metavar="FILE",
    help="File to save the run to: a report (.html), a chart (.svg), or the output (.txt).",
)


def require_wait(save: Path | None, *, no_wait: bool) -> None:
    """Fail as wrong usage if the run should be saved and not followed."""
    if no_wait and save is not None:
        raise click.UsageError("--save cannot be combined with --no-wait: the run is saved when it has ended.")


def save_run(
    path: Path, draw: Callable[[], DrawnRun], print_all: Callable[[Console], None], *, width: int = _WIDTH
) -> None:
    """Save a run in the format that the name of the file has.

    `print_all` prints the output of the command to a console of this width.

    Raises SfnorchError if the file cannot be written.
    """
    if path.suffix == ".txt":
        write_whole(path, _record_text(print_all, width))
    elif path.suffix == ".svg":
        from sfnorch.report.pictures.chart import render_chart  # few commands save a run

        write_whole(path, render_chart(draw()))
    else:
        from sfnorch.report.pictures.page import render_page

        run = draw()
        write_whole(path, render_page(run.title, [run]))


def save_forecast(path: Path, forecast: Forecast, print_all: Callable[[Console], None]) -> None:
    """Save a forecast as `save_run` saves a run; its chart is the histogram.

    Raises SfnorchError if the file cannot be written.
    """
    if path.suffix == ".txt":
        write_whole(path, _record_text(print_all, _WIDTH))
    elif path.suffix == ".svg":
        from sfnorch.report.pictures.histogram import render_histogram

        write_whole(path, render_histogram(forecast))
    else:
        from sfnorch.report.pictures.forecast_page import render_forecast

        write_whole(path, render_forecast(forecast))


def _record_text(print_all: Callable[[Console], None], width: int) -> str:
    """Return what the function prints to a console."""
    from sfnorch.console import Console

    console = Console(file=io.StringIO(), record=True, width=width)
    print_all(console)
    return console.export_text()
