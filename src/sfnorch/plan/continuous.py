"""The plan of the pattern `continuous`: a Glue workflow that runs again and again."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sfnorch.plan.durations import Seconds
from sfnorch.plan.fields import allowed
from sfnorch.plan.models import OrchestrationPlan
from sfnorch.plan.names import job_name_fault

MAX_POLLS = 1_500
"""Polls that fit into one execution's history of 25,000 events, those of retries too."""


def _workflow_name(name: str) -> str:
    if fault := job_name_fault(name, "workflow"):
        raise PydanticCustomError(
            "workflow_name", "{name} is no Glue workflow name: {fault}", {"name": repr(name), "fault": fault}
        )
    return name


class ContinuousPlan(OrchestrationPlan):
    """A Glue workflow that runs again and again, until one of its actions fails or the loop is ended."""

    pattern: Literal["continuous"] = Field(description="The kind of orchestration.", examples=["continuous"])
    workflow: Annotated[str, AfterValidator(_workflow_name)] | None = Field(
        default=None,
        description="The Glue workflow; an execution's input may name another: {workflow_name: …}.",
        examples=["hourly-ingest"],
    )
    poll_every: Annotated[Seconds, Field(ge=1, le=86_400)] = Field(
        default=60, description="How long it waits between two looks at the workflow's run.", examples=["60s"]
    )
    pause: Annotated[Seconds, Field(ge=0, le=31_536_000)] = Field(
        default=0, description="How long it waits after a run before the next one.", examples=["10m"]
    )
    max_runs: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="After how many runs the loop ends well; it goes on unless set.", examples=[24]
    )
    polls_per_execution: Annotated[int, Field(ge=1, le=MAX_POLLS)] = Field(
        default=1_000,
        description="After how many polls an execution hands over to a fresh one, which goes on polling the same run: "
        "a history has 25,000 events.",
        examples=[500],
    )
    allowed_workflows: Annotated[
        list[Annotated[str, AfterValidator(partial(allowed, what="workflow"))]], Field(max_length=50)
    ] = Field(
        default=["*"],
        description="Glue workflows, or prefixes ending in *, that an execution's input may name beside the plan's "
        "own: default of the stack's parameter AllowedGlueWorkflows. [] allows the plan's own only.",
        examples=[["etl-*"]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The Glue jobs that it names: none, the workflow knows them."""
        return ()
