"""`--param NAME=VALUE` and `--params JSON|@FILE`: the values of a run's parameters; `--at`: its scheduled time."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import parse_json_value
from sfnorch.cli.parameter_type import Function, ParameterType
from sfnorch.cli.parameters import parse_pair
from sfnorch.durations import parse_scheduled_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfnorch.json_values import Json

_PARAM, _PARAMS = "--param", "--params"


class ScheduledTime(ParameterType[datetime]):
    """A date and a time, with or without an offset from UTC; a date alone is its midnight."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        found = parse_scheduled_time(text)
        if found is None:
            self.fail(f"{text!r} is not a time; use a value such as 2026-03-29T03:00 or 2026-03-29T01:00Z", param, ctx)
        return found


def add_param_options(command: Function) -> Function:
    """Add `--param NAME=VALUE` and `--params JSON|@FILE`."""
    param = click.option(
        _PARAM,
        "param_texts",
        multiple=True,
        metavar="NAME=VALUE",
        help="Value of a parameter of the run; can be repeated.",
    )
    params = click.option(
        _PARAMS,
        "params_text",
        metavar="JSON|@FILE",
        help="Values of parameters of the run: a JSON object, or @FILE with one in JSON or YAML. --param takes "
        "precedence over it.",
    )
    return param(params(command))


def parse_params(texts: Iterable[str], whole: str | None) -> dict[str, Json]:
    """Return the values by the names of parameters: text for `--param`, values of JSON for `--params`.

    Fail as wrong usage for another form, and for a duplicate name.
    """
    values = {} if whole is None else _parse_mapping(whole)
    given: dict[str, Json] = {}
    for text in texts:
        name, value = parse_pair(text, _PARAM, "NAME=VALUE, such as run_date=2026-01-31")
        if name in given:
            raise click.UsageError(f"{_PARAM}: duplicate name {name}.")
        given[name] = value
    return {**values, **given}


def _parse_mapping(text: str) -> dict[str, Json]:
    value = _read_file(Path(text[1:])) if text.startswith("@") else parse_json_value(text, _PARAMS)
    if not isinstance(value, dict):
        raise click.UsageError(f'{_PARAMS}: expected an object, such as {{"run_date": "2026-01-31"}}.')
    return value


def _read_file(path: Path) -> Json:
    """Return the value in a file of JSON or YAML, whose dates stay text. Raises SfnorchError for an invalid file."""
    from sfnorch.json_values import walk_values  # slow to load, and few runs have such a file
    from sfnorch.source import SourceError, SourceKind, read_text
    from sfnorch.template.reader import parse_value

    kind = SourceKind(
        name="parameters file",
        error=SourceError,
        max_bytes=1_000_000,
        max_depth=50,
        max_values=10_000,
        aliases=True,
        hints={"large": "the input of an execution has at most 262,144 bytes"},
    )
    value = parse_value(read_text(path, kind), str(path), kind)
    if any(isinstance(one, float) and not math.isfinite(one) for _, one in walk_values(value)):
        raise click.UsageError(f"{_PARAMS}: {path} has a number that JSON does not have.")
    return value
