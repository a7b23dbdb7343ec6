"""Decimal numbers of a plan."""

from __future__ import annotations


class Decimal(str):
    """A decimal number without quotes. It is a string, for keys that expect strings, such as a version."""

    __slots__ = ()
