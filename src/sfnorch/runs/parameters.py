"""The parameters that a deployed state machine declares, and values that it would refuse.

The state machine validates its input itself. What is checked here is found before an execution starts: unknown names,
required parameters without a value, and values that no conversion accepts. The state machine decides about all other values.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast

from sfnorch.durations import parse_timestamp
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json, name_type, read_list, read_mappings, read_string, write_as_text
from sfnorch.protocol.mark import read_assigned_variables
from sfnorch.protocol.run_context import PARAMS, DeclaredParameter, RunState, RunVariable
from sfnorch.schedules.zones import UTC

_INTEGER = re.compile(r"\s*[+-]?\d+(\.0*)?\s*")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d).*", re.DOTALL)
_DATE_WORDS = ("today", "yesterday", "month_start")
_TIME_WORDS = ("scheduled_time",)
_SHOWN = 60


def has_run_context(definition: Mapping[str, Json]) -> bool:
    """Return whether the state machine resolves the run and its parameters from its input."""
    return bool(read_assigned_variables(definition, RunState.DESCRIBE_RUN))


def read_time_zone(definition: Mapping[str, Json]) -> str:
    """Return the name of the time zone of the dates of runs; UTC for a state machine without one."""
    return read_string(read_assigned_variables(definition, RunState.DESCRIBE_RUN).get("timezone"), UTC)


def list_declared(definition: Mapping[str, Json]) -> list[DeclaredParameter]:
    """Return the parameters that the state machine declares; an empty list if it declares none."""
    rows = read_assigned_variables(definition, RunState.DESCRIBE_RUN).get(RunVariable.DECLARED)
    return [cast("DeclaredParameter", row) for row in read_mappings(rows)]


def merge_params(execution_input: Json | Mapping[str, Json], params: Mapping[str, Json]) -> dict[str, Json]:
    """Return the parameters in an input, with these values instead of those of the same names.

    Raises RequestError if the parameters in the input are not an object.
    """
    before = execution_input.get(PARAMS) if isinstance(execution_input, Mapping) else None
    if before is not None and not isinstance(before, Mapping):
        raise RequestError(f": {PARAMS} must be an object with the values of parameters", field="execution_input")
    return {**(before or {}), **params}


def refuse_params(title: str, definition: Mapping[str, Json], params: Mapping[str, Json]) -> None:
    """Raise SfnorchError with all faults of the values for a run of the state machine `title`."""
    faults = [*find_unknown(title, definition, params), *_find_value_faults(list_declared(definition), params)]
    if faults:
        raise SfnorchError("\n".join(faults), hint="set parameters with --param NAME=VALUE")


def find_unknown(title: str, definition: Mapping[str, Json], params: Mapping[str, Json]) -> Iterator[str]:
    """Yield a sentence for each parameter that the state machine does not declare, with the most similar one."""
    known = [read_string(parameter.get("name")) for parameter in list_declared(definition)]
    if params and not known:
        yield f"{title} has no parameters; declare them in the plan under `parameters`, and deploy it"
        return
    for name in params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            yield f"unknown parameter {name!r}; " + (
                f"did you mean {near[0]}?" if near else f"available: {', '.join(known)}"
            )


def _find_value_faults(declared: list[DeclaredParameter], params: Mapping[str, Json]) -> Iterator[str]:
    for parameter in declared:
        name, value = read_string(parameter.get("name")), params.get(read_string(parameter.get("name")))
        if value is not None:
            if wanted := _find_fault(parameter, value):
                yield f"parameter {name}: expected {wanted}, got {_show(value)}"
        elif parameter.get("required") and parameter.get("default") is None and not parameter.get("atDeploy"):
            yield f"parameter {name}: required, and neither the plan nor the stack has a value"


def _find_fault(parameter: DeclaredParameter, value: Json) -> str:
    """Return what the parameter accepts if it cannot be this value; empty for a value that it can be."""
    if isinstance(value, list | dict):
        return "one value"
    text = write_as_text(value)
    match parameter.get("type"):
        case "integer" if isinstance(value, bool) or not _INTEGER.fullmatch(text):
            return "a whole number"
        case "boolean" if isinstance(value, str) and value.strip().lower() not in ("true", "false"):
            return "true or false"
        case "enum" if values := [write_as_text(one) for one in read_list(parameter.get("values"))]:
            return "" if text in values else f"one of {', '.join(values)}"
        case "date" if text not in _DATE_WORDS and not _is_date(text):
            return f"a date such as 2026-01-31, {', '.join(_DATE_WORDS[:-1])} or {_DATE_WORDS[-1]}"
        case "timestamp" if text not in _TIME_WORDS and not (_is_date(text) or parse_timestamp(text)):
            return f"a time such as 2026-01-31T03:00:00Z, or {_TIME_WORDS[0]}"
    return ""


def _is_date(text: str) -> bool:
    """Return whether the text begins with a date of the calendar."""
    match = _DATE.fullmatch(text)
    try:
        return match is not None and date.fromisoformat(match[1]) is not None
    except ValueError:
        return False


def _show(value: Json) -> str:
    """Return a short text of the value for an error."""
    if isinstance(value, list | dict):
        return f"an {name_type(value)}"
    text = write_as_text(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
