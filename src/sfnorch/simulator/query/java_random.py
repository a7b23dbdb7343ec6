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

    def draw_integer(self, bound: int) -> int:
        """Return an integer from 0 up to the bound, which is positive and less than 2³¹."""
        if not bound & (bound - 1):
            return (bound * self._draw_bits(31)) >> 31
        while True:
            bits = self._draw_bits(31)
            if bits - bits % bound + bound - 1 < 1 << 31:
                return bits % bound

    def _draw_bits(self, count: int) -> int:
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return self._state >> (_BITS - count)
