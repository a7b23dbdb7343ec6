"""The 18 intrinsic functions of Step Functions. A function that cannot use its arguments raises ValueError.

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

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.query.paths import write_java

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_MOST_NUMBERS = 1_000
_MOST_CHARACTERS = 10_000
_PLACEHOLDER = re.compile(r"\\(.)|\{\}", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

IntrinsicFunction = Callable[..., Json]


def make_intrinsic_functions(rng: random.Random) -> Mapping[str, IntrinsicFunction]:
    """Return the functions by name without `States.`, with the random numbers of a run."""

    def draw_random(start: Json, end: Json, seed: Json = None) -> Json:
        first, last = _round(start), _round(end)
        if first >= last:
            raise ValueError("the start number must be less than the end number")
        source = rng if seed is None else random.Random(_round(seed))  # noqa: S311 - a simulation
        return source.randrange(first, last)

    def make_uuid() -> Json:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    return {
        "Array": lambda *values: list(values),
        "ArrayContains": lambda array, value: _identify(value) in map(_identify, _expect_array(array)),
        "ArrayGetItem": _get_item,
        "ArrayLength": lambda array: len(_expect_array(array)),
        "ArrayPartition": _split_into_parts,
        "ArrayRange": _build_range,
        "ArrayUnique": lambda array: list({_identify(value): value for value in _expect_array(array)}.values()),
        "Base64Decode": _decode_base64,
        "Base64Encode": lambda text: base64.b64encode(_expect_short(text).encode()).decode(),
        "Format": format_text,
        "Hash": _hash,
        "JsonMerge": _merge,
        "JsonToString": write_compact,
        "MathAdd": lambda first, second: _round(first) + _round(second),
        "MathRandom": draw_random,
        "StringSplit": _split_text,
        "StringToJson": _parse_json,
        "UUID": make_uuid,
    }


def format_text(template: Json, *values: Json) -> Json:
    r"""Return the template with each `{}` replaced by the next value; `\\{` and `\\}` are braces."""
    left = iter(values)
    count = sum(match[1] is None for match in _PLACEHOLDER.finditer(_expect_text(template)))
    if count != len(values):
        raise ValueError(f"the template has {count} placeholders for {len(values)} arguments")
    return _PLACEHOLDER.sub(lambda match: match[1] or write_java(next(left)), _expect_text(template))


def remove_escapes(raw: str) -> str:
    """Return a text argument without its escapes."""
    return _ESCAPE.sub(r"\1", raw)


def _get_item(array: Json, index: Json) -> Json:
    items, position = _expect_array(array), _round(index)
    if not 0 <= position < len(items):
        raise ValueError(f"the index {position} is not in the array of {len(items)} items")
    return items[position]


def _split_into_parts(array: Json, size: Json) -> Json:
    items, step = _expect_array(array), _round(size)
    if step < 1:
        raise ValueError("the chunk size must be a positive integer")
    return [items[start : start + step] for start in range(0, len(items), step)]


def _build_range(first: Json, last: Json, step: Json) -> Json:
    start, end, width = _round(first), _round(last), _round(step)
    if not width:
        raise ValueError("the step must not be 0")
    numbers = range(start, end + (1 if width > 0 else -1), width)
    if len(numbers) > _MOST_NUMBERS:
        raise ValueError(f"the array would have {len(numbers)} items, more than {_MOST_NUMBERS}")
    return list(numbers)


def _decode_base64(text: Json) -> Json:
    try:
        return base64.b64decode(_expect_short(text), validate=True).decode()
    except ValueError:
        raise ValueError("the text is not Base64") from None


def _hash(data: Json, algorithm: Json) -> Json:
    if not isinstance(algorithm, str) or algorithm not in _HASHES:
        raise ValueError(f"the algorithm must be one of {', '.join(_HASHES)}")
    text = data if isinstance(data, str) else write_compact(data)
    return hashlib.new(_HASHES[algorithm], _expect_short(text).encode()).hexdigest()


def _merge(first: Json, second: Json, deep: Json) -> Json:
    if deep is not False:
        raise ValueError("only the shallow merge is supported: the third argument must be false")
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise ValueError("the first two arguments must be objects")
    return {**first, **second}


def _split_text(text: Json, separators: Json) -> Json:
    """Return the parts between any of the characters of `separators`, without empty parts."""
    whole, characters = _expect_text(text), _expect_text(separators)
    parts = re.split(f"[{re.escape(characters)}]", whole) if characters else [whole]
    return [part for part in parts if part]


def _parse_json(text: Json) -> Json:
    whole = _expect_text(text)
    if not whole.strip():
        return None
    try:
        value: Json = json.loads(whole)
    except (ValueError, RecursionError):
        raise ValueError("the text is not JSON") from None
    return value


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
    """Return the number as an integer, with halves rounded up, as Java rounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{write_java(value)} is not a number")
    return value if isinstance(value, int) else math.floor(value + 0.5)


def _expect_array(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ValueError(f"{write_java(value)} is not an array")
    return value


def _expect_text(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{write_java(value)} is not a string")
    return value


def _expect_short(value: Json) -> str:
    if len(text := _expect_text(value)) > _MOST_CHARACTERS:
        raise ValueError(f"the text is longer than {_MOST_CHARACTERS} characters")
    return text
