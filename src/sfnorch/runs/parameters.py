"""The parameters that a deployed state machine declares, and values that it would refuse.

The state machine validates its input itself. The checks here find the same faults before an execution starts, but for
patterns: only the state machine knows how its engine of regular expressions reads them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import cast

from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json, is_number, name_type, read_mapping, read_mappings, read_string, write_as_text
from sfnorch.protocol.mark import read_assigned_variables
from sfnorch.protocol.run_context import (
    DATE_WORDS,
    INTEGER_TEXT,
    PARAMS,
    TIME_WORDS,
    DeclaredParameter,
    RunState,
    RunVariable,
)
from sfnorch.schedules.run_values import is_date, is_time
from sfnorch.schedules.zones import UTC

_INTEGER = re.compile(INTEGER_TEXT)
_FIRST_TOO_LARGE = 10**15
_SHOWN = 60


def has_run_context(definition: Mapping[str, Json]) -> bool:
    """Return whether the state machine resolves the run and its parameters from its input."""
    return bool(read_assigned_variables(definition, RunState.DESCRIBE_RUN))


def is_run_passed(definition: Mapping[str, Json]) -> bool:
    """Return whether the state machine gets the run and its parameters from the one that starts it."""
    return RunState.INVALID_PARAMETERS in read_mapping(definition.get("States")) and not has_run_context(definition)


def read_time_zone(definition: Mapping[str, Json]) -> str:
    """Return the name of the time zone of the dates of runs; UTC for a state machine without one."""
    return read_string(read_assigned_variables(definition, RunState.DESCRIBE_RUN).get(RunVariable.TIME_ZONE), UTC)


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
        raise SfnorchError("\n".join(faults), hint=suggest_params(definition))


def suggest_params(definition: Mapping[str, Json]) -> str:
    """Return how to set the parameters of the state machine; an empty text if it declares none."""
    return "set parameters with --param NAME=VALUE" if list_declared(definition) else ""


def find_unknown(title: str, definition: Mapping[str, Json], params: Mapping[str, Json]) -> Iterator[str]:
    """Yield a sentence for each parameter that the state machine does not declare, with the most similar one."""
    known = [read_string(parameter.get("name")) for parameter in list_declared(definition)]
    if params and is_run_passed(definition):
        yield f"{title} gets its parameters from the state machine that starts it; start that one"
        return
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
    """Return what the parameter accepts if it does not accept this value; the pattern of a text is not checked."""
    text = value if isinstance(value, str) else ""
    match parameter.get("type"):
        case "integer" if not _is_integer(value) and not _INTEGER.fullmatch(text):
            return "a whole number of at most 15 digits"
        case "boolean" if not isinstance(value, bool) and text not in ("true", "false"):
            return "true or false"
        case "date" if text not in DATE_WORDS and not is_date(text):
            return f"a date such as 2026-01-31, {', '.join(DATE_WORDS[:-1])} or {DATE_WORDS[-1]}"
        case "timestamp" if text not in TIME_WORDS and not is_time(text):
            return f"a timestamp such as 2026-01-31T03:00:00Z, or {TIME_WORDS[0]}"
        case "enum" if write_as_text(value) not in (values := list(map(write_as_text, parameter.get("values", ())))):
            return f"one of {', '.join(values)}"
        case "string" if not isinstance(value, str):
            return "text; put it in quotes"
    return ""


def _is_integer(value: Json) -> bool:
    """Return whether the value is a whole number that a double of JSONata represents exactly, as texts do."""
    return is_number(value) and abs(value) < _FIRST_TOO_LARGE and float(value).is_integer()


def _show(value: Json) -> str:
    """Return a short text of the value for an error."""
    if isinstance(value, list | dict):
        return f"an {name_type(value)}"
    text = write_as_text(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…") if isinstance(value, str) else text
