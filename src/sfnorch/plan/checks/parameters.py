"""Checks of the parameters of a run: defaults, values and patterns."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.json_values import Json, write_as_text
from sfnorch.naming import derive_child_key, name_parameter_default
from sfnorch.plan.models.parameters import RunParameter
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.sound_part import ValidPart
from sfnorch.protocol.run_context import DATE_WORDS, INTEGER_TEXT, TIME_WORDS
from sfnorch.schedules.run_values import is_date, is_time

if TYPE_CHECKING:
    from sfnorch.plan.kinds import WrittenPlan

_LITERALS = ("true", "false", "null", "and", "or", "in")
"""Words of JSONata, which cannot be names in a path. https://docs.jsonata.org/simple"""

_INTEGER = re.compile(INTEGER_TEXT)
_PYTHON_ONLY = re.compile(r"\(\?(?![:=!])|\\[AZz]|[*+?}]\+|\{,")
"""What only some engines of regular expressions support: inline flags, named groups, \\A, \\Z and \\z, and quantifiers
that do not go back or have no minimum."""

_LITERAL = re.compile(r"\\[^AZz]|\[\^?\]?(\\.|[^]\\])*\]")
"""An escaped character, or a set of characters."""


def check_parameters(plan: WrittenPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield each fault of the plan's parameters."""
    for name, given in plan.parameters.items():
        path: Path = ("parameters", name)
        if name in _LITERALS:
            yield path, f"{name!r} is a word of JSONata, and cannot be a name in a path; choose another name"
        if not any(part.is_incomplete((*path, key)) for key in ("type", "values", "default", "pattern")):
            yield from _check_parameter(given, path)
    if plan.pattern == "master-child":
        defaults = {name_parameter_default(name): name for name in plan.parameters}
        for index, child in enumerate(plan.children):
            if taken := defaults.get(derive_child_key(child.name)):
                message = f"the stack needs the name {derive_child_key(child.name)} for the parameter {taken}"
                yield ("children", index, "name"), f"{message}; choose another name"


def _check_parameter(given: RunParameter, path: Path) -> Iterator[Fault]:
    if given.type == "enum" and not given.values:
        yield (*path, "type"), "the type enum requires values; add a list of values"
    if given.values and given.type != "enum":
        yield (*path, "values"), f"values are supported only for the type enum, not for {given.type}"
    texts = [write_as_text(value) for value in given.values]
    for index, text in enumerate(texts):
        if text in texts[:index]:
            yield (*path, "values", index), f"{text!r} is listed twice; remove one of them"
    if given.required and given.default is not None:
        yield (*path, "required"), "a parameter with a default is not required; remove required or default"
    if given.pattern is not None:
        if given.type != "string":
            yield (*path, "pattern"), f"a pattern is supported only for the type string, not for {given.type}"
        elif fault := _find_pattern_fault(given.pattern):
            yield (*path, "pattern"), fault
            return
    if given.default is not None and (fault := find_value_fault(given, given.default)):
        yield (*path, "default"), fault


def find_value_fault(given: RunParameter, value: Json) -> str:
    """Return why the value is invalid for the parameter, with its rule; empty if it is valid."""
    rule = _find_rule(given, value)
    return f"{write_as_text(value)!r} is invalid; must be {rule}" if rule else ""


def _find_rule(given: RunParameter, value: Json) -> str:
    """Return the rule that the value breaks; empty if it breaks none."""
    text = value if isinstance(value, str) else ""
    match given.type:
        case "integer":
            number = str(value) if isinstance(value, int) and not isinstance(value, bool) else text
            return "" if _INTEGER.fullmatch(number) else "a whole number of at most 15 digits"
        case "boolean":
            return "" if isinstance(value, bool) or text in ("true", "false") else "true or false"
        case "date":
            good = text in DATE_WORDS or is_date(text)
            return "" if good else f"a date, YYYY-MM-DD, or {_join(DATE_WORDS)}"
        case "timestamp":
            good = text in TIME_WORDS or is_time(text)
            return "" if good else f"a timestamp such as 2026-01-31T03:00:00Z, or {_join(TIME_WORDS)}"
        case "enum":
            known = [write_as_text(each) for each in given.values]
            return "" if write_as_text(value) in known or not known else f"one of {', '.join(known)}"
    if not isinstance(value, str):
        return "a string; put it in quotes"
    if given.pattern is not None and not re.fullmatch(given.pattern, value, re.ASCII):
        return f"text that matches {given.pattern}"
    return ""


def _find_pattern_fault(pattern: str) -> str:
    if match := _PYTHON_ONLY.search(_LITERAL.sub(".", pattern)):
        return f"{match[0]} is not supported by all engines of regular expressions; write the pattern without it"
    try:
        with warnings.catch_warnings():  # a set that other engines read in another way
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except FutureWarning:
        return "engines of regular expressions differ in [ and in repeated signs within brackets; escape them with \\"
    except re.error as error:
        return f"this is not a valid regular expression: {error}"
    from sfnorch.expressions import is_single_regex

    if not is_single_regex(pattern):
        return "JSONata does not read this as one regular expression; escape its brackets and slashes"
    return ""


def _join(words: tuple[str, ...]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
