"""rate(…): a number and a unit.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.service import Service

_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
_UNITS = "minutes, hours or days"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateExpression:
    """A rate expression: an interval in minutes, hours or days, counted from the creation of the schedule."""

    value: int
    unit: str
    """minute, hour or day."""

    @property
    def seconds(self) -> int:
        """The number of seconds between two starts."""
        return self.value * _SECONDS[self.unit]

    def __str__(self) -> str:
        return f"{self.value} {self.unit}{'' if self.value == 1 else 's'}"


def read_rate(body: str, service: Service) -> tuple[RateExpression | None, list[ScheduleFault]]:
    """Return the Rate for the text between the parentheses of rate(…), or None, and its faults."""
    match = re.fullmatch(r"(\S+) (\S+)", body)
    if match is None:
        return None, [_create_form_fault(body, service)]
    number, unit = match.groups()
    faults = []
    if not re.fullmatch("[0-9]+", number):
        message = f"the value of a rate must be a whole number, not {number!r}"
        faults.append(ScheduleFault(message=message, fix="write it in digits, as in rate(5 minutes)"))
    elif int(number) == 0:
        message = f"the value of a rate must be 1 or more, not {number}"
        faults.append(ScheduleFault(message=message, fix="write rate(1 minute) for the shortest rate"))
    known = re.fullmatch(r"(minute|hour|day)s?", unit)
    if known is None:
        faults.append(_create_unit_fault(number, unit))
    if faults or known is None:
        return None, faults
    rate = RateExpression(value=int(number), unit=known[1])
    if service is Service.RULE and not str(rate).endswith(f" {unit}"):
        kind = "singular" if rate.value == 1 else "plural"
        message = f"the unit of rate({body}) must be {kind} in an EventBridge rule"
        return None, [ScheduleFault(message=message, fix=f"write rate({rate})")]
    return rate, []


def _create_form_fault(body: str, service: Service) -> ScheduleFault:
    """Return the fault of a text that is not a value, one blank and a unit."""
    message = f"rate({body}) must be a value, a blank and a unit"
    match = re.fullmatch(r"\s*([0-9]+)\s*([a-z]+)\s*", body)
    rate = read_rate(f"{match[1]} {match[2]}", Service.SCHEDULER)[0] if match else None
    if rate is None:
        return ScheduleFault(message=message, fix="write for example rate(5 minutes)")
    taken = service is Service.SCHEDULER and body == body.strip()
    return ScheduleFault(message=message, fix=f"write rate({rate})", refused=not taken)


def _create_unit_fault(number: str, unit: str) -> ScheduleFault:
    """Return the fault of an unknown unit, with a rate in a known one."""
    message = f"unit {unit!r} of a rate is unknown"
    value = int(number) if re.fullmatch("[0-9]+", number) else 0
    if value and unit in ("second", "seconds"):
        rate = RateExpression(value=max(1, -(-value // 60)), unit="minute")
        message = "a rate in seconds is unsupported; rate(1 minute) is the shortest"
        return ScheduleFault(message=message, fix=f"write rate({rate})")
    if value and unit in ("week", "weeks"):
        return ScheduleFault(message=message, fix=f"write rate({RateExpression(value=value * 7, unit='day')})")
    import difflib  # for faults only

    near = difflib.get_close_matches(unit.lower(), [f"{single}s" for single in _SECONDS], n=1, cutoff=0.6)
    if value and near:
        return ScheduleFault(
            message=message, fix=f"did you mean rate({RateExpression(value=value, unit=near[0][:-1])})?"
        )
    return ScheduleFault(message=message, fix=f"write {_UNITS}; a calendar month or year needs cron(…)")
