"""The ticks of a time axis: round times, not more than there is room for."""

from __future__ import annotations

from datetime import datetime, timedelta

from sfnorch.durations import format_duration

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
    *(count * _DAY for count in (1, 2, 7, 14, 28, 56, 112, 182, 364)),
)
"""The times between two ticks, in seconds."""


def list_ticks(end: float, most: int = 10) -> list[float]:
    """Return the times of the ticks from 0 to `end`, in seconds; at most so many after the first."""
    step = next((step for step in _STEPS if end / step <= most), _STEPS[-1])
    return [float(step * index) for index in range(int(end // step) + 1)]


def format_tick(at: float, begin: datetime | None) -> str:
    """Return the label of a tick: the time after the start, or the time of day if the start is known."""
    if begin is None:
        return f"T+{format_duration(at)}"
    moment = begin + timedelta(seconds=at)
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
