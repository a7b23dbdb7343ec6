"""How values are distributed: percentiles and histograms of values, and shares with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_Z = 1.959963984540054
"""The number of standard deviations on each side of the mean that contain 95% of a normal distribution."""


class Spread(NamedTuple):
    """How values are distributed."""

    least: float
    p50: float
    p90: float
    p99: float
    most: float
    mean: float


class Share(NamedTuple):
    """A share of cases, from 0 to 1, and the limits that contain the true one with a probability of 95%."""

    value: float
    low: float
    high: float


def find_percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the least of the sorted values that at least this percentage of the values does not exceed."""
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def spread_values(values: Sequence[float]) -> Spread:
    """Return how the values are distributed. There must be at least one."""
    ordered = sorted(values)
    return Spread(
        least=ordered[0],
        p50=find_percentile(ordered, 50),
        p90=find_percentile(ordered, 90),
        p99=find_percentile(ordered, 99),
        most=ordered[-1],
        mean=math.fsum(ordered) / len(ordered),
    )


def estimate_share(cases: int, count: int) -> Share:
    """Return the share of cases in a sample, with the Wilson score interval.

    https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm
    """
    share = cases / count
    middle = share + _Z**2 / (2 * count)
    half = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    whole = 1 + _Z**2 / count
    low = 0.0 if not cases else max(0.0, (middle - half) / whole)
    high = 1.0 if cases == count else min(1.0, (middle + half) / whole)
    return Share(share, low, high)


class Bin(NamedTuple):
    """A bin of a histogram: the values from `start` to before `end`; the last bin contains its end."""

    start: float
    end: float
    cases: int


def build_histogram(values: Sequence[float], most_bins: int = 20) -> list[Bin]:
    """Return the bins of a histogram, all of the same width: 1, 2, 3, 5, 10, 15 … seconds, minutes or hours."""
    least, most = min(values), max(values)
    width = next((width for width in _WIDTHS if (most // width - least // width) < most_bins), None)
    if width is None:
        width = _WIDTHS[-1] * math.ceil((most - least) / _WIDTHS[-1] / (most_bins - 1))
    first = math.floor(least / width)
    counts = [0] * (math.floor(most / width) - first + 1)
    for value in values:
        counts[math.floor(value / width) - first] += 1
    return [Bin((first + index) * width, (first + index + 1) * width, count) for index, count in enumerate(counts)]


_WIDTHS = (
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 43_200.0,
    86_400.0,
)  # fmt: skip
