"""The numbers in the settings of a Map: limits of concurrency, of items and of failures.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sfnorch.json_values import Json, is_number
from sfnorch.simulator.visit import Visit

_INLINE_AT_ONCE = 40
_DISTRIBUTED_AT_ONCE = 10_000


class FailureTolerance(NamedTuple):
    """How many items of a distributed Map can fail: a number, a percentage, or both; without either, none.

    A setting of 0 counts as not set (measured by the author of sfnx).
    """

    most: int | None
    percentage: float | None

    def count_tolerated(self, items: int) -> int:
        """Return how many of so many items can fail."""
        limits = [self.most] if self.most else []
        if self.percentage:
            limits.append(int(items * self.percentage / 100))
        return min(limits, default=0)


def evaluate_concurrency(visit: Visit, *, distributed: bool) -> int:
    """Return how many items run at the same time. Raises StatesError for a value that is not such a number."""
    most = _DISTRIBUTED_AT_ONCE if distributed else _INLINE_AT_ONCE
    return evaluate_count(visit, "MaxConcurrency") or most


def evaluate_tolerance(visit: Visit) -> FailureTolerance:
    """Return how many items can fail. Raises StatesError, with the recorded causes, for a value that is not valid."""
    return FailureTolerance(
        evaluate_count(visit, "ToleratedFailureCount"), _evaluate_percentage(visit, "ToleratedFailurePercentage")
    )


def evaluate_count(
    visit: Visit, name: str, part: Mapping[str, Json] | None = None, *, least: int | None = 0
) -> int | None:
    """Return the whole number in a setting of the state or of a part of it; None if it does not have it.

    Raises StatesError for another value, or for a number under `least`.
    """
    if not visit.has_setting(name, part):
        return None
    value = visit.evaluate_setting(name, part)
    if not is_number(value):
        raise visit.refuse_type(name, "number", value, part)
    if isinstance(value, float) and not value.is_integer():
        raise visit.refuse_type(name, "integer", value, part)
    if least is not None and value < least:
        raise visit.refuse_setting(name, value, f"a number of at least {least}", part)
    return int(value)


def _evaluate_percentage(visit: Visit, name: str) -> float | None:
    if not visit.has_setting(name):
        return None
    value = visit.evaluate_setting(name)
    if not is_number(value):
        raise visit.refuse_type(name, "number", value)
    if not 0 <= value <= 100:
        raise visit.refuse_setting(name, value, "a number between 0 and 100")
    return float(value)
