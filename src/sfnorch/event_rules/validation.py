"""The faults of an event pattern: what PutRule refuses with InvalidEventPatternException.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html (documented); the rules of each operator
as in https://github.com/aws/event-ruler (the code of the service)
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from sfnorch.event_rules.operators import (
    ANYTHING_BUT,
    CIDR,
    EXCLUDED_BY,
    EXISTS,
    IGNORE_CASE,
    NUMERIC,
    OPERATORS,
    OR,
    PREFIX,
    SUFFIX,
    WILDCARD,
    find_comparison_fault,
)
from sfnorch.json_values import Json, is_number, list_values

MOST_CHARACTERS = 4_096
"""The maximum length of a pattern: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""

Path: TypeAlias = tuple[str | int, ...]

_BAD_ESCAPE = re.compile(r"(?:[^\\]|\\[*\\])*(\\)(?![*\\])")


class PatternFault(NamedTuple):
    """A fault of a pattern: its path in the pattern, and a message with a fix."""

    path: Path
    message: str


def find_pattern_faults(pattern: Mapping[str, Json]) -> Iterator[PatternFault]:
    """Yield the faults of an event pattern."""
    size = len(json.dumps(pattern, separators=(",", ":"), ensure_ascii=False))
    if size > MOST_CHARACTERS:
        yield PatternFault(
            (), f"the pattern has {size:,} characters, but EventBridge allows {MOST_CHARACTERS:,}; use fewer values"
        )
    yield from _check_fields(pattern, ())


def _check_fields(fields: Mapping[str, Json], path: Path, *, is_alternative: bool = False) -> Iterator[PatternFault]:
    if not fields:
        yield PatternFault(path, "an empty mapping is not allowed; add a field, or remove the key")
    for name, wanted in fields.items():
        here = (*path, name)
        match wanted:
            case _ if name == OR:
                yield from _check_alternatives(wanted, here)
            case _ if is_alternative and name in OPERATORS:
                yield PatternFault(here, f"{name!r} is an operator, not a field; write FIELD: [{{{name}: …}}]")
            case dict():
                yield from _check_fields(wanted, here, is_alternative=is_alternative)
            case []:
                yield PatternFault(here, "an empty list matches nothing; add a value")
            case list():
                for index, value in enumerate(wanted):
                    yield from _check_value(value, (*here, index))
            case _:
                shown = json.dumps(wanted, ensure_ascii=False)
                yield PatternFault(here, f"expected a list of values or a mapping of fields; write [{shown}]")


def _check_alternatives(alternatives: Json, path: Path) -> Iterator[PatternFault]:
    if not isinstance(alternatives, list) or len(alternatives) < 2:
        yield PatternFault(path, f"{OR} must be a list of at least two mappings")
        return
    for index, fields in enumerate(alternatives):
        if isinstance(fields, dict):
            yield from _check_fields(fields, (*path, index), is_alternative=True)
        else:
            yield PatternFault((*path, index), f"expected a mapping of fields; {OR} has only mappings")


def _check_value(value: Json, path: Path) -> Iterator[PatternFault]:
    match value:
        case list():
            yield PatternFault(path, "a list in a list is not allowed; write its values in the outer list")
        case dict() if len(value) != 1:
            yield PatternFault(path, f"an operator has exactly one key; got {', '.join(value) or 'none'}")
        case dict():
            ((name, operand),) = value.items()
            if fault := _find_operator_fault(name, operand):
                yield PatternFault((*path, name), fault)


def _find_operator_fault(name: str, operand: Json) -> str:
    """Return why the operator is invalid; empty if it is valid."""
    match name, operand:
        case _ if name not in OPERATORS:
            near = difflib.get_close_matches(name, OPERATORS, n=1)
            return f"unknown operator {name!r}; " + (
                f"did you mean {near[0]}?" if near else f"available: {', '.join(OPERATORS)}"
            )
        case (("prefix" | "suffix"), {"equals-ignore-case": str(), **more}) if not more:
            return ""
        case _ if name == EXISTS:
            return "" if isinstance(operand, bool) else "expected true or false"
        case _ if name == NUMERIC:
            return find_comparison_fault(operand)
        case _ if name == ANYTHING_BUT:
            return _find_exclusion_fault(operand)
        case _ if name in (PREFIX, SUFFIX, WILDCARD, IGNORE_CASE, CIDR) and not isinstance(operand, str):
            return "expected a string"
        case _ if name == WILDCARD:
            return _find_wildcard_fault(str(operand))
        case _ if name == CIDR:
            return _find_block_fault(str(operand))
    return ""


def _find_exclusion_fault(operand: Json) -> str:
    match operand:
        case dict():
            return _find_inner_fault(operand)
        case []:
            return "an empty list excludes nothing; add a value"
    values = list_values(operand)
    if values and (all(isinstance(value, str) for value in values) or all(map(is_number, values))):
        return ""
    return "expected a string or a number, or a list of only strings or only numbers"


def _find_inner_fault(operand: Mapping[str, Json]) -> str:
    if len(operand) != 1 or next(iter(operand)) not in EXCLUDED_BY:
        return f"expected one of {', '.join(EXCLUDED_BY)}; got {', '.join(operand) or 'none'}"
    ((name, texts),) = operand.items()
    listed = list_values(texts)
    if not listed or not all(isinstance(text, str) for text in listed):
        return f"expected a string or a list of strings for {name}"
    if name in (PREFIX, SUFFIX) and "" in listed:
        return f"an empty {name} is not allowed here"
    if name == WILDCARD:
        return next(filter(None, (_find_wildcard_fault(str(text)) for text in listed)), "")
    return ""


def _find_wildcard_fault(text: str) -> str:
    if _BAD_ESCAPE.match(text):
        return r"a backslash escapes only * and \; write \\ for a backslash"
    return "two asterisks in a row are not allowed; write one" if "**" in text.replace(r"\*", "") else ""


def _find_block_fault(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return f"{text!r} is not a block of IP addresses; write one such as 10.0.0.0/24"
    return "" if "/" in text else f"{text!r} has no prefix length; write {text}/32"
