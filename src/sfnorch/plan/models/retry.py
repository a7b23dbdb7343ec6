"""When and how often a step is retried."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from sfnorch.plan import names
from sfnorch.plan.durations import Seconds
from sfnorch.plan.models.base import Model
from sfnorch.plan.scalars import Decimal


def _convert_rate(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


class Retry(Model):
    """When and how often a failed step is retried: a number of retries, or a mapping."""

    errors: Annotated[list[Annotated[str, Field(pattern=names.ERROR_NAME)]], Field(min_length=1, max_length=20)] = (
        Field(
            default=["States.ALL"],
            description="Names of the errors to retry: the class of a function's exception, or the name of an AWS "
            "error (Glue.ConcurrentRunsExceededException).",
            examples=[["TransientError"]],
        )
    )
    attempts: Annotated[int, Field(ge=1, le=50)] = Field(
        default=3, description="Maximum number of retries.", examples=[3]
    )
    interval: Annotated[Seconds, Field(ge=1, le=86_400)] = Field(
        default=1, description="Delay before the first retry.", examples=["10s"]
    )
    backoff_rate: Annotated[float, BeforeValidator(_convert_rate), Field(ge=1, le=10)] = Field(
        default=2.0, description="Factor by which the delay grows after each retry.", examples=[2.0]
    )
    max_delay: Annotated[Seconds, Field(ge=1, le=86_400)] | None = Field(
        default=None, description="Maximum delay between two retries.", examples=["5m"]
    )
    jitter: bool = Field(
        default=True,
        description="Whether each delay is a random time between 0 and its full length.",
        examples=[False],
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_number_alone(cls, value: object) -> object:
        return {"attempts": value} if isinstance(value, int) and not isinstance(value, bool) else value
