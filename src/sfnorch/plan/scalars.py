"""Numbers and booleans of a plan: as they are read, and as text."""

from __future__ import annotations


class Decimal(str):
    """A decimal number without quotes. It is a string, for keys that expect strings, such as a version."""

    __slots__ = ()


def write_scalar(value: object) -> object:
    """Return numbers and booleans as they are written, because arguments and parameters are strings."""
    match value:
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return str(value)
    return value
