"""When the main state machine starts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.plan import names
from sfnorch.plan.fields import reject_code
from sfnorch.plan.models.base import Model

if TYPE_CHECKING:
    from sfnorch.schedules.faults import ScheduleFault


def build_schedule_error(faults: Iterable[ScheduleFault]) -> PydanticCustomError:
    """Return the error for a value with these faults; `load` reports each of them."""
    rows = [(fault.message, fault.fix) for fault in faults]
    words = "; ".join(f"{message}; {fix}" for message, fix in rows)
    return PydanticCustomError("faults", "{words}", {"words": words, "faults": rows})


def _check_schedule_expression(text: str) -> str:
    from sfnorch.schedules.expressions import read_expression  # for plans with a schedule only

    if faults := read_expression(text).faults:
        raise build_schedule_error(faults)
    return text


def _check_time_zone(name: str) -> str:
    from sfnorch.schedules.zones import find_zone_fault

    if fault := find_zone_fault(name):
        raise build_schedule_error([fault])
    return name


TimeZoneName = Annotated[str, Field(pattern=names.TIMEZONE, max_length=50), AfterValidator(_check_time_zone)]


class Schedule(Model):
    """A schedule: a schedule expression, or a mapping with the expression and its time zone."""

    expression: Annotated[
        str, Field(pattern=names.SCHEDULE), AfterValidator(reject_code), AfterValidator(_check_schedule_expression)
    ] = Field(
        description="Schedule expression of EventBridge Scheduler: cron(…), rate(…) or at(…).",
        examples=["cron(0 3 * * ? *)"],
    )
    timezone: TimeZoneName = Field(
        default="UTC",
        description="Time zone of a cron or at expression.",
        examples=["Europe/Berlin"],
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_expression_alone(cls, value: object) -> object:
        return {"expression": value} if isinstance(value, str) else value
