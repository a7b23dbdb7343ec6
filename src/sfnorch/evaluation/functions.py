"""JSONata's functions. Each counts its work before it runs.

https://docs.jsonata.org/string-functions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonata import Jsonata
from jsonata.datetimeutils import DateTimeUtils
from jsonata.regex_engine import RegexFlags

from sfnorch.evaluation.budget import Budget, BudgetError, count_items, measure_weight
from sfnorch.evaluation.corrected_functions import CORRECTED
from sfnorch.evaluation.regexes import compile_regex, get_budget
from sfnorch.evaluation.signatures import CheckedSignature, build_signature, check_as

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


class MeasuredFunction(Jsonata.JFunction):  # type: ignore[misc]  # the library has no types
    """A function that counts its work before it runs, and the size of its result."""

    def __init__(
        self, name: str, function: LibraryFunction, signature: CheckedSignature, measure: Measure | None
    ) -> None:
        super().__init__(function, None)
        self.function_name = name
        self.signature = signature
        self._measure = measure

    def call(self, input: object, args: Sequence[object] | None) -> object:
        return self._call(args, input, get_budget())

    def validate(self, args: Sequence[object], context: object) -> Any:
        return self.signature.check(args, context, self.function_name)

    def run(self, name: str, args: list[object], context: object, budget: Budget) -> object:
        """Return the result for these arguments, or the value in context for a missing one.

        Raises JException, with the name by which the function is called.
        """
        return self._call(self.signature.check(args, context, name), context, budget)

    def _call(self, args: Sequence[object] | None, context: object, budget: Budget) -> object:
        budget.count_steps(_STEPS_PER_CALL)
        if self._measure is not None:
            self._measure(budget, list(args or ()))
        found = self.function.call(context, args)
        if isinstance(found, list | dict):
            budget.check(found)
        return found

    def get_number_of_args(self) -> int:
        return int(self.function.get_number_of_args())


class OwnFunction:
    """A function of this project in the form of one of the library's."""

    def __init__(self, implementation: Callable[..., object], parameters: int) -> None:
        self._implementation = implementation
        self._parameters = parameters

    def call(self, input: object, args: Sequence[object] | None) -> object:
        """Return the result of a call."""
        return self._implementation(*(args or ()))

    def get_number_of_args(self) -> int:
        """Return the number of parameters."""
        return self._parameters


@cache
def build_measured_functions() -> dict[str, MeasuredFunction]:
    """Return JSONata's functions by name: those of the library, and corrected ones."""
    return {
        name: MeasuredFunction(name, _correct(name, native), check_as(native.signature), _MEASURES.get(name))
        for name, native in Jsonata.static_frame.bindings.items()
        if isinstance(native, Jsonata.JFunction)
    }


def build_own_function(name: str, signature: str, implementation: Callable[..., object]) -> MeasuredFunction:
    """Return a function of the name; the implementation gets as many arguments as the signature has."""
    checked = build_signature(signature, name)
    return MeasuredFunction(name, OwnFunction(implementation, checked.get_number_of_args()), checked, None)


def _correct(name: str, native: LibraryFunction) -> LibraryFunction:
    corrected = CORRECTED.get(name)
    return native if corrected is None else OwnFunction(corrected, native.get_number_of_args())


def _create_size_measure(factor: int) -> Measure:
    """Return a measure for a function whose result has at most `factor` times the size of its arguments."""

    def measure(budget: Budget, args: list[object]) -> None:
        budget.count_bytes(factor * sum(map(measure_weight, args)))

    return measure


