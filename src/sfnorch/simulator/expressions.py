"""JSONata as Step Functions evaluates it: the JSONata library, the functions of Step Functions, the virtual clock.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import wraps
from typing import Any

from jsonata.jexception import JException
from jsonata.utils import Utils

from sfnorch.evaluation.budget import MOST_STEPS, RECURSION, Budget
from sfnorch.evaluation.engine import Engine
from sfnorch.evaluation.functions import measure_picture, measure_to_millis
from sfnorch.evaluation.regexes import current
from sfnorch.expressions import code
from sfnorch.simulator.errors import DATA_LIMIT, QUERY, NotPlayable, StatesError

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_UNDEFINED = object()
_LONGEST_RANGE = 1_000_000
_LONGEST_SHOWN = 5_000
_MOST_VALUES_OF_A_FIELD = 500_000
"""The maximum number of values of a field; 32 characters of a text count as one. This is far more than 256 KiB."""

_EVALUATIONS_OF_A_RUN = 2
"""The steps of a run are limited to this many evaluations. This limits a Map over many items with long expressions."""

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)")


class Evaluator:
    """Evaluates the fields of states. It compiles each expression once."""

    def __init__(self, rng: random.Random, now: Callable[[], datetime], most_steps: int = MOST_STEPS) -> None:
        self._rng = rng
        self._now = now
        self._most_steps = most_steps
        self._compiled: dict[str, Engine] = {}
        self._values = 0
        self._steps = 0
        self._functions: dict[str, Callable[..., Any]] = {
            "partition": _partition,
            "range": _range,
            "hash": _hash,
            "random": self._random,
            "uuid": self._uuid,
            "parse": _parse,
            "now": self._now_text,
            "millis": self._millis,
            "toMillis": _to_millis,
            "eval": _eval,
        }

    def value(self, field: Any, bindings: Mapping[str, Any], name: str) -> Any:
        """Return the field's value with all expressions evaluated; errors refer to the field as `name`.

        Raises StatesError: States.QueryEvaluationError if an expression fails or returns nothing, and
        States.DataLimitExceeded if the field has more values than every limit of AWS allows.
        """
        self._values = 0
        return self._value(field, bindings, name)

    def _value(self, field: Any, bindings: Mapping[str, Any], name: str) -> Any:
        if isinstance(field, str):
            text = code(field)
            return field if text is None else self._evaluate(text.strip(), bindings, name)
        if isinstance(field, dict):
            return {key: self._value(item, bindings, f"{name}/{key}") for key, item in field.items()}
        if isinstance(field, list):
            return [self._value(item, bindings, f"{name}[{index}]") for index, item in enumerate(field)]
        return field

    def _evaluate(self, text: str, bindings: Mapping[str, Any], name: str) -> Any:
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
        failed = f"The JSONata expression '{shown}' specified for the field '{name}' threw an error during evaluation."
        try:
            budget = Budget(self._most_steps)
            try:
                found = self._compile(text).run(bindings, budget)
            finally:
                self._count_steps(budget)
            self._values += budget.size(found)
            if self._values > _MOST_VALUES_OF_A_FIELD:
                raise StatesError(
                    DATA_LIMIT,
                    f"The field '{name}' has more than {_MOST_VALUES_OF_A_FIELD:,} values, too many for a state.",
                )
            result = plain(found)
        except JException as error:
            raise StatesError(QUERY, f"{failed} {_code(error)}{error}") from None
        except (RecursionError, MemoryError) as error:
            reason = RECURSION if isinstance(error, RecursionError) else "it requires more memory than is available"
            raise StatesError(QUERY, f"{failed} {reason}") from None
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise StatesError(QUERY, f"{failed} {error}") from None
        if result is _UNDEFINED:
            message = f"The JSONata expression '{text}' specified for the field '{name}' returned nothing (undefined)."
            raise StatesError(QUERY, message)
        return result

    def _count_steps(self, budget: Budget) -> None:
        """Add the steps of an evaluation to those of the run. Raises NotPlayable if the run exceeds the limit."""
        self._steps += budget.steps
        most = _EVALUATIONS_OF_A_RUN * max(MOST_STEPS, self._most_steps)
        if self._steps > most:
            raise NotPlayable(
                f"The expressions of this run require more than {most:,} steps, the limit of a simulation",
                hint="simulate it with fewer items or a smaller input",
            )

    def _compile(self, text: str) -> Engine:
        compiled = self._compiled.get(text)
        if compiled is None:
            compiled = Engine(text)
            for name, function in self._functions.items():
                compiled.register_lambda(name, _counted(function))
            self._compiled[text] = compiled
        return compiled

    def _random(self, seed: Any = None) -> float:
        return random.Random(seed).random() if seed is not None else self._rng.random()  # noqa: S311 - a simulation

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def _now_text(self, picture: str | None = None, zone: str | None = None) -> Any:
        if picture is None:
            return timestamp(self._now())
        from jsonata.functions import Functions

        measure_picture(picture, zone)
        return Functions.datetime_from_millis(self._millis(), picture, zone)

    def _millis(self) -> int:
        return int(self._now().timestamp() * 1000)


def timestamp(moment: datetime) -> str:
    """Return the time as AWS writes it: in UTC, with milliseconds."""
    moment = moment.astimezone(timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def plain(value: Any) -> Any:
    """Return a result as JSON: plain lists and nulls instead of the library's types, whole numbers as integers."""
    if value is None:
        return _UNDEFINED
    if value is Utils.NULL_VALUE:
        return None
    return _json(value)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [_json(item) for item in value]
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a JSON number")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, str | int | bool):
        return value
    raise TypeError("the expression returned an unsupported result type.")


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with each call counted as a step of the evaluation."""

    @wraps(function)
    def called(*args: Any) -> Any:
        current().step()
        return function(*args)

    return called


def _code(error: JException) -> str:
    name = getattr(error, "error", "") or ""
    return f"{name}: " if name and not str(error).startswith(str(name)) else ""


def _eval(*_: Any) -> Any:
    raise ValueError("$eval is not supported in Step Functions")


def _given(value: Any) -> Any:
    return None if value is Utils.NULL_VALUE else value


def _to_millis(text: Any, picture: Any = None) -> Any:
    """Return the time in milliseconds. The library's function does not support Z under Python 3.10."""
    if _given(text) is None:
        return None
    if picture is None and _ISO.fullmatch(text):
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
    from jsonata.functions import Functions

    measure_to_millis(text, picture)
    return Functions.datetime_to_millis(text, picture)


