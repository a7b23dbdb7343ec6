"""The 18 intrinsic functions of Step Functions. A function that cannot use its arguments raises ValueError.

Results and errors follow recordings of AWS in the tests of a public emulator (LocalStack, tiny-asl-machine), where they
differ from the documentation: whole numbers are cut off in ranges, partitions and indexes, but rounded in `MathAdd`;
`ArrayContains` compares values as texts; Base64 is read without its faults.
https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import re
import uuid
from collections.abc import Callable, Mapping

from sfnorch.json_values import Json, is_number, parse_strict, write_as_text, write_compact
from sfnorch.query_syntax.paths import write_java
from sfnorch.simulator.query.java_random import JavaRandom
from sfnorch.simulator.query.java_values import list_as_set

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_MOST_NUMBERS = 1_000
_MOST_CHARACTERS = 10_000
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
_TEMPLATE = re.compile(r"\\(.)|(\{\})|([{}])", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")

IntrinsicFunction = Callable[..., Json]


class InvalidArgumentsError(ValueError):
    """Arguments of the wrong type, number or range."""


class InvalidTemplateError(ValueError):
    """A template of `States.Format` with a brace that has no counterpart."""


def make_intrinsic_functions(rng: random.Random) -> Mapping[str, IntrinsicFunction]:
    """Return the functions by name without `States.`, with the random numbers of a run."""

    def draw_random(start: Json, end: Json, *seeds: Json) -> Json:
        first, last = _cut(start), _cut(end)
        if first >= last or len(seeds) > 1:
            raise InvalidArgumentsError
        return JavaRandom(_cut(seeds[0])).draw_between(first, last) if seeds else rng.randrange(first, last)

    def make_uuid() -> Json:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    return {
        "Array": lambda *values: list(values),
        "ArrayContains": lambda array, value: write_java(value) in map(write_java, _expect_array(array)),
        "ArrayGetItem": _get_item,
        "ArrayLength": lambda array: len(_expect_array(array)),
        "ArrayPartition": _split_into_parts,
        "ArrayRange": _build_range,
        "ArrayUnique": lambda array: list_as_set(_expect_array(array), _identify),
        "Base64Decode": _decode_base64,
        "Base64Encode": lambda text: base64.b64encode(_expect_short(text).encode()).decode(),
        "Format": format_text,
        "Hash": _hash,
        "JsonMerge": _merge,
        "JsonToString": write_compact,
        "MathAdd": lambda first, second: _check_range(_round(first) + _round(second)),
        "MathRandom": draw_random,
        "StringSplit": _split_text,
        "StringToJson": _parse_json,
        "UUID": make_uuid,
    }


def format_text(template: Json, *values: Json) -> Json:
    r"""Return the template with each `{}` replaced by the next value; `\\{` and `\\}` are braces.

    Raises InvalidTemplateError for another brace, InvalidArgumentsError for another number of values.
    """
    left = list(values)

    def write(match: re.Match[str]) -> str:
        escaped, _, brace = match.groups()
        if brace is not None:
            other = "}" if brace == "{" else "{"
            raise InvalidTemplateError(f"matching '{other}' not found for '{brace}'.")
        if escaped is not None:
            return str(escaped)
        if not left:
            raise InvalidArgumentsError
        return write_java(left.pop(0))

    text = _TEMPLATE.sub(write, _expect_text(template))
    if left:
        raise InvalidArgumentsError
    return text


def remove_escapes(raw: str) -> str:
    """Return a text argument without its escapes."""
    return _ESCAPE.sub(r"\1", raw)


def _get_item(array: Json, index: Json) -> Json:
    """Return the item; null for an array without items (recorded)."""
    items, position = _expect_array(array), _cut(index)
    if position >= 0 and not items:
        return None
    if not 0 <= position < len(items):
        raise InvalidArgumentsError
    return items[position]


def _split_into_parts(array: Json, size: Json) -> Json:
    items, step = _expect_array(array), _cut(size)
    if step < 1:
        raise InvalidArgumentsError
    return [items[start : start + step] for start in range(0, len(items), step)]


def _build_range(first: Json, last: Json, step: Json) -> Json:
    start, end, width = _cut(first), _cut(last), _cut(step)
    if not width:
        raise InvalidArgumentsError
    numbers = range(start, end + (1 if width > 0 else -1), width)
    if len(numbers) > _MOST_NUMBERS:
        raise InvalidArgumentsError
    return list(numbers)


def _decode_base64(text: Json) -> Json:
    """Return the text in UTF-8. Characters that Base64 does not have, and padding, are ignored (recorded)."""
    digits = _NOT_BASE64.sub("", _expect_short(text))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode(errors="replace")


def _hash(data: Json, algorithm: Json) -> Json:
    name = _HASHES.get(_expect_text(algorithm))
    if name is None:
        raise InvalidArgumentsError
    return hashlib.new(name, _expect_short(write_as_text(data)).encode()).hexdigest()


def _merge(first: Json, second: Json, deep: Json) -> Json:
    """Return the shallow merge. Only true is refused as the third argument (recorded)."""
    match first, second:
        case dict(), dict() if deep is not True:
            return {**first, **second}
    raise InvalidArgumentsError


def _split_text(text: Json, separators: Json) -> Json:
    """Return the parts between any of the characters of `separators`, without empty parts."""
    whole, characters = _expect_text(text), _expect_text(separators)
    parts = re.split(f"[{re.escape(characters)}]", whole) if characters else [whole]
    return [part for part in parts if part]


def _parse_json(text: Json) -> Json:
    """Return the value of a JSON text; null for a text of spaces. Raises ValueError for another text."""
    whole = _expect_text(text)
    if not whole.strip():
        return None
    return parse_strict(whole)


def _identify(value: Json) -> str:
    """Return a text that is equal for equal values: true is not 1, and 1.0 is 1."""
    match value:
        case bool():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{_identify(value[key])}" for key in sorted(value)) + "}"
        case list():
            return "[" + ",".join(map(_identify, value)) + "]"
    return json.dumps(value)


def _round(value: Json) -> int:
    """Return the number as an integer of 32 bits, with halves rounded up, as Java rounds."""
    return _check_range(math.floor(_expect_number(value) + 0.5))


def _cut(value: Json) -> int:
    """Return the number as an integer of 32 bits, without its fraction."""
    return _check_range(int(_expect_number(value)))


def _check_range(value: int) -> int:
    if not _SMALLEST <= value <= _LARGEST:
        raise InvalidArgumentsError
    return value


def _expect_number(value: Json) -> float:
    if not is_number(value) or not math.isfinite(value):
        raise InvalidArgumentsError
    return value


def _expect_array(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise InvalidArgumentsError
    return value


def _expect_text(value: Json) -> str:
    if not isinstance(value, str):
        raise InvalidArgumentsError
    return value


def _expect_short(value: Json) -> str:
    if len(text := _expect_text(value)) > _MOST_CHARACTERS:
        raise InvalidArgumentsError
    return text
