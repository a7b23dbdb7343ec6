"""Time zones of the IANA database, and the gaps in their local times because of daylight saving time.

EventBridge Scheduler supports the time zones of this database (documented):
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#time-zones
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache

from sfnorch.schedules.faults import ScheduleFault

UTC = "UTC"
_NO_PLACE = frozenset({"Factory", "localtime"})
"""Names in the database, or in a system's copy of it, that are not time zones."""

_ABBREVIATIONS = {
    **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("MDT",), "America/Denver"),
    **dict.fromkeys(("CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("EDT",), "America/New_York"),
    **dict.fromkeys(("CEST",), "Europe/Berlin"),
    **dict.fromkeys(("BST",), "Europe/London"),
    **dict.fromkeys(("IST",), "Asia/Kolkata"),
    **dict.fromkeys(("JST",), "Asia/Tokyo"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
}
"""Common abbreviations, with a time zone of the database for each."""

_PROBE = timedelta(days=7)
"""The interval at which offsets are compared. Two changes of a time zone are further apart (in Morocco, four weeks)."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """Local times that do not exist because the clocks go forward: from `first` (inclusive) to `end` (exclusive)."""

    first: datetime
    end: datetime


def is_zone(name: str) -> bool:
    """Return whether the IANA database has a time zone with this name."""
    if name == UTC or name in _load_names():
        return True
    from zoneinfo import available_timezones

    # the system can have a time zone that this release of tzdata does not have yet
    return name in available_timezones() - _NO_PLACE


def load_zone(name: str) -> tzinfo:
    """Return the time zone with this name. Raises ZoneInfoNotFoundError for an unknown name."""
    if name == UTC:
        return timezone.utc
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def find_zone_fault(name: str) -> ScheduleFault | None:
    """Return the fault of an unknown name, with a similar time zone; None for the name of a time zone."""
    if is_zone(name):
        return None
    near = _suggest_zone(name)
    fix = f"did you mean {near}?" if near else "write a name of the IANA time zone database, such as Europe/Berlin"
    return ScheduleFault(message=f"unknown time zone {name!r}", fix=fix)


def list_gaps(place: tzinfo, first: datetime, last: datetime) -> Iterator[ClockChange]:
    """Iterate the gaps in the local time of a zone between two instants, ascending.

    The last gap can be a few days after `last`.
    """
    before = first.astimezone(timezone.utc).replace(microsecond=0)
    while before < last:
        after = before + _PROBE
        if _find_offset(place, before) < _find_offset(place, after):
            yield _find_gap(place, before, after)
        before = after


def list_changes(place: tzinfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Iterate the instants between two instants, in UTC, from which another offset of the zone applies."""
    before = first.astimezone(timezone.utc).replace(microsecond=0)
    while before < last:
        after = before + _PROBE
        if _find_offset(place, before) != _find_offset(place, after):
            change = _find_change(place, before, after)
            if change < last:
                yield change
        before = after


def is_existing_time(local: datetime, place: tzinfo) -> bool:
    """Return whether the local time exists in the time zone."""
    instant = local.replace(tzinfo=place).astimezone(timezone.utc)
    return instant.astimezone(place).replace(tzinfo=None) == local


@cache
def _load_names() -> frozenset[str]:
    from importlib.resources import files

    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split()) - _NO_PLACE


def _suggest_zone(name: str) -> str:
    """Return the time zone that a similar name, a part of a name or an abbreviation means; empty if there is none."""
    import difflib  # for faults only

    known = {zone_name.lower(): zone_name for zone_name in sorted(_load_names())}
    written = name.strip().replace(" ", "_")
    if written.lower() in known:
        return known[written.lower()]
    if written.upper() in _ABBREVIATIONS:
        return _ABBREVIATIONS[written.upper()]
    if match := re.fullmatch(r"(?:UTC|GMT)([+-])0?(\d{1,2})(?::?00)?", written.upper()):
        # in the database, the sign is reversed: Etc/GMT-2 is two hours ahead of UTC
        return known.get(f"etc/gmt{'-' if match[1] == '+' else '+'}{match[2]}", "")
    cutoff = 0.75
    if "/" not in written:
        places: dict[str, str] = {}
        for zone_name in known.values():
            if "/" in zone_name:
                places.setdefault(zone_name.rpartition("/")[2].lower(), zone_name)
        known, cutoff = places, 0.8
    near = difflib.get_close_matches(written.lower(), known, n=1, cutoff=cutoff)
    return known[near[0]] if near else ""


def _find_offset(place: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(place).utcoffset() or timedelta()


def _find_gap(place: tzinfo, before: datetime, after: datetime) -> ClockChange:
    """Return the gap between two instants in whole seconds, of which `after` has the larger offset."""
    old, new = _find_offset(place, before), _find_offset(place, after)
    change = _find_change(place, before, after).replace(tzinfo=None)
    return ClockChange(first=change + old, end=change + new)


def _find_change(place: tzinfo, before: datetime, after: datetime) -> datetime:
    """Return the first instant with another offset than `before` has, up to `after`, in whole seconds."""
    old = _find_offset(place, before)
    while (apart := (after - before) // _SECOND) > 1:
        middle = before + apart // 2 * _SECOND
        if _find_offset(place, middle) == old:
            before = middle
        else:
            after = middle
    return after
