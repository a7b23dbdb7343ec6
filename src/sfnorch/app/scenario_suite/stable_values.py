"""The parts of texts and values that are the same in each run, and those that differ from a usual value."""

from __future__ import annotations

import re

from sfnorch.json_values import Json, read_mapping, walk_values

DIFFERENT = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|jr_[0-9a-f]|wr_[0-9a-f]|arn:|https?://|[0-9a-f]{16}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d|-[0-9a-f]{8})"
)
"""What texts have that differs from run to run: names of executions, IDs of job runs, links, times."""

_DIFFERENT_MEMBER = re.compile(rf'"[^"]*(?:{DIFFERENT.pattern})[^"]*"')
DIFFERENT_WORD = re.compile(rf"\S*(?:{DIFFERENT.pattern})\S*")

_SPECIAL = re.compile(r"[\\.*+?|(){}\[\]^$]")
_ESCAPED = r"\\\g<0>"

MOST_TEXT = 400
_MOST_PATTERN = 1_000
_MOST_LINES = 8
ANY: Json = {"any": True}
"""The matcher for what differs from run to run."""


def take_lines(text: str) -> str:
    """Return the lines at the beginning that are the same in each run."""
    lines: list[str] = []
    for line in text.split("\n")[:_MOST_LINES]:
        found = DIFFERENT.search(line)
        if found:
            lines.append(line[: found.start()])
            break
        lines.append(line)
        if line != line.rstrip():  # a blank at the end of a line, which cannot be in a block of YAML
            break
    return "\n".join(lines).strip()[:MOST_TEXT].strip()


def take_telling_part(text: str) -> str:
    """Return the longest part of a text that is the same in each run: of JSON, whole members."""
    word = _DIFFERENT_MEMBER if text.startswith("{") else DIFFERENT_WORD
    longest = max(word.split(text), key=len, default="")
    if not text.startswith("{"):
        longest = max(longest.split("\n"), key=len)
    return longest.strip(", ")[:MOST_TEXT].strip()


def write_pattern(text: str) -> str:
    """Return a regular expression for a text: its parts that are the same in each run, in their order."""
    word = _DIFFERENT_MEMBER if text.startswith("{") else DIFFERENT_WORD
    pattern = ""
    for part in word.split(text):
        longer = f"{pattern}.*{_SPECIAL.sub(_ESCAPED, part)}" if pattern else _SPECIAL.sub(_ESCAPED, part)
        if len(longer) > _MOST_PATTERN:
            break
        pattern = longer
    return pattern


def hide(value: Json) -> Json:
    """Return the value with a matcher instead of each text that differs from run to run."""
    match value:
        case dict():
            return {key: hide(item) for key, item in value.items()}
        case list():
            return [hide(item) for item in value]
        case str() if DIFFERENT.search(value):
            inner = take_telling_part(value)
            return {"contains": inner} if len(inner) > 20 and " " in inner else ANY
    return value


def _has_matcher(value: Json) -> bool:
    return (
        value == ANY
        or any(inner == ANY or read_mapping(inner).keys() == {"contains"} for _, inner in walk_values(value))
        or (read_mapping(value).keys() == {"contains"})
    )


def take_differences(value: Json, usual: Json) -> Json:
    """Return the parts of the value that differ from the usual one, without those that differ in each run."""
    match value, usual:
        case dict(), dict():
            parts = {
                key: take_differences(item, usual.get(key)) for key, item in value.items() if item != usual.get(key)
            }
            return {key: part for key, part in parts.items() if part != ANY and part not in ({}, [])}
        case list(), list() if all(isinstance(item, dict) for item in value):
            return [_take_item(item) for item in value if item not in usual]
    return value


def _take_item(item: Json) -> Json:
    """Return what an item of a list is: exactly, or without what differs in each run."""
    assert isinstance(item, dict)  # noqa: S101 - as the caller says
    rest = {key: value for key, value in item.items() if not _has_matcher(value)}
    return rest if rest != item else {"equals": item}
