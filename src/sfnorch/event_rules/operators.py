"""The operators of event patterns: how each compares a value of an event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html (documented); values of
another type, null and empty texts as in https://github.com/aws/event-ruler (the code of the service)
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Iterator

from sfnorch.json_values import Json, is_number, list_values, read_list

OR = "$or"
PREFIX, SUFFIX, WILDCARD = "prefix", "suffix", "wildcard"
IGNORE_CASE, ANYTHING_BUT, NUMERIC, EXISTS, CIDR = "equals-ignore-case", "anything-but", "numeric", "exists", "cidr"
OPERATORS = (PREFIX, SUFFIX, WILDCARD, IGNORE_CASE, ANYTHING_BUT, NUMERIC, EXISTS, CIDR)
"""The keys of an operator, which is a mapping in a list of values."""

EXCLUDED_BY = (PREFIX, SUFFIX, WILDCARD, IGNORE_CASE)
"""The operators that `anything-but` can contain."""

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
"""The comparisons of `numeric`."""

_WILDCARD_PART = re.compile(r"\\(?P<escaped>[*\\])|(?P<star>\*)|(?P<text>[^*\\]+|\\)")


def is_match(wanted: Json, value: Json) -> bool:
    """Return whether a value of an event matches an item in the list of a pattern: a value or an operator.

    `exists` is not decided here: it depends on the field, not on a value.
    """
    match wanted:
        case {"prefix": {"equals-ignore-case": str(text)}}:
            return isinstance(value, str) and value.lower().startswith(text.lower())
        case {"suffix": {"equals-ignore-case": str(text)}}:
            return isinstance(value, str) and value.lower().endswith(text.lower())
        case {"prefix": str(text)}:
            return isinstance(value, str) and value.startswith(text)
        case {"suffix": str(text)}:
            return isinstance(value, str) and value.endswith(text)
        case {"equals-ignore-case": str(text)}:
            return isinstance(value, str) and value.lower() == text.lower()
        case {"wildcard": str(text)}:
            return isinstance(value, str) and _is_wildcard_match(text, value)
        case {"anything-but": excluded}:
            return not any(is_match(each, value) for each in _list_excluded(excluded))
        case {"numeric": list(terms)}:
            return is_number(value) and _is_in_range(terms, value)
        case {"cidr": str(block)}:
            return isinstance(value, str) and _is_in_block(block, value)
        case dict():
            return False
    return _is_equal(wanted, value)


def split_wildcard(text: str) -> list[str]:
    r"""Return the literal parts of a wildcard between its asterisks: `a*b\*c` has the parts `a` and `b*c`."""
    parts = [""]
    for found in _WILDCARD_PART.finditer(text):
        if found["star"]:
            parts.append("")
        else:
            parts[-1] += found["escaped"] or found["text"]
    return parts


def escape_wildcard(text: str) -> str:
    """Return the wildcard that matches exactly this text."""
    return re.sub(r"([*\\])", r"\\\1", text)


def _list_excluded(excluded: Json) -> Iterator[Json]:
    """Yield the values and operators that `anything-but` excludes."""
    match excluded:
        case dict():
            for key, texts in excluded.items():
                yield from ({key: text} for text in list_values(texts))
        case _:
            yield from list_values(excluded)


def _is_equal(wanted: Json, value: Json) -> bool:
    """Return whether two values are equal: 300 equals 300.0 (measured), and true does not equal 1."""
    if is_number(wanted) and is_number(value):
        return wanted == value
    return type(wanted) is type(value) and wanted == value


def _is_wildcard_match(wildcard: str, value: str) -> bool:
    first, *between = split_wildcard(wildcard)
    if not between:
        return value == first
    *middle, last = between
    if not value.startswith(first) or len(value) < len(first) + len(last) or not value.endswith(last):
        return False
    start, end = len(first), len(value) - len(last)
    for part in middle:
        found = value.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _is_in_range(terms: list[Json], value: float) -> bool:
    pairs = zip(terms[::2], terms[1::2], strict=False)
    return all(
        isinstance(name, str) and name in COMPARISONS and is_number(limit) and COMPARISONS[name](value, limit)
        for name, limit in pairs
    )


def _is_in_block(block: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False


def find_comparison_fault(terms: Json) -> str:
    """Return why the value of `numeric` is invalid; empty if it is valid: one comparison, or a lower and an upper."""
    listed = read_list(terms)
    names, limits = listed[::2], listed[1::2]
    if not listed or len(listed) % 2 or not all(map(is_number, limits)):
        return "expected a list of comparisons and numbers, such as ['>', 0, '<=', 5]"
    if unknown := [name for name in names if not isinstance(name, str) or name not in COMPARISONS]:
        return f"unknown comparison {unknown[0]!r}; available: {', '.join(COMPARISONS)}"
    if len(names) == 1 or (len(names) == 2 and str(names[0])[0] == ">" and str(names[1])[0] == "<"):
        return ""
    return "a range has a lower limit and then an upper one, such as ['>', 0, '<=', 5]"
