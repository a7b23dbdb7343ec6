"""Until when a run must have succeeded, and when the alarms of deadlines do not notify."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sfnorch.plan import names
from sfnorch.plan.durations import Seconds
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.schedule import TimeZoneName, build_schedule_error

_LONGEST_MUTE = 15 * 86_400

DeadlineTime = Annotated[str, Field(pattern=names.CLOCK_TIME)]
MaxDuration = Annotated[Seconds, Field(ge=60, le=31_536_000)]


def _check_mute_start(text: str) -> str:
    from sfnorch.schedules.mute_starts import list_mute_start_faults  # for plans with a mute window only

    if faults := list_mute_start_faults(text):
        raise build_schedule_error(faults)
    return text


class MuteWindow(Model):
    """A time in which the alarms of deadlines change their state, but do not notify."""

    start: Annotated[str, Field(pattern=names.MUTE_START, max_length=256), AfterValidator(_check_mute_start)] = Field(
        description="Start of the window: cron(…) with the five fields minutes, hours, day-of-month, month and "
        "day-of-week, or at(yyyy-mm-ddThh:mm).",
        examples=["cron(0 0 * * SUN)"],
    )
    duration: Annotated[Seconds, Field(ge=60, le=_LONGEST_MUTE, multiple_of=60)] = Field(
        description="Duration of the window, in whole minutes, at most 15 days.", examples=["12h"]
    )
    timezone: TimeZoneName | None = Field(
        default=None,
        description="Time zone of the window. Default: the time zone of the schedule, or of the plan, or UTC.",
        examples=["Europe/Berlin"],
    )
