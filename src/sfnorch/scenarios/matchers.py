"""Compare a value with what is expected: an equal value, or a matcher anywhere in it.

A mapping whose keys are all names of matchers is a matcher: `{contains: text}`, `{at_least: 2, at_most: 5}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from pydantic_core import PydanticCustomError

from sfnorch.json_values import Json, is_number, walk_values, write_as_text, write_compact

Expected: TypeAlias = Json
"""A value in which each mapping can be a matcher."""


class Words(str):
    """A text that describes what was found, and that is not itself the value."""

    __slots__ = ()


MISSING = Words("nothing")
"""What a mismatch shows for a value that does not exist."""


class Mismatch(NamedTuple):
    """A difference between a run and what is expected of it."""

    path: str
    """The path of the value in the scenario."""
    expected: str
    """What is expected, in words."""
    found: Json
    """What was found: a value, or `Words`."""
    at: float | None = None
    """When it happened, in seconds after the start of the run; None if there is no such moment."""
    line: int | None = None
    """The line of the expectation in the file."""


def write_mismatch(mismatch: Mismatch) -> str:
    """Return the difference as a line of text."""
    return f"{mismatch.path}: expected {mismatch.expected}, found {write_as_text(mismatch.found)}"


def check_expected(value: Expected) -> Expected:
    """Return the value. Raises PydanticCustomError if a matcher in it is invalid."""
    for _, inner in [((), value), *walk_values(value)]:
        if not _is_matcher(inner):
            continue
        assert isinstance(inner, dict)  # noqa: S101 - as _is_matcher says
        for name, given in inner.items():
            fault = _find_fault(name, given)
            if fault:
                raise PydanticCustomError("matcher", "{fault}", {"fault": f"{name}: {fault}"})
    return value


def list_mismatches(expected: Expected, found: Json, path: str, *, is_part: bool = False) -> Iterator[Mismatch]:
    """Yield the differences between the value and what is expected.

    `is_part`: whether mappings can have other keys, and lists other items.
    """
    match expected, found:
        case dict(), _ if _is_matcher(expected):
            for name, given in expected.items():
                yield from _MATCHERS[name](given, found, path)
        case dict(), dict():
            yield from _compare_mappings(expected, found, path, is_part=is_part)
        case list(), list() if is_part:
            for item in expected:
                if not any(is_match(item, other, is_part=True) for other in found):
                    yield Mismatch(path, f"an item {describe(item)}", found)
        case list(), list():
            for index, (item, other) in enumerate(zip(expected, found, strict=False)):
                yield from list_mismatches(item, other, f"{path}[{index}]")
            for index in range(len(found), len(expected)):
                yield Mismatch(f"{path}[{index}]", describe(expected[index]), MISSING)
            for index in range(len(expected), len(found)):
                yield Mismatch(f"{path}[{index}]", MISSING, found[index])
        case _ if not _is_equal(expected, found):
            yield Mismatch(path, describe(expected), found)


def is_match(expected: Expected, found: Json, *, is_part: bool = False) -> bool:
    """Return whether the value is what is expected."""
    return next(list_mismatches(expected, found, "", is_part=is_part), None) is None


def describe(expected: Expected) -> str:
    """Return what is expected in words: a value as JSON, a matcher by its name."""
    if _is_matcher(expected):
        assert isinstance(expected, dict)  # noqa: S101 - as _is_matcher says
        return " and ".join(
            name if name == "any" else f"{name.replace('_', ' ')} {describe(given)}" for name, given in expected.items()
        )
    return write_compact(expected)


def _compare_mappings(
    expected: Mapping[str, Json], found: Mapping[str, Json], path: str, *, is_part: bool
) -> Iterator[Mismatch]:
    for key, value in expected.items():
        if key in found:
            yield from list_mismatches(value, found[key], f"{path}.{key}", is_part=is_part)
        else:
            yield Mismatch(f"{path}.{key}", describe(value), MISSING)
    if not is_part:
        for key in found:
            if key not in expected:
                yield Mismatch(f"{path}.{key}", MISSING, found[key])


def _is_equal(expected: Json, found: Json) -> bool:
    """Return whether the values are equal; true is not 1."""
    return expected == found and isinstance(expected, bool) == isinstance(found, bool)


def _is_matcher(value: Json) -> bool:
    return isinstance(value, dict) and bool(value) and all(name in _MATCHERS for name in value)


def _match_equal(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    if given != found:
        yield Mismatch(path, describe(given), found)


def _match_part(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    match given, found:
        case str(), str():
            if given not in found:
                yield Mismatch(path, f"contains {describe(given)}", found)
        case dict(), dict():
            yield from list_mismatches(given, found, path, is_part=True)
        case _, list():
            yield from list_mismatches(given if isinstance(given, list) else [given], found, path, is_part=True)
        case _:
            yield Mismatch(path, f"contains {describe(given)}", found)


def _match_regex(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    if not isinstance(found, str) or not re.search(str(given), found):
        yield Mismatch(path, f"matches {given}", found)


def _match_any(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    return iter(())


def _match_most(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    if not is_number(found) or not is_number(given) or found > given:
        yield Mismatch(path, f"at most {describe(given)}", found)


def _match_least(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    if not is_number(found) or not is_number(given) or found < given:
        yield Mismatch(path, f"at least {describe(given)}", found)


def _match_not(given: Json, found: Json, path: str) -> Iterator[Mismatch]:
    if is_match(given, found):
        yield Mismatch(path, f"not {describe(given)}", found)


_MATCHERS: dict[str, Callable[[Json, Json, str], Iterator[Mismatch]]] = {
    "equals": _match_equal,
    "contains": _match_part,
    "matches": _match_regex,
    "any": _match_any,
    "at_most": _match_most,
    "at_least": _match_least,
    "not": _match_not,
}


def _find_fault(name: str, given: Json) -> str:
    """Return what is wrong with the value of a matcher; empty if nothing is."""
    if name == "matches":
        if not isinstance(given, str):
            return "expected a regular expression"
        try:
            re.compile(given)
        except re.error as error:
            return f"{given!r} is not a regular expression: {error}"
    if name == "any" and given is not True:
        return "expected true"
    if name in ("at_most", "at_least") and not is_number(given):
        return "expected a number"
    return ""
