"""The check of a function's arguments, with the errors of JSONata's reference implementation.

The library takes null for an argument that is missing, and names the wrong argument. In recordings of AWS, null is an
argument of the wrong type, and the error names the first argument that does not match.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NoReturn

from jsonata.jexception import JException
from jsonata.signature import Signature
from jsonata.utils import Utils


class CheckedSignature(Signature):  # type: ignore[misc]  # the library has no types
    """A signature that takes null as a type, and finds the argument that does not match."""

    def validate(self, args: Sequence[object], context: object) -> Any:
        """Return the arguments for the call. Raises JException (T0410) for one of another type, or one too many."""
        if not self._regex.fullmatch(symbols := self._write_types(args)):
            self.throw_validation_error(args, symbols, self.function_name)
        return super().validate(args, context)

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
        return "".join("l" if arg is Utils.NULL_VALUE else self.get_symbol(arg) for arg in args)


def build_signature(text: str, name: str) -> CheckedSignature:
    """Return the signature `<…>` of the function."""
    return CheckedSignature(text, name)


def check_as(native: Signature) -> CheckedSignature:
    """Return the library's signature with these checks."""
    checked = CheckedSignature.__new__(CheckedSignature)
    checked.__dict__.update(vars(native))
    return checked
