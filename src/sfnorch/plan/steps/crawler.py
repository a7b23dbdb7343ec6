"""A step or a task that runs a Glue crawler."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sfnorch.plan.names import find_job_name_fault
from sfnorch.plan.steps.kind import StepKey, StepKind


def _crawler_name(name: str) -> str:
    if fault := find_job_name_fault(name, "crawler"):
        message = "{name} is not a valid Glue crawler name: {fault}"
        raise PydanticCustomError("crawler_name", message, {"name": repr(name), "fault": fault})
    return name


CrawlerName: TypeAlias = Annotated[str, AfterValidator(_crawler_name)]


class CrawlerStep(StepKey):
    """The key of a step that runs a crawler."""

    step_kind = StepKind(key="crawler", settings=("timeout", "save_as", "retry"))
    crawler: CrawlerName | None = Field(
        default=None,
        description="Name of the Glue crawler that the step runs. The step waits until the crawl has ended, and fails "
        "if the crawl fails. If the crawler is already running, the step waits for it and then starts it.",
        examples=["orders-crawler"],
    )


class CrawlerTask(StepKey):
    """The key of a task that runs a crawler."""

    step_kind = StepKind(key="crawler")
    crawler: CrawlerName | None = Field(
        default=None, description="Name of the Glue crawler that the task runs.", examples=["orders-crawler"]
    )
