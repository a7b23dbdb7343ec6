"""The values of fields: their types, their smallest and largest numbers, and texts from a list.

"Minimum value is", "Maximum value is" are measured: https://github.com/floci-io/floci/issues/3733. The timestamp and
the list of values are recorded. Limits are those of the pages of the state types:
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.definitions.fault import DefinitionFault, is_known
from sfnorch.durations import parse_timestamp
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json, name_type
from sfnorch.template.located import Path

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
_WITHOUT_EXPRESSION = frozenset({"IntervalSeconds", "MaxAttempts", "MaxDelaySeconds", "BackoffRate"})
_TYPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Comment", "Next", "Default", "Resource", "Label", "StartAt", "Error", "Cause"), ("string",)),
    **dict.fromkeys(("Choices", "Retry", "Catch", "Branches"), ("array",)),
    **dict.fromkeys(("ItemProcessor", "Iterator", "ProcessorConfig", "ItemReader", "ItemBatcher"), ("object",)),
    **dict.fromkeys(("ReaderConfig", "ResultWriter", "States", "Assign"), ("object",)),
    "Credentials": ("object", "string"),
    "End": ("boolean",),
    "Items": ("array", "string", "object"),
}
"""The types of a field's value."""


def check_values(body: Mapping[str, Json], path: Path, *, jsonata: bool) -> Iterator[DefinitionFault]:
    """Yield the fields of the mapping whose value has a wrong type or is too small or too large."""
    for name, value in body.items():
        if not is_known(value):
            continue
        if name in NUMBERS:
            is_code = jsonata and name not in _WITHOUT_EXPRESSION and parse_code(value) is not None
            if not is_code:
                yield from _check_number(name, value, (*path, name))
        elif name in _TYPES and name_type(value) not in _TYPES[name]:
            yield _refuse_type(name, value, (*path, name), " or ".join(_TYPES[name]))
        elif name == "Timestamp" and not (jsonata and parse_code(value) is not None):
            yield from check_timestamp(value, (*path, name))


def _check_number(name: str, value: Json, path: Path) -> Iterator[DefinitionFault]:
    limits = NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or (limits.whole and value != int(value)):
        yield _refuse_type(name, value, path, "integer" if limits.whole else "number")
    elif value < limits.least:
        yield DefinitionFault(
            path=path, message=f"Minimum value is {limits.least}", hint=f"use {limits.least} or more for {name}"
        )
    elif limits.most is not None and value > limits.most:
        yield DefinitionFault(
            path=path, message=f"Maximum value is {limits.most}", hint=f"use {limits.most} or less for {name}"
        )


def _refuse_type(name: str, value: Json, path: Path, wanted: str) -> DefinitionFault:
    found = name_type(value)
    return DefinitionFault(path=path, message=f"{name} is of the type {found}", hint=f"use the type {wanted}")


def check_timestamp(value: Json, path: Path) -> Iterator[DefinitionFault]:
    """Yield a fault if the value is not a timestamp as RFC 3339 defines it."""
    if is_known(value) and not (isinstance(value, str) and parse_timestamp(value)):
        message = "String does not match RFC3339 timestamp"
        yield DefinitionFault(path=path, message=message, hint="write it as 2026-12-31T23:59:00Z")


def check_one_of(name: str, value: Json, path: Path, known: tuple[str, ...]) -> Iterator[DefinitionFault]:
    """Yield a fault if the value is not in the list of known ones."""
    if is_known(value) and value not in known:
        message = f"The field '{name}' should have one of these values: [{', '.join(known)}]"
        yield DefinitionFault(path=path, message=message, hint="use one of them")
