"""The plan of the pattern `continuous`: a Glue workflow that runs in a loop."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sfnorch.plan.composition.composition import ENVIRONMENTS, INCLUDE
from sfnorch.plan.durations import Seconds
from sfnorch.plan.fields import check_resource_name, reject_code
from sfnorch.plan.models.plan import OrchestrationPlan
from sfnorch.plan.names import find_job_name_fault
from sfnorch.plan.values import ScalarText

MAX_POLLS = 1_500
"""The highest number of polls whose events, including retries, fit into the 25,000 events of an execution's history."""


def _check_workflow_name(name: str) -> str:
    if fault := find_job_name_fault(name, "workflow"):
        raise PydanticCustomError(
            "workflow_name", "{name} is not a valid Glue workflow name: {fault}", {"name": repr(name), "fault": fault}
        )
    return name


class ContinuousPlan(OrchestrationPlan):
    """A Glue workflow that runs in a loop, until an action fails or the loop is stopped."""

    composed_keys: ClassVar[Mapping[str, tuple[str, ...]]] = {"": (INCLUDE, ENVIRONMENTS)}

    pattern: Literal["continuous"] = Field(description="Pattern of the orchestration.", examples=["continuous"])
    workflow: Annotated[str, AfterValidator(_check_workflow_name)] | None = Field(
        default=None,
        description="Name of the Glue workflow. The input of an execution can name another one: {workflow_name: …}.",
        examples=["hourly-ingest"],
    )
    poll_every: Annotated[Seconds, Field(ge=1, le=86_400)] = Field(
        default=60, description="Interval between two polls of the workflow run.", examples=["60s"]
    )
    pause: Annotated[Seconds, Field(ge=0, le=31_536_000)] = Field(
        default=0, description="Delay between the end of a run and the start of the next one.", examples=["10m"]
    )
    max_runs: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="Number of runs after which the loop ends successfully. No limit by default.",
        examples=[24],
    )
    polls_per_execution: Annotated[int, Field(ge=1, le=MAX_POLLS)] = Field(
        default=1_000,
        description="Number of polls after which a new execution continues to poll the same run. The history of an "
        "execution is limited to 25,000 events.",
        examples=[500],
    )
    run_properties: Annotated[dict[Annotated[str, AfterValidator(reject_code)], ScalarText], Field(max_length=50)] = (
        Field(
            default={},
            description="Run properties of each workflow run, which its jobs can read: text, or an expression.",
            examples=[{"run_date": "{% $params.run_date %}"}],
        )
    )
    allowed_workflows: Annotated[
        list[Annotated[str, AfterValidator(partial(check_resource_name, what="workflow"))]], Field(max_length=50)
    ] = Field(
        default=["*"],
        description="Glue workflows, or prefixes that end in *, that the input of an execution can name in addition to "
        "the workflow in the plan. Default of the stack parameter AllowedGlueWorkflows. [] allows no others.",
        examples=[["etl-*"]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan: always empty, because the Glue workflow defines its jobs."""
        return ()
