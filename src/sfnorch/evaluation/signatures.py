"""The check of a function's arguments, with the errors of JSONata's reference implementation.

The library takes null for an argument that is missing, and names the wrong argument. In recordings of AWS, null is an
argument of the wrong type, and the error names the first argument that does not match.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NoReturn

from jsonata.jexception import JException
from jsonata.parser import Parser
from jsonata.signature import Signature
from jsonata.utils import Utils

from sfnorch.evaluation.budget import CountedObject

_SYMBOLS: dict[type, str] = {
    **dict.fromkeys((int, float), "n"),
    **dict.fromkeys((list, Utils.JList, Utils.RangeList), "a"),
    **dict.fromkeys((dict, CountedObject), "o"),
    str: "s",
    bool: "b",
    type(None): "m",
}
"""The letters of types that are no functions."""

_ARGUMENT_SYMBOLS = {**_SYMBOLS, type(Utils.NULL_VALUE): "l"}


class CheckedSignature(Signature):  # type: ignore[misc]  # the library has no types
    """A signature that takes null as a type, and finds the argument that does not match."""

    def check(self, args: Sequence[object], context: object, name: str) -> Any:
        """Return the arguments for the call.

        Raises JException (T0410) with the name of the function for an argument of another type, or one too many.
        """
        self.function_name = name
        symbols = self._write_types(args)
        is_plain = self._is_plain(symbols)
        if is_plain is None:
            self.throw_validation_error(args, symbols, name)
        return [*args, *[None] * (len(self._params) - len(args))] if is_plain else self.validate(args, context)

    def get_symbol(self, value: object) -> str:
        """Return the letter of the type of a value."""
        symbol = _SYMBOLS.get(type(value))
        return str(super().get_symbol(value)) if symbol is None else symbol

    @lru_cache(maxsize=1_000)  # noqa: B019 - there is one signature for each function
    def _is_plain(self, symbols: str) -> bool | None:
        """Return whether arguments of these types are passed as they are; None if they do not match."""
        found = self._regex.fullmatch(symbols)
        if found is None:
            return None
        return len(symbols) <= len(self._params) and all(
            not param.context if not matched else len(matched) == 1 and _is_passed_as_is(param, matched)
            for param, matched in zip(self._params, found.groups(), strict=True)
        )

    def throw_validation_error(self, _: Sequence[object], bad_sig: str, function_name: str) -> NoReturn:
        """Raise JException (T0410), which names the first argument that does not match."""
        pattern, matched = "", 0
        for param in self._params:
            pattern += param.regex
            found = re.match(pattern, bad_sig)
            if found is None:
                break
            matched = found.end()
        raise JException("T0410", -1, matched + 1, function_name)

    def _write_types(self, args: Sequence[object]) -> str:
        try:
            return "".join([_ARGUMENT_SYMBOLS[type(arg)] for arg in args])
        except KeyError:
            symbols = ["l" if arg is Utils.NULL_VALUE else self.get_symbol(arg) for arg in args]
        for arg, symbol in zip(args, symbols, strict=True):
            if not isinstance(arg, Parser.Symbol):  # a function of an expression, by its content
                _ARGUMENT_SYMBOLS[type(arg)] = symbol
        return "".join(symbols)


def _is_passed_as_is(param: Signature.Param, symbol: str) -> bool:
    """Return whether the parameter needs no list around the argument, and no check of the items of a list."""
    return param.type != "a" or (symbol == "a" and param.subtype is None)


@cache
def build_signature(text: str, name: str) -> CheckedSignature:
    """Return the signature `<…>` of the function."""
    return CheckedSignature(text, name)


def check_as(native: Signature) -> CheckedSignature:
    """Return the library's signature with these checks."""
    checked = CheckedSignature.__new__(CheckedSignature)
    checked.__dict__.update(vars(native))
    return checked
