"""The offsets of a time zone as data in a program.

JSONata converts timestamps with a fixed offset only. So the program has a table of the changes of the plan's time
zone, as the IANA database has them when the template is rendered.
"""

from __future__ import annotations

from datetime import datetime, timezone

from sfnorch.asl import Expression, jsonata, read_program
from sfnorch.plan.run_context import UTC

FIRST_YEAR, LAST_YEAR = 2015, 2045
"""The years whose changes are in the table; outside of them, the first or the last offset applies."""


def define_offset(zone: str) -> Expression:
    """Return the definition of `$offset(millis)`, the offset of the zone from UTC in milliseconds at this time."""
    if zone == UTC:
        return jsonata("$offset := function($millis) { 0 };")
    minutes, offsets = list_offsets(zone)
    return read_program(__package__, "offset").fill(changes=minutes, offsets=offsets)


def list_offsets(zone: str) -> tuple[list[int], list[int]]:
    """Return the minutes since 1970 at which the offset of the zone changes, and its offsets in minutes.

    There is one offset more than there are changes: the first one applies before the first change.
    """
    from sfnorch.schedules.zones import list_changes, load_zone  # for plans with a time zone only

    place = load_zone(zone)
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=timezone.utc)
    last = datetime(LAST_YEAR + 1, 1, 1, tzinfo=timezone.utc)
    changes = list(list_changes(place, first, last))
    instants = [first, *changes]
    offsets = [instant.astimezone(place).utcoffset() for instant in instants]
    return (
        [int(change.timestamp()) // 60 for change in changes],
        [int(offset.total_seconds()) // 60 for offset in offsets if offset is not None],
    )
