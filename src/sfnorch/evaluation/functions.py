"""JSONata's functions. Each counts its work before it runs.

https://docs.jsonata.org/string-functions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from jsonata import Jsonata
from jsonata.datetimeutils import DateTimeUtils
from jsonata.regex_engine import RegexFlags

from sfnorch.evaluation.budget import Budget, BudgetError, count_items, weight
from sfnorch.evaluation.regexes import compile_regex, current

if TYPE_CHECKING:
    from sfnorch.evaluation.library import LibraryFunction

Measure = Callable[[Budget, list[object]], object]

_LONGEST_PICTURE = 1_000
"""The maximum number of characters in a picture, and in a text that a picture parses."""

_BIGGEST_WIDTH = 1_000
_STEPS_PER_CALL = 2
"""The steps for the check of a function's arguments and for its call."""

_WIDTH = re.compile(r",[*0-9-]*?([0-9]+)(?=[\]-])")
"""A width in the picture of a date or time: `[Y,2-4]`."""


class Measured(Jsonata.JFunction):  # type: ignore[misc]  # the library has no types
    """A function of the library that counts its work before it runs, and the size of its result."""

    def __init__(self, native: LibraryFunction, measure: Measure | None) -> None:
        super().__init__(native, None)
        self.signature = native.signature
        self.function_name = native.function_name
        self._measure = measure

    def call(self, input: object, args: Sequence[object] | None) -> object:
        budget = current()
        budget.step(_STEPS_PER_CALL)
        if self._measure is not None:
            self._measure(budget, list(args or ()))
        found = self.function.call(input, args)
        if isinstance(found, list | dict):
            budget.check(found)
        return found

    def get_number_of_args(self) -> int:
        return int(self.function.get_number_of_args())


@cache
def measured_functions() -> dict[str, Measured]:
    """Return the library's functions by name."""
    return {
        name: Measured(native, _MEASURES.get(name))
        for name, native in Jsonata.static_frame.bindings.items()
        if isinstance(native, Jsonata.JFunction)
    }


def _times(factor: int) -> Measure:
    """Return a measure for a function whose result has at most `factor` times the size of its arguments."""

    def measure(budget: Budget, args: list[object]) -> None:
        budget.make(factor * sum(map(weight, args)))

    return measure