def _partition(items: Any, size: Any) -> Any:
    if items is None:
        return None
    whole = items if isinstance(items, list) else [items]
    step = int(size)
    current().make(100 * len(whole))
    if step < 1:
        raise ValueError("$partition expects a chunk size of at least 1")
    return [whole[start : start + step] for start in range(0, len(whole), step)]


def _range(start: Any, end: Any, step: Any) -> Any:
    if not step:
        raise ValueError("$range expects a step other than 0")
    if (end - start) / step > _LONGEST_RANGE:
        raise ValueError(f"$range returns at most {_LONGEST_RANGE:,} numbers")
    current().make(40 * max(0, int((end - start) / step)))
    found, value = [], start
    while ((value <= end) if step > 0 else (value >= end)) and value + step != value:
        found.append(value)
        value += step
    return found


def _hash(value: Any, algorithm: Any = "SHA-256") -> Any:
    if value is None:
        return None
    if algorithm not in _HASHES:
        raise ValueError(f"$hash does not support the algorithm {algorithm!r}; supported: {', '.join(_HASHES)}")
    current().make(40 * current().walk(value))
    text = value if isinstance(value, str) else json.dumps(_json(value), separators=(",", ":"), ensure_ascii=False)
    return hashlib.new(_HASHES[algorithm], text.encode()).hexdigest()


def _parse(text: Any) -> Any:
    if _given(text) is None:
        return None
    if not isinstance(text, str):
        raise TypeError("$parse expects a text")
    current().make(30 * len(text))
    value = json.loads(text)
    return Utils.NULL_VALUE if value is None else value
