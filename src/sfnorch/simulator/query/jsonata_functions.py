"""The functions that Step Functions adds to JSONata: lists, hashes, random numbers, JSON; and those of the clock.

Each function says what its result is based on. "Recorded" is a recording of AWS in the tests of a public emulator
(LocalStack, tiny-asl-machine), with the words of its errors; "measured" is what the author of sfnx published:
https://github.com/iwamot/sfnx/blob/main/docs/design.md
A missing argument is None. An argument of another type, null too, and one too many are errors (T0410, recorded).
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NoReturn

from jsonata.jexception import JException

from sfnorch.durations import format_timestamp
from sfnorch.evaluation.corrected_functions import write_millis
from sfnorch.evaluation.functions import MeasuredFunction, build_own_function, measure_picture
from sfnorch.evaluation.regexes import get_budget
from sfnorch.evaluation.variables import NullReplacement
from sfnorch.simulator.query.java_random import JavaRandom

_HASHES = {"SHA-1": "sha1", "SHA-384": "sha384", "SHA-256": "sha256", "SHA-512": "sha512", "MD5": "md5"}
_LONGEST_RANGE = 1_000_000
_QUOTED = re.compile(r""" "(?:[^"\\]|\\.?)*(?:"|\Z) | '((?:[^'\\]|\\.?)*)(?:'|\Z) """, re.DOTALL | re.VERBOSE)
"""A text of JSON, or one in single quotes."""


def make_functions(rng: random.Random, now: Callable[[], datetime]) -> Mapping[str, MeasuredFunction]:
    """Return the functions by name, with the random numbers and the clock of a run. Each call counts as a step."""

    def draw_random(seed: float | None = None) -> float:
        return rng.random() if seed is None else JavaRandom(int(seed)).draw_double()

    def make_uuid() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    def count_millis() -> int:
        return int(now().timestamp() * 1000)

    def write_now(picture: str | None = None, zone: str | None = None) -> object:
        if picture is None:
            return format_timestamp(now())
        measure_picture(picture, zone)
        return write_millis(count_millis(), picture, zone)

    functions: list[tuple[str, str, Callable[..., object]]] = [
        ("partition", "<x?n?:a>", _split_into_parts),
        ("range", "<n?n?n?:a>", _build_range),
        ("hash", "<ss?:s>", _hash),
        ("random", "<n?:n>", draw_random),
        ("uuid", "<:s>", make_uuid),
        ("parse", "<s?:x>", _parse),
        ("now", "<s?s?:s>", write_now),
        ("millis", "<:n>", count_millis),
        ("eval", "<x?x?:x>", _refuse_eval),
    ]
    return {name: build_own_function(name, signature, function) for name, signature, function in functions}


def _refuse_eval(*_: object) -> NoReturn:
    """Refuse to evaluate a text. Documented: AWS has no `$eval`; the words are this project's."""
    raise ValueError("$eval is not supported in Step Functions")


def _split_into_parts(items: object, size: float | None) -> object:
    """Return the items in lists of the size.

    Recorded: a fraction of the size is cut off; all items are one list without a size; a size of 0 yields nothing; the
    errors. Measured: no items yield nothing.
    """
    if items is None:
        return None
    if not isinstance(items, list):
        raise JException("T0412", -1, 1, "partition", "?")
    if size is None:
        return [items]
    step = int(size)
    if step < 0 or size < 0:
        raise JException("D3137", -1, "Second argument must be zero or greater")
    get_budget().count_bytes(100 * len(items))
    return [items[start : start + step] for start in range(0, len(items), step)] or None if step else None


def _build_range(first: float | None, last: float | None, width: float | None) -> object:
    """Return the numbers; one number by itself, as a sequence of JSONata; nothing for no numbers.

    Recorded: one number by itself, fractions are cut off, nothing for a step of 0 or a missing argument, more than
    1,000 numbers. Measured: nothing for no numbers.
    """
    if first is None or last is None or not width or not int(width):
        return None
    start, end, step = int(first), int(last), int(width)
    numbers = range(start, end + (1 if step > 0 else -1), step)
    if len(numbers) > _LONGEST_RANGE:
        raise ValueError(f"$range returns at most {_LONGEST_RANGE:,} numbers in a simulation")
    get_budget().count_bytes(40 * len(numbers))
    return numbers[0] if len(numbers) == 1 else list(numbers) or None


def _hash(text: str | None, algorithm: object = None) -> str | None:
    """Return the hash in hexadecimal digits.

    Recorded: the digests, texts of more than 10,000 characters, the errors. Measured: nothing without an algorithm.
    """
    if text is None or algorithm is None:
        return None
    if algorithm not in _HASHES:
        raise JException("D3137", -1, f"Hash algorithm '{algorithm}' must be one of {', '.join(_HASHES)}")
    get_budget().count_bytes(4 * len(text))
    import hashlib  # slow to load, and rarely needed

    return hashlib.new(_HASHES[str(algorithm)], text.encode()).hexdigest()


def _parse(text: str | None) -> object:
    """Return the value of a JSON text. Recorded: values, the errors.

    Measured: a repeated key, NaN and numbers beyond the range of a double are errors; texts can be in single quotes.
    """
    if text is None:
        return None
    get_budget().count_bytes(30 * len(text))
    try:
        value = json.loads(
            _QUOTED.sub(_change_quotes, text),
            object_pairs_hook=_build_object,
            parse_constant=_refuse_constant,
            parse_float=_read_float,
        )
    except ValueError:
        raise JException("D3137", -1, "Invalid JSON") from None
    return NullReplacement().replace(value)


def _change_quotes(match: re.Match[str]) -> str:
    """Return the text in double quotes."""
    content: str | None = match[1]
    if content is None:
        return match[0]
    return '"' + content.replace("\\'", "'").replace('"', '\\"') + '"'


def _build_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is out of range")
    return number
