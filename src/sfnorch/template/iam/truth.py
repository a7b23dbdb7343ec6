"""Three-valued answers: yes, no, or unknown with the reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Truth(NamedTuple):
    """An answer; `value` is None if it is unknown, and `reasons` are the reasons."""

    value: bool | None
    reasons: tuple[str, ...] = ()

    def __invert__(self) -> Truth:
        return self if self.value is None else (NO if self.value else YES)


YES = Truth(True)
NO = Truth(False)


def create_unknown(*reasons: str) -> Truth:
    """Return an unknown answer with these reasons."""
    return Truth(None, reasons)


def combine_all(answers: Iterable[Truth]) -> Truth:
    """Return whether all are true: one no decides, even if others are unknown."""
    reasons: dict[str, None] = {}
    is_unknown = False
    for answer in answers:
        if answer.value is False:
            return NO
        if answer.value is None:
            is_unknown = True
            reasons.update(dict.fromkeys(answer.reasons))
    return Truth(None, tuple(reasons)) if is_unknown else YES


def combine_any(answers: Iterable[Truth]) -> Truth:
    """Return whether one is true: one yes decides, even if others are unknown."""
    reasons: dict[str, None] = {}
    is_unknown = False
    for answer in answers:
        if answer.value:
            return YES
        if answer.value is None:
            is_unknown = True
            reasons.update(dict.fromkeys(answer.reasons))
    return Truth(None, tuple(reasons)) if is_unknown else NO
