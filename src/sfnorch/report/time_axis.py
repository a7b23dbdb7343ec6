"""The ticks of a time axis: round times, not more than there is room for."""

from __future__ import annotations

import math
from datetime import datetime

from sfnorch.durations import format_duration

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
    *(count * _DAY for count in (1, 2, 7, 14, 28, 56, 112, 182, 364)),
)
"""The times between two ticks, in seconds."""


def list_ticks(end: float, most: int = 10, begin: datetime | None = None) -> list[float]:
    """Return the times of the ticks from 0 to `end`, in seconds after the start; about so many.

    They are round times after the start, or round times of the day in the time zone of the start if that is known.
    """
    step = next((step for step in _STEPS if end / step <= most), _STEPS[-1])
    shift = 0.0 if begin is None else (begin.timestamp() + _read_offset(begin)) % _DAY
    first = math.ceil(shift / step) * step - shift
    return [first + step * index for index in range(int((end - first) // step) + 1)]


def format_tick(at: float, begin: datetime | None) -> str:
    """Return the label of a tick: the time after the start, or the time of day if the start is known."""
    if begin is None:
        return f"T+{format_duration(at)}"
    moment = datetime.fromtimestamp(round(begin.timestamp() + at), begin.tzinfo)
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _read_offset(moment: datetime) -> float:
    """Return the seconds that the time zone of the moment is ahead of UTC."""
    offset = moment.utcoffset()
    return 0.0 if offset is None else offset.total_seconds()
