"""The pseudorandom numbers of Java, with which Step Functions answers a call that has a seed.

In recordings of AWS (tiny-asl-machine), `$random(77)` is 0.7240700207191966 and `States.MathRandom(1, 100, 42)` is 63,
as the algorithm that Java documents yields: https://docs.oracle.com/javase/8/docs/api/java/util/Random.html
"""

from __future__ import annotations

_MULTIPLIER, _INCREMENT, _BITS = 0x5DEECE66D, 0xB, 48
_MASK = (1 << _BITS) - 1


class JavaRandom:
    """A sequence of numbers that depends on the seed only."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _MULTIPLIER) & _MASK

    def draw_double(self) -> float:
        """Return a number from 0 up to 1."""
        return ((self._draw_bits(26) << 27) + self._draw_bits(27)) / (1 << 53)

    def draw_between(self, first: int, end: int) -> int:
        """Return an integer of 32 bits from the first number up to the end, which is greater."""
        if end - first < 1 << 31:
            return first + self._draw_below(end - first)
        while True:
            bits = self._draw_bits(32)
            number = bits - (1 << 32) if bits >> 31 else bits
            if first <= number < end:
                return number

    def _draw_below(self, bound: int) -> int:
        if not bound & (bound - 1):
            return (bound * self._draw_bits(31)) >> 31
        while True:
            bits = self._draw_bits(31)
            if bits - bits % bound + bound - 1 < 1 << 31:
                return bits % bound

    def _draw_bits(self, count: int) -> int:
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return self._state >> (_BITS - count)
