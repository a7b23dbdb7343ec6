"""Options of a range of dates: `--from`, `--to` and `--every`; and those of how its dates run."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from sfnorch.cli.parameter_type import Function, ParameterType
from sfnorch.protocol.backfill import MOST_PARALLEL
from sfnorch.schedules.date_ranges import STEP_FORM, parse_date, parse_step

if TYPE_CHECKING:
    from sfnorch.app.simulated.backfill import SimulatedBackfill


class CalendarDate(ParameterType[date]):
    """A date of the calendar, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date."""
        if isinstance(value, date):
            return value
        found = parse_date(str(value))
        if found is None:
            self.fail(f"{value!r} is not a date; use YYYY-MM-DD, such as 2026-01-31", param, ctx)
        return found


class Step(ParameterType[str]):
    """A step between dates, such as 1d, 2w or 3mo."""

    name = "1d"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text of the step."""
        if parse_step(str(value)) is None:
            self.fail(f"{value!r} is not a step; use {STEP_FORM}", param, ctx)
        return str(value)


def add_range_options(command: Function, *, required: bool) -> Function:
    """Add `--from`, `--to`, `--every`, `--parallel` and `--stop-on-failure`."""
    options = (
        click.option(
            "--from", "first", type=CalendarDate(), required=required, metavar="DATE", help="First date, YYYY-MM-DD."
        ),
        click.option(
            "--to", "last", type=CalendarDate(), required=required, metavar="DATE", help="Last date, which is included."
        ),
        click.option(
            "--every",
            type=Step(),
            metavar="STEP",
            default="1d",
            show_default=True,
            help="Step from one date to the next: days, weeks or months, such as 1d, 2w or 3mo.",
        ),
        click.option(
            "--parallel",
            type=click.IntRange(1, MOST_PARALLEL),
            metavar="NUMBER",
            default=1,
            show_default=True,
            help="Number of dates that run concurrently.",
        ),
        click.option("--stop-on-failure", is_flag=True, help="Start no further date after a failure."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def add_backfill_option(command: Function) -> Function:
    """Add `--backfill`."""
    return click.option(
        "--backfill",
        is_flag=True,
        help="Simulate a backfill: a run for each date from --from to --to.",
    )(command)


def build_simulated_backfill(
    is_backfill: bool,
    first: date | None,
    last: date | None,
    every: str,
    parallel: int,
    stop_on_failure: bool,
    param: str | None,
) -> SimulatedBackfill | None:
    """Return the backfill to simulate; None without `--backfill`. Fail as wrong usage for a range without it."""
    if not is_backfill:
        if first or last or stop_on_failure:
            raise click.UsageError("--from, --to and --stop-on-failure require --backfill.")
        return None
    if first is None or last is None:
        raise click.UsageError("--backfill requires --from and --to.")
    from sfnorch.app.backfill_request import DateRange
    from sfnorch.app.simulated.backfill import SimulatedBackfill

    return SimulatedBackfill(
        dates=DateRange(first=first, last=last, every=every),
        param=param,
        parallel=parallel,
        stop_on_failure=stop_on_failure,
    )


def parse_date_parameters(texts: tuple[str, ...]) -> tuple[str | None, dict[str, str]]:
    """Return the parameter that gets the date, from a text NAME, and the values of the others, from NAME=VALUE.

    Fail as wrong usage for a second NAME, and for a duplicate name.
    """
    named: str | None = None
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name.strip():
            raise click.UsageError(f"--param: {text!r} is not NAME or NAME=VALUE.")
        if equals and name in values:
            raise click.UsageError(f"--param: duplicate name {name}.")
        if equals:
            values[name] = value
        elif named is None:
            named = name
        else:
            raise click.UsageError(f"--param: {named} and {name} cannot both get the date.")
    return named, values
