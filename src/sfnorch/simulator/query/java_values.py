"""Values as Java orders them in a set, in which AWS returns the items of `States.ArrayUnique`.

The order of three recorded results (tiny-asl-machine) is that of a `HashSet`, which Java documents:
https://docs.oracle.com/javase/8/docs/api/java/util/HashSet.html
That it is so for all values is assumed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from sfnorch.json_values import Json

_MASK = 0xFFFF_FFFF
_SMALLEST_TABLE = 16
_LOAD = 0.75
_TRUE, _FALSE = 1231, 1237


def list_as_set(items: Iterable[Json], identify: Callable[[Json], str]) -> list[Json]:
    """Return the items without those that are identical to an earlier one, in the order of a set of Java."""
    unique = list({identify(item): item for item in reversed(list(items))}.values())[::-1]
    size = _SMALLEST_TABLE
    while len(unique) > size * _LOAD:
        size *= 2
    return sorted(unique, key=lambda item: _spread(_hash(item)) % size)


def _spread(code: int) -> int:
    return code ^ (code >> 16)


def _hash(value: Json) -> int:
    """Return the hash code that Java documents for the type of the value."""
    match value:
        case None:
            return 0
        case bool():
            return _TRUE if value else _FALSE
        case int() if -(2**31) <= value < 2**31:
            return value & _MASK
        case int():
            return (value ^ (value >> 32)) & _MASK
        case float():
            (bits,) = struct.unpack(">Q", struct.pack(">d", value))
            return int(bits ^ (bits >> 32)) & _MASK
        case str():
            units = value.encode("utf-16-be", "surrogatepass")
            return _combine(0, (units[at] << 8 | units[at + 1] for at in range(0, len(units), 2)))
        case list():
            return _combine(1, map(_hash, value))
    return sum(_hash(key) ^ _hash(item) for key, item in value.items()) & _MASK


def _combine(start: int, codes: Iterable[int]) -> int:
    found = start
    for code in codes:
        found = (31 * found + code) & _MASK
    return found
