"""The fields of a cron expression: their ranges, the names of their values, and the values in a text.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sfnorch.schedules.faults import ScheduleFault

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""The days of the week, which AWS counts from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field: its lowest and highest value, and the names of its values."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    wraps: bool = True
    """Whether a range can continue over the end, such as 20-2 in hours."""
    range_enforced: bool = True
    """Whether AWS rejects a number out of range."""

    @property
    def range(self) -> str:
        """The valid values of the field, in words."""
        if not self.names:
            return f"{self.low} to {self.high}"
        first = f" (1 is {self.names[0]})" if self.names is WEEKDAYS and self.low else ""  # in Unix it is 0
        return f"{self.low} to {self.high} or {self.names[0]} to {self.names[-1]}{first}"


MINUTES = Field(name="minutes", low=0, high=59)
HOURS = Field(name="hours", low=0, high=23)
DAY_OF_MONTH = Field(name="day-of-month", low=1, high=31)
MONTH = Field(name="month", low=1, high=12, names=MONTHS)
DAY_OF_WEEK = Field(name="day-of-week", low=1, high=7, names=WEEKDAYS)
YEAR = Field(name="year", low=1970, high=2199, wraps=False)

_ELSEWHERE = (
    (re.compile(r"\?"), (DAY_OF_MONTH, DAY_OF_WEEK)),
    (re.compile(r"#"), (DAY_OF_WEEK,)),
    (re.compile(r"^(\d*|L)W$"), (DAY_OF_MONTH,)),
    (re.compile(r"^(\d*|[A-Z]{3})L$|^L-\d*$"), (DAY_OF_MONTH, DAY_OF_WEEK)),
)
"""Wildcards that only some fields support, and these fields."""


def read_values(text: str, field: Field) -> tuple[frozenset[int], list[ScheduleFault]]:
    """Return the values of a field with numbers, names, lists, ranges and steps, and its faults."""
    values: set[int] = set()
    faults: list[ScheduleFault] = []
    for part in text.upper().split(","):
        found, wrong = _read_part(part, field)
        values.update(found)
        faults += wrong
    return frozenset(values), faults


def read_value(text: str, field: Field) -> int | ScheduleFault:
    """Return the value of a number or a name, or the fault of an invalid one."""
    if re.fullmatch(r"[0-9]+", text):
        value = int(text)
        if field.low <= value <= field.high:
            return value
        message = f"{field.name} {text} is out of range"
        return ScheduleFault(message=message, fix=f"write {field.range}", refused=field.range_enforced)
    if text in field.names:
        return field.low + field.names.index(text)
    return _create_value_fault(text, field)


def _read_part(part: str, field: Field) -> tuple[range | list[int], list[ScheduleFault]]:
    if not part:
        fix = "remove the comma; blanks alone separate the fields"
        return [], [ScheduleFault(message=f"{field.name} has a comma without a value", fix=fix)]
    whole, slash, step_text = part.partition("/")
    first_text, dash, last_text = whole.partition("-")
    if whole == "*":
        ends: list[int | ScheduleFault] = [field.low, field.high]
    elif dash and first_text != "L":
        ends = [read_value(first_text, field), read_value(last_text, field)]
    else:
        value = read_value(whole, field)
        ends = [value, field.high if slash and isinstance(value, int) else value]
    step = _read_step(step_text, whole, field) if slash else 1
    faults = list(dict.fromkeys(end for end in [*ends, step] if isinstance(end, ScheduleFault)))
    first, last = ends
    if faults or not (isinstance(first, int) and isinstance(last, int) and isinstance(step, int)):
        return [], faults
    if first <= last:
        return range(first, last + 1, step), []
    if not field.wraps:
        message = f"{field.name} {whole} runs backwards"
        return [], [ScheduleFault(message=message, fix=f"write {last_text}-{first_text}")]
    size = field.high - field.low + 1
    return [field.low + (value - field.low) % size for value in range(first, last + size + 1, step)], []


def _read_step(text: str, start: str, field: Field) -> int | ScheduleFault:
    if not re.fullmatch(r"[0-9]+", text):
        message = f"step {text!r} in {field.name} is invalid"
        return ScheduleFault(message=message, fix="write a whole number after /, as in 0/15")
    if int(text) == 0:
        return ScheduleFault(message=f"step 0 in {field.name} is out of range", fix="write a step of 1 or more")
    if int(text) > field.high - field.low:
        only = str(field.low) if start == "*" else start
        message = f"step {text} in {field.name} is longer than the field, so that it matches only {only}"
        fix = f"write {only}" + (f", or rate({int(text)} {field.name})" if field in (MINUTES, HOURS) else "")
        return ScheduleFault(message=message, fix=fix, refused=False)
    return int(text)


def _create_value_fault(text: str, field: Field) -> ScheduleFault:
    for wildcard, fields in _ELSEWHERE:
        if wildcard.search(text) and field not in fields:
            fix = f"write {field.range}, or * for each; it is for {' and '.join(other.name for other in fields)}"
            return ScheduleFault(message=f"{field.name} does not support {text}", fix=fix)
    import difflib  # for faults only

    near = difflib.get_close_matches(text[:20], field.names, n=1, cutoff=0.5)
    fix = f"did you mean {near[0]}?" if near else f"write {field.range}"
    return ScheduleFault(message=f"{field.name} {text!r} is invalid", fix=fix)
