"""Polling of a run that AWS does not report by itself: delays that grow, and the number of polls of a timeout."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sfnorch.asl import Expression, jsonata


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDelays:
    """The seconds before the first poll, the factor by which the delay grows after each poll, and the longest delay."""

    first: int
    growth: float
    longest: int

    @property
    def expression(self) -> Expression:
        """The delay before the next poll; the variable `polls` is the number of polls so far."""
        return jsonata(
            "$floor($min([<<longest>>, <<first>> * $power(<<growth>>, $polls)]))",
            longest=self.longest,
            first=self.first,
            growth=self.growth,
        )

    def count_polls(self, seconds: int) -> int:
        """Return the number of polls that fit into this time."""
        passed, polls, wait = 0, 0, float(self.first)
        while passed < seconds:
            passed += math.floor(wait)
            wait = min(self.longest, wait * self.growth)  # a power of the number of polls would overflow
            polls += 1
        return polls
