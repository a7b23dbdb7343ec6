"""The values of fields: their types, their smallest and largest numbers, and texts from a list.

"Minimum value is", "Maximum value is", "Value should be one of" and "Expected value of type [STRING]" are measured:
https://github.com/floci-io/floci/issues/3733, /2968. The other types are written in the same form. The list of types of
a state and the timestamp are recorded. Limits are measured by cdk-preflight, or those of the pages of the state types:
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.definitions.fault import DefinitionFault, is_known
from sfnorch.durations import parse_timestamp
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json, is_number, name_type, read_list, read_string
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_LONGEST = 99_999_999


class NumberRange(NamedTuple):
    """The numbers that a field accepts."""

    least: float
    most: float | None = None
    whole: bool = True


NUMBERS: Mapping[str, NumberRange] = {
    "TimeoutSeconds": NumberRange(1, _LONGEST),
    "HeartbeatSeconds": NumberRange(1, _LONGEST),
    "Seconds": NumberRange(0, _LONGEST),
    "MaxConcurrency": NumberRange(0),
    "ToleratedFailureCount": NumberRange(0),
    "ToleratedFailurePercentage": NumberRange(0.0, 100.0, whole=False),
    "MaxItems": NumberRange(0, 100_000_000),
    "MaxItemsPerBatch": NumberRange(0),
    "MaxInputBytesPerBatch": NumberRange(0, 262_144),
    "IntervalSeconds": NumberRange(0, _LONGEST),
    "MaxAttempts": NumberRange(0, _LONGEST),
    "MaxDelaySeconds": NumberRange(1, 31_622_400),
    "BackoffRate": NumberRange(1.0, whole=False),
}
OF_MACHINE: Mapping[str, NumberRange] = {"TimeoutSeconds": NumberRange(0, _LONGEST)}
"""The numbers of a machine itself: its TimeoutSeconds can be 0."""

_WITHOUT_EXPRESSION = frozenset({"IntervalSeconds", "MaxAttempts", "MaxDelaySeconds", "BackoffRate"})
_TYPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Comment", "Next", "Default", "Resource", "Label", "StartAt", "Error", "Cause"), ("string",)),
    **dict.fromkeys(("Choices", "Retry", "Catch", "Branches", "CSVHeaders"), ("array",)),
    **dict.fromkeys(("ItemProcessor", "Iterator", "ProcessorConfig", "ItemReader", "ItemBatcher"), ("object",)),
    **dict.fromkeys(("ReaderConfig", "ResultWriter", "WriterConfig", "States", "Assign"), ("object",)),
    "Credentials": ("object", "string"),
    "End": ("boolean",),
    "Items": ("array", "string", "object"),
}
"""The types of a field's value."""


def check_values(
    body: Mapping[str, Json], path: Path, *, jsonata: bool, numbers: Mapping[str, NumberRange] = NUMBERS
) -> Iterator[DefinitionFault]:
    """Yield the fields of the mapping whose value has a wrong type or is too small or too large."""
    for name, value in body.items():
        if not is_known(value):
            continue
        if name in numbers:
            is_code = jsonata and name not in _WITHOUT_EXPRESSION and _is_expression(value)
            if not is_code:
                yield from _check_number(numbers[name], value, (*path, name))
        elif name in _TYPES and name_type(value) not in _TYPES[name]:
            yield refuse_type(value, (*path, name), *_TYPES[name])
        elif name == "Timestamp" and not (jsonata and _is_expression(value)):
            yield from check_timestamp(value, (*path, name))


def check_heartbeat(body: Mapping[str, Json], path: Path) -> Iterator[DefinitionFault]:
    """Yield a fault if the heartbeat of a Task is not shorter than its timeout.

    The language demands it: https://states-language.net/spec.html#task-state (documented, and emulated).
    """
    match body.get("TimeoutSeconds"), body.get("HeartbeatSeconds"):
        case (int() | float()) as timeout, (int() | float()) as heartbeat if heartbeat >= timeout:
            message = "HeartbeatSeconds must be smaller than TimeoutSeconds"
            hint = f"use less than {timeout}, or a longer timeout"
            yield DefinitionFault(path=(*path, "HeartbeatSeconds"), message=message, hint=hint)


def _is_expression(value: Json) -> bool:
    """Return whether the value is an expression, or the start of one, which is another fault."""
    return parse_code(value) is not None or read_string(value).startswith("{%")


def _check_number(limits: NumberRange, value: Json, path: Path) -> Iterator[DefinitionFault]:
    if not is_number(value) or (limits.whole and value != int(value)):
        yield refuse_type(value, path, "integer" if limits.whole else "number")
    elif value < limits.least:
        message, hint = f"Minimum value is {limits.least}", f"use {limits.least} or more"
        yield DefinitionFault(path=path, message=message, hint=hint)
    elif limits.most is not None and value > limits.most:
        message, hint = f"Maximum value is {limits.most}", f"use {limits.most} or less"
        yield DefinitionFault(path=path, message=message, hint=hint)


def refuse_type(value: Json, path: Path, *wanted: str) -> DefinitionFault:
    """Return the fault of a value that has none of the wanted types."""
    kind = name_type(value)
    hint = f"it is of the type {kind}"
    if kind == "boolean" and wanted == ("string",):
        hint += "; in YAML, write a word such as yes or no in quotes"
    types = ", ".join(wanted).upper()
    return DefinitionFault(path=path, message=f"Expected value of type [{types}]", hint=hint)


def refuse_others(state: LocatedState, name: str) -> Iterator[DefinitionFault]:
    """Yield a fault for each item that is no object, of a list of objects in the state."""
    for index, item in enumerate(read_list(state.body.get(name))):
        if name_type(item) != "object":
            yield refuse_type(item, (*state.path, name, index), "object")


def check_timestamp(value: Json, path: Path) -> Iterator[DefinitionFault]:
    """Yield a fault if the value is not a timestamp as RFC 3339 defines it."""
    if is_known(value) and not parse_timestamp(read_string(value)):
        message = "String does not match RFC3339 timestamp"
        yield DefinitionFault(path=path, message=message, hint="write it as 2026-12-31T23:59:00Z")


def check_one_of(body: Mapping[str, Json], name: str, path: Path, known: tuple[str, ...]) -> Iterator[DefinitionFault]:
    """Yield a fault if the mapping has the field, and its value is not in the list of known ones."""
    value = body.get(name)
    if name not in body or not is_known(value):
        return
    match value:
        case str() if value not in known:
            message = f"Value should be one of the following: [{', '.join(known)}]"
            if name in ("Type", "InputType"):
                message = f"The field '{name}' should have one of these values: [{', '.join(known)}]"
            yield DefinitionFault(path=(*path, name), message=message, hint=suggest_value(value, known))
        case str():
            return
        case _:
            yield refuse_type(value, (*path, name), "string")


def suggest_value(value: str, known: tuple[str, ...]) -> str:
    """Return a hint with the known value that differs only in case; otherwise, to use one of them."""
    same = next((one for one in known if one.lower() == value.lower()), "")
    return f"did you mean {same!r}?" if same else "use one of them"
