"""What happens when a run starts while another run is still running."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sfnorch.plan.durations import Seconds
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.parameters import ParameterName


class Overlap(Model):
    """What happens when a run starts while another run is running: a mode alone, or a mapping."""

    mode: Literal["allow", "skip", "wait", "fail"] = Field(
        description="allow: both run. skip: the new run ends SUCCEEDED without running anything. wait: the new run "
        "waits until the other run has ended. fail: the new run ends FAILED.",
        examples=["skip"],
    )
    per: ParameterName | None = Field(
        default=None,
        description="Parameter whose value separates runs: only runs with the same value exclude each other. By "
        "default, all runs exclude each other.",
        examples=["run_date"],
    )
    timeout: Annotated[Seconds, Field(ge=60, le=345_600)] = Field(
        default=86_400,
        description="With mode wait: how long a run waits before it ends FAILED.",
        examples=["12h"],
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_mode_alone(cls, value: object) -> object:
        return {"mode": value} if isinstance(value, str) else value
