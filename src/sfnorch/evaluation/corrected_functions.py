"""JSONata's functions whose result on AWS differs from the library's. Each says what its result is based on.

"Measured" is what the author of sfnx published as measured on AWS in 2026, with TestState or in executions:
https://github.com/iwamot/sfnx/blob/main/docs/design.md
"Documented" is the documentation of JSONata: https://docs.jsonata.org/numeric-functions
A missing argument is None, and null is `Utils.NULL_VALUE`. The signatures of the library check the types.
"""

from __future__ import annotations

import base64
import binascii
import decimal
import functools
import math
import re
import urllib.parse
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta, timezone

from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.utils import Utils

from sfnorch.evaluation.json_text import write_text

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_OFFSET = re.compile(r"[+-]\d{4}", re.ASCII)
_TIME = re.compile(
    r"(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(?:\.(\d+))?(?:([+-])([0-2]\d):?([0-5]\d)|Z)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MOST_DIGITS = 400
"""More than the digits of every number in JSONata, and those that a picture adds."""


def write_string(value: object, is_indented: bool | None = None) -> str | None:
    """Return the text of a value, measured: whole numbers in digits below 1e21, others with at most 15 digits."""
    return None if value is None else write_text(value, is_indented=bool(is_indented))


def read_number(value: object) -> float | None:
    """Return the number of a JSON number, a hexadecimal, octal or binary number, or a boolean. Documented.

    Raises JException (D3030) for another text.
    """
    if not isinstance(value, str):
        return None if value is None else Functions.number(value)
    base = _BASES.get(value[:2].lower())
    try:
        if base is not None:
            return int(value[2:], base)
        if _NUMBER.fullmatch(value) and math.isfinite(number := float(value)):
            return number
    except ValueError:
        pass
    raise JException("D3030", -1, value)


def format_number(value: float | None, picture: str, options: Mapping[str, str] | None = None) -> object:
    """Return the number in the form of the picture, rounded half to even by its decimal digits. Measured."""
    if value is None:
        return None
    return Functions.format_number(_round_for_picture(value, picture, options or {}), picture, options)


def _round_for_picture(value: float, picture: str, options: Mapping[str, str]) -> decimal.Decimal:
    """Return the number with the digits that the picture shows; the library rounds halves away from zero."""
    exact = decimal.Decimal(repr(value))
    parts = picture.split(options.get("pattern-separator", ";"))
    part = parts[-1] if value < 0 else parts[0]
    if options.get("exponent-separator", "e") in part:
        return exact
    zero = ord(options.get("zero-digit", "0")[:1] or "0")
    family = {*(chr(zero + digit) for digit in range(10)), options.get("digit", "#")}
    places = sum(character in family for character in part.partition(options.get("decimal-separator", "."))[2])
    places += 2 * (options.get("percent", "%") in part) + 3 * (options.get("per-mille", "\u2030") in part)
    with decimal.localcontext() as context:
        context.prec = _MOST_DIGITS
        try:
            return exact.quantize(decimal.Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_EVEN)
        except decimal.InvalidOperation:
            return exact


def raise_to_power(base: float | None, exponent: float | None) -> float | None:
    """Return the power. Raises JException (D3061) for one that is not a number of JSON. Documented."""
    if base is None or exponent is None:
        return None
    try:
        return math.pow(base, exponent)
    except (ArithmeticError, ValueError):
        raise JException("D3061", -1, base, exponent) from None


def round_down(value: float | None) -> float | None:
    """Return the whole number that is not greater; an infinite number as it is (measured)."""
    return value if value is None or not math.isfinite(value) else math.floor(value)


def round_up(value: float | None) -> float | None:
    """Return the whole number that is not less; an infinite number as it is (assumed)."""
    return value if value is None or not math.isfinite(value) else math.ceil(value)


def decode_base64(text: str | None) -> str | None:
    """Return the text in UTF-8, measured: padding can be missing; another character than Base64 has is an error.

    Bytes that are not UTF-8 become U+FFFD (assumed).
    """
    if text is None:
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode(errors="replace")
    except binascii.Error as error:
        raise JException("D3137", -1, f"The text is not Base64: {error}") from None


def decode_url_component(text: str | None) -> str | None:
    """Return the text without escapes, measured: `+` is a space, a broken sequence of UTF-8 is U+FFFD."""
    return _decode_url(text, "decodeUrlComponent")


def decode_url(text: str | None) -> str | None:
    """Return the text without escapes, like `decode_url_component` (assumed)."""
    return _decode_url(text, "decodeUrl")


def _decode_url(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    if _BROKEN_ESCAPE.search(text):
        raise JException("D3140", -1, name, text)
    return urllib.parse.unquote_plus(text)


def write_millis(millis: object, picture: str | None = None, zone: str | None = None) -> object:
    """Return the time of a number of milliseconds, as text. Measured: a zone that is not an offset is UTC."""
    if isinstance(millis, bool) or not isinstance(millis, int | float):
        return None
    offset = zone if zone is not None and _OFFSET.fullmatch(zone) else None
    return Functions.datetime_from_millis(int(millis), picture, offset)


def read_millis(text: str | None, picture: str | None = None) -> object:
    """Return the milliseconds of a time; in UTC if it has no offset (measured).

    Raises JException (D3110) for a text that is not an ISO 8601 time of the form that JSONata documents.
    """
    if text is None:
        return None
    if picture is not None:
        return Functions.datetime_to_millis(text, picture)
    match = _TIME.fullmatch(text)
    try:
        if match is not None:
            return _count_millis(match)
    except ValueError:
        pass
    raise JException("D3110", -1, text)


def _count_millis(match: re.Match[str]) -> int:
    year, month, day, hour, minute, second = (
        int(part or default) for part, default in zip(match.groups()[:6], "011000", strict=True)
    )
    moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    fraction, sign, hours, minutes = match.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    return (moment - offset - _EPOCH) // _MILLISECOND + int(f"{fraction or '0':0<3}"[:3])


def sort_items(items: list[object] | None, is_greater: object = None) -> object:
    """Return the sorted items; those that the function calls equal stay in their order. Measured."""
    if items is None or is_greater is None:
        try:
            return Functions.sort(items, None)
        except TypeError:
            raise JException("D3070", -1) from None
    before = functools.cmp_to_key(lambda a, b: -1 if Functions.func_apply(is_greater, [b, a]) else 0)
    return sorted(items, key=before)


def list_distinct(items: object) -> object:
    """Return the items without those that are equal to an earlier one. Measured: true is not 1."""
    if not isinstance(items, list) or len(items) <= 1:
        return items
    found = Utils.create_sequence() if isinstance(items, Utils.JList) else []
    seen: set[Hashable] = set()
    for item in items:
        identity = _identify(item)
        if identity not in seen:
            seen.add(identity)
            found.append(item)
    return found


def _identify(value: object) -> Hashable:
    """Return a value that is equal for equal values."""
    match value:
        case bool() | int() | float():
            return isinstance(value, bool), value
        case str():
            return value
        case list():
            return tuple(map(_identify, value))
        case dict():
            return frozenset((key, _identify(item)) for key, item in value.items())
    return id(value)


def replace_text(text: str | None, pattern: object, replacement: object = None, limit: float | None = None) -> object:
    """Return the text with the replacement. Measured: it is literal for a pattern that is a text; a limit is cut off.

    Raises JException (D3010, D3011) for an empty pattern and a negative limit.
    """
    if text is None or not isinstance(pattern, str) or not isinstance(replacement, str):
        return Functions.replace(text, pattern, replacement, limit)
    if not pattern:
        raise JException("D3010", -1)
    if limit is not None and limit < 0:
        raise JException("D3011", -1)
    return text.replace(pattern, replacement, -1 if limit is None else int(limit))


CORRECTED: Mapping[str, Callable[..., object]] = {
    "string": write_string,
    "number": read_number,
    "formatNumber": format_number,
    "power": raise_to_power,
    "floor": round_down,
    "ceil": round_up,
    "base64decode": decode_base64,
    "decodeUrlComponent": decode_url_component,
    "decodeUrl": decode_url,
    "fromMillis": write_millis,
    "toMillis": read_millis,
    "sort": sort_items,
    "distinct": list_distinct,
    "replace": replace_text,
}
"""The functions by name."""