def _pad(budget: Budget, args: list[object]) -> None:
    match args:
        case [text, int() | float() as width, *more]:
            wide = max(weight(each) // max(1, _length(each)) for each in (text, *more))
            budget.make(2 * max(1, wide) * abs(int(width)))


def _string(budget: Budget, args: list[object]) -> None:
    match args[0]:
        case list() | dict() as value:
            budget.make(40 * budget.walk(value))


def _join(budget: Budget, args: list[object]) -> None:
    texts = args[0] if isinstance(args[0], list) else [args[0]]
    separator = args[1] if len(args) > 1 else ""
    wide = 1 if all(text.isascii() for text in texts if isinstance(text, str)) else 4
    budget.step(len(texts) // 4)
    budget.make(wide * (sum(map(_length, texts)) + _length(separator) * 4 * len(texts)))


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


def _split(budget: Budget, args: list[object]) -> None:
    match args:
        case [str() as text, str() as separator, *_]:
            pieces = text.count(separator) + 1
            budget.make(weight(text) + 60 * pieces)
            if not separator:
                budget.step(pieces // 16)


def _replace(budget: Budget, args: list[object]) -> None:
    match args:
        case [str() as text, str() as pattern, *more] if pattern:
            found = text.count(pattern)
            budget.make(max(weight(text), 1) + found * 4 * _length(more[0] if more else None))
            budget.step(found * weight(text) // 8_192)  # the library copies the rest of the text at each match


def _items(size: int) -> Measure:
    """Return a measure for a function that returns a list with at most `size` bytes for each item of its arguments."""

    def measure(budget: Budget, args: list[object]) -> None:
        count = sum(map(count_items, args))
        budget.make(size * count)
        budget.step(count // 16)

    return measure


def _numbers(budget: Budget, args: list[object]) -> None:
    match args[0]:
        case list() as items:
            budget.step(len(items) // 4)  # the library checks each item


def _spread(budget: Budget, args: list[object]) -> None:
    count = budget.walk(args[0])
    budget.make(250 * count)
    budget.step(count**2 // 4_096)  # the library copies the list for each item


def _merge(budget: Budget, args: list[object]) -> None:
    items = args[0] if isinstance(args[0], list) else []
    fields = sum(len(item) for item in items if isinstance(item, dict))
    budget.make(100 * fields)
    budget.step(fields // 16)


def _walked(budget: Budget, args: list[object]) -> None:
    for arg in args:
        budget.walk(arg)


def _distinct(budget: Budget, args: list[object]) -> None:
    match args[0]:
        case list() as items:
            compared = budget.walk(items) * len(items)
            simple = all(isinstance(item, str | int | float) for item in items)
            budget.make(8 * len(items))
            budget.step(compared // (512 if simple else 64))


def _clone(budget: Budget, args: list[object]) -> None:
    budget.make(250 * budget.walk(args[0]))


def _picture(budget: Budget, args: list[object]) -> None:
    budget.step()
    for text in args:
        if not isinstance(text, str):
            continue
        if len(text) > _LONGEST_PICTURE:
            raise BudgetError(f"its picture or text has more than {_LONGEST_PICTURE:,} characters")
        if any(len(number) > 3 and int(number[:9]) > _BIGGEST_WIDTH for number in _WIDTH.findall(text)):
            raise BudgetError(f"a width in its picture is larger than {_BIGGEST_WIDTH:,}")


def _format_integer(budget: Budget, args: list[object]) -> None:
    _picture(budget, args[1:])
    match args:
        case [int() | float() as number, str() as picture, *_] if picture[:1] in ("i", "I"):
            budget.make(abs(int(number)) // 1_000 * 8)


def measure_to_millis(text: object, picture: object) -> None:
    """Count the work of parsing a date with a picture. Raises LimitError."""
    _to_millis(current(), [text, picture])


def measure_picture(*texts: object) -> None:
    """Count the work of writing a number or a date with a picture. Raises LimitError."""
    _picture(current(), list(texts))


def _from_millis(budget: Budget, args: list[object]) -> None:
    _picture(budget, args[1:])


def _to_millis(budget: Budget, args: list[object]) -> None:
    """Parse a date with this project's regex engine first: a picture with many numbers requires many tries."""
    match args:
        case [str() as text, str() as picture, *_]:
            _picture(budget, [text, picture])
            parts = DateTimeUtils._generate_regex(DateTimeUtils._analyse_datetime_picture(picture)).parts
            regex = "^" + "".join(f"({part.regex})" for part in parts) + "$"
            compile_regex(regex, RegexFlags(case_insensitive=True)).search(text)


_MEASURES: dict[str, Measure] = {
    "pad": _pad,
    "string": _string,
    "join": _join,
    "split": _split,
    "replace": _replace,
    **dict.fromkeys(("substring", "substringBefore", "substringAfter", "contains"), _times(1)),
    **dict.fromkeys(("lowercase", "uppercase", "trim", "base64decode", "decodeUrl", "decodeUrlComponent"), _times(3)),
    **dict.fromkeys(("base64encode", "encodeUrl", "encodeUrlComponent"), _times(9)),
    **dict.fromkeys(("sum", "max", "min", "average"), _numbers),
    "count": _items(1),
    **dict.fromkeys(("append", "reverse", "shuffle", "sort", "map", "filter", "single", "reduce", "sift"), _items(8)),
    **dict.fromkeys(("keys", "each"), _items(8)),
    "zip": _items(80),
    "spread": _spread,
    "merge": _merge,
    **dict.fromkeys(("boolean", "not", "lookup", "type", "exists", "assert", "error"), _walked),
    "distinct": _distinct,
    "clone": _clone,
    **dict.fromkeys(("formatNumber", "parseInteger"), _picture),
    "formatInteger": _format_integer,
    **dict.fromkeys(("fromMillis", "now"), _from_millis),
    "toMillis": _to_millis,
}
