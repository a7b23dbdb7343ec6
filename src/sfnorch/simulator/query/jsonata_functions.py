"""The functions that Step Functions adds to JSONata or changes: random numbers, times, hashes, lists, JSON.

The library passes what an expression contains: an argument can be of another type than declared here. The error that
this causes is the error of the expression.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps

from jsonata.functions import Functions
from jsonata.utils import Utils

from sfnorch.durations import format_timestamp
from sfnorch.evaluation.functions import measure_picture, measure_to_millis
from sfnorch.evaluation.regexes import get_budget
from sfnorch.json_values import write_compact
from sfnorch.simulator.query.jsonata_values import convert_to_json

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_LONGEST_RANGE = 1_000_000
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)")


def make_functions(rng: random.Random, now: Callable[[], datetime]) -> Mapping[str, Callable[..., object]]:
    """Return the functions by name, with the random numbers and the clock of a run. Each call counts as a step."""

    def draw_random(seed: float | str | None = None) -> float:
        return random.Random(seed).random() if seed is not None else rng.random()  # noqa: S311 - a simulation

    def make_uuid() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    def count_millis() -> int:
        return int(now().timestamp() * 1000)

    def write_now(picture: str | None = None, zone: str | None = None) -> object:
        return format_timestamp(now()) if picture is None else _write_time(count_millis(), picture, zone)

    functions: dict[str, Callable[..., object]] = {
        "partition": _split_into_parts,
        "range": _build_range,
        "hash": _hash,
        "random": draw_random,
        "uuid": make_uuid,
        "parse": _parse,
        "now": write_now,
        "millis": count_millis,
        "toMillis": _parse_milliseconds,
        "eval": _refuse_eval,
    }
    return {name: _count_calls(function) for name, function in functions.items()}


def _count_calls(function: Callable[..., object]) -> Callable[..., object]:
    """Return the function with each call counted as a step of the evaluation."""

    @wraps(function)
    def call_counted(*args: object) -> object:
        get_budget().count_steps()
        return function(*args)

    return call_counted


def _write_time(millis: int, picture: str, zone: str | None) -> object:
    measure_picture(picture, zone)
    return Functions.datetime_from_millis(millis, picture, zone)


def _refuse_eval(*_: object) -> object:
    raise ValueError("$eval is not supported in Step Functions")


def _parse_milliseconds(text: str | None, picture: str | None = None) -> object:
    """Return the time in milliseconds. The library's function does not support Z under Python 3.10."""
    if text is None or text is Utils.NULL_VALUE:
        return None
    if picture is None and _ISO.fullmatch(text):
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
    measure_to_millis(text, picture)
    return Functions.datetime_to_millis(text, picture)


def _split_into_parts(items: object, size: float) -> object:
    if items is None:
        return None
    whole = items if isinstance(items, list) else [items]
    step = int(size)
    get_budget().count_bytes(100 * len(whole))
    if step < 1:
        raise ValueError("$partition expects a chunk size of at least 1")
    return [whole[start : start + step] for start in range(0, len(whole), step)]


def _build_range(start: float, end: float, step: float) -> list[float] | float:
    """Return the numbers; a single number by itself, as a sequence of JSONata (measured by others)."""
    if not step:
        raise ValueError("$range expects a step other than 0")
    if (end - start) / step > _LONGEST_RANGE:
        raise ValueError(f"$range returns at most {_LONGEST_RANGE:,} numbers")
    get_budget().count_bytes(40 * max(0, int((end - start) / step)))
    found, value = [], start
    while ((value <= end) if step > 0 else (value >= end)) and value + step != value:
        found.append(value)
        value += step
    return found[0] if len(found) == 1 else found


def _hash(value: object, algorithm: str = "SHA-256") -> str | None:
    if value is None:
        return None
    if algorithm not in _HASHES:
        raise ValueError(f"$hash does not support the algorithm {algorithm!r}; supported: {', '.join(_HASHES)}")
    get_budget().count_bytes(40 * get_budget().count_values(value))
    made = convert_to_json(value)
    text = made if isinstance(made, str) else write_compact(made)
    return hashlib.new(_HASHES[algorithm], text.encode()).hexdigest()


def _parse(text: object) -> object:
    match text:
        case None | Utils.NULL_VALUE:
            return None
        case str():
            get_budget().count_bytes(30 * len(text))
            value = json.loads(text)
            return Utils.NULL_VALUE if value is None else value
    raise TypeError("$parse expects a text")