def _measure_pad(budget: Budget, args: list[object]) -> None:
    match args:
        case [text, int() | float() as width, *more]:
            wide = max(measure_weight(each) // max(1, _measure_length(each)) for each in (text, *more))
            budget.count_bytes(2 * max(1, wide) * abs(int(width)))


def _measure_string(budget: Budget, args: list[object]) -> None:
    match args[0]:
        case list() | dict() as value:
            budget.count_bytes(40 * budget.count_values(value))


def _measure_join(budget: Budget, args: list[object]) -> None:
    texts = args[0] if isinstance(args[0], list) else [args[0]]
    separator = args[1] if len(args) > 1 else ""
    wide = 1 if all(text.isascii() for text in texts if isinstance(text, str)) else 4
    budget.count_steps(len(texts) // 4)
    budget.count_bytes(wide * (sum(map(_measure_length, texts)) + _measure_length(separator) * 4 * len(texts)))


def _measure_length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


def _measure_split(budget: Budget, args: list[object]) -> None:
    match args:
        case [str() as text, str() as separator, *_]:
            pieces = text.count(separator) + 1
            budget.count_bytes(measure_weight(text) + 60 * pieces)
            if not separator:
                budget.count_steps(pieces // 16)


def _measure_replace(budget: Budget, args: list[object]) -> None:
    match args:
        case [str() as text, str() as pattern, *more] if pattern:
            found = text.count(pattern)
            budget.count_bytes(max(measure_weight(text), 1) + found * 4 * _measure_length(more[0] if more else None))
            budget.count_steps(
                found * measure_weight(text) // 8_192
            )  # the library copies the rest of the text at each match


def _create_item_measure(size: int) -> Measure:
    """Return a measure for a function that returns a list with at most `size` bytes for each item of its arguments."""

    def measure(budget: Budget, args: list[object]) -> None:
        count = sum(map(count_items, args))
        budget.count_bytes(size * count)
        budget.count_steps(count // 16)

    return measure


def _measure_numbers(budget: Budget, args: list[object]) -> None:
    match args[0]:
        case list() as items:
            budget.count_steps(len(items) // 4)  # the library checks each item


def _measure_spread(budget: Budget, args: list[object]) -> None:
    count = budget.count_values(args[0])
    budget.count_bytes(250 * count)
    budget.count_steps(count**2 // 4_096)  # the library copies the list for each item


def _measure_merge(budget: Budget, args: list[object]) -> None:
    items = args[0] if isinstance(args[0], list) else []
    fields = sum(len(item) for item in items if isinstance(item, dict))
    budget.count_bytes(100 * fields)
    budget.count_steps(fields // 16)


def _measure_walk(budget: Budget, args: list[object]) -> None:
    for arg in args:
        budget.count_values(arg)


def _measure_distinct(budget: Budget, args: list[object]) -> None:
    match args[0]:
        case list() as items:
            compared = budget.count_values(items) * len(items)
            simple = all(isinstance(item, str | int | float) for item in items)
            budget.count_bytes(8 * len(items))
            budget.count_steps(compared // (512 if simple else 64))


def _measure_clone(budget: Budget, args: list[object]) -> None:
    budget.count_bytes(250 * budget.count_values(args[0]))


def _measure_picture(budget: Budget, args: list[object]) -> None:
    budget.count_steps()
    for text in args:
        if not isinstance(text, str):
            continue
        if len(text) > _LONGEST_PICTURE:
            raise BudgetError(f"its picture or text has more than {_LONGEST_PICTURE:,} characters")
        if any(len(number) > 3 and int(number[:9]) > _BIGGEST_WIDTH for number in _WIDTH.findall(text)):
            raise BudgetError(f"a width in its picture is larger than {_BIGGEST_WIDTH:,}")


def _measure_format_integer(budget: Budget, args: list[object]) -> None:
    _measure_picture(budget, args[1:])
    match args:
        case [int() | float() as number, str() as picture, *_] if picture[:1] in ("i", "I"):
            budget.count_bytes(abs(int(number)) // 1_000 * 8)


def measure_picture(*texts: object) -> None:
    """Count the work of writing a number or a date with a picture. Raises LimitError."""
    _measure_picture(get_budget(), list(texts))


def _measure_from_millis(budget: Budget, args: list[object]) -> None:
    _measure_picture(budget, args[1:])


def _measure_to_millis(budget: Budget, args: list[object]) -> None:
    """Parse a date with this project's regex engine first: a picture with many numbers requires many tries."""
    match args:
        case [str() as text, str() as picture, *_]:
            _measure_picture(budget, [text, picture])
            parts = DateTimeUtils._generate_regex(DateTimeUtils._analyse_datetime_picture(picture)).parts
            regex = "^" + "".join(f"({part.regex})" for part in parts) + "$"
            compile_regex(regex, RegexFlags(case_insensitive=True)).search(text)


_MEASURES: dict[str, Measure] = {
    "pad": _measure_pad,
    "string": _measure_string,
    "join": _measure_join,
    "split": _measure_split,
    "replace": _measure_replace,
    **dict.fromkeys(("substring", "substringBefore", "substringAfter", "contains"), _create_size_measure(1)),
    **dict.fromkeys(
        ("lowercase", "uppercase", "trim", "base64decode", "decodeUrl", "decodeUrlComponent"), _create_size_measure(3)
    ),
    **dict.fromkeys(("base64encode", "encodeUrl", "encodeUrlComponent"), _create_size_measure(9)),
    **dict.fromkeys(("sum", "max", "min", "average"), _measure_numbers),
    "count": _create_item_measure(1),
    **dict.fromkeys(
        ("append", "reverse", "shuffle", "sort", "map", "filter", "single", "reduce", "sift"), _create_item_measure(8)
    ),
    **dict.fromkeys(("keys", "each"), _create_item_measure(8)),
    "zip": _create_item_measure(80),
    "spread": _measure_spread,
    "merge": _measure_merge,
    **dict.fromkeys(("boolean", "not", "lookup", "type", "exists", "assert", "error"), _measure_walk),
    "distinct": _measure_distinct,
    "clone": _measure_clone,
    **dict.fromkeys(("formatNumber", "parseInteger"), _measure_picture),
    "formatInteger": _measure_format_integer,
    **dict.fromkeys(("fromMillis", "now"), _measure_from_millis),
    "toMillis": _measure_to_millis,
}
