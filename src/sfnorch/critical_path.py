"""The critical path of a run: what determined when it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import TypeVar

Activity = TypeVar("Activity")


def find_critical_path(
    whole: Activity,
    list_parts: Callable[[Activity], Iterable[Activity]],
    find_span: Callable[[Activity], tuple[float, float]],
) -> list[Activity]:
    """Return the activities that end latest, from the end of `whole` backwards, in the order of time.

    `list_parts` returns the activities in an activity, and `find_span` the start and the end of one. An activity with
    parts is replaced by the critical path in it.
    """
    path: list[Activity] = []
    until = find_span(whole)[1]
    left = sorted(((*find_span(part), part) for part in list_parts(whole)), key=itemgetter(1))
    while left:
        begin, end, part = left.pop()
        if end > until or (end == begin == until and path):
            continue
        path += reversed(find_critical_path(part, list_parts, find_span) or [part])
        until = begin
    return path[::-1]
