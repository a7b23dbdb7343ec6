"""The plan of the pattern `master-child`: chains of Glue jobs in parallel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, model_validator

from sfnorch.plan import names
from sfnorch.plan.composition.composition import DEFAULTS
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.deadlines import DeadlineTime, MaxDuration
from sfnorch.plan.models.fan_out import FanOutChild
from sfnorch.plan.models.job import Job
from sfnorch.plan.models.plan import JobListPlan, OrchestrationPlan
from sfnorch.plan.names import MAX_CHILDREN, MAX_JOBS, build_default_child_name


class Child(Model):
    """A child state machine, which runs a chain of Glue jobs in sequence."""

    name: Annotated[str, Field(pattern=names.CHILD_NAME)] = Field(
        default="", description="Name of the child. Default: child-1, child-2 and so on.", examples=["orders"]
    )
    jobs: Annotated[list[Job], Field(min_length=1, max_length=MAX_JOBS)] = Field(
        description=f"1 to {MAX_JOBS} Glue jobs, which run in this order.",
        examples=[["extract-orders", "clean-orders"]],
    )
    deadline: DeadlineTime | None = Field(
        default=None,
        description="Time of day, in the time zone of the schedule, until which the child must have succeeded.",
        examples=["05:00"],
    )
    max_duration: MaxDuration | None = Field(
        default=None, description="Duration in which the child must succeed.", examples=["90m"]
    )


def _choose_child(value: Any, _: ValidatorFunctionWrapHandler) -> Child | FanOutChild:
    """Return the child as the model that has its keys, so that an error names the keys of that model only."""
    is_fan_out = isinstance(value, FanOutChild) or (isinstance(value, dict) and not FanOutChild.marks.isdisjoint(value))
    return (FanOutChild if is_fan_out else Child).model_validate(value)


PlannedChild: TypeAlias = Annotated[Child | FanOutChild, WrapValidator(_choose_child)]

_DEFAULT_CHILDREN = {child.name: [job.name for job in child.jobs] for child in build_default_plan().children}


def _build_default_children() -> list[Child | FanOutChild]:
    return [
        Child.model_construct(name=name, jobs=[Job.model_construct(name=job) for job in jobs])
        for name, jobs in _DEFAULT_CHILDREN.items()
    ]


class MasterChildPlan(OrchestrationPlan, JobListPlan):
    """Chains of Glue jobs in parallel: a master state machine starts a child for each chain and waits for all."""

    composed_keys: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **OrchestrationPlan.composed_keys,
        "children": (DEFAULTS,),
    }

    pattern: Literal["master-child"] = Field(description="Pattern of the orchestration.", examples=["master-child"])
    on_child_failure: Literal["succeed", "fail"] = Field(
        default="succeed",
        description="Whether the master execution succeeds or fails when a child failed. The other children continue "
        "in both cases.",
        examples=["fail"],
    )
    job_states: bool = Field(
        default=True,
        description="Whether each job in the plan has its own state. With false, a Map state runs the list of jobs, "
        "which keeps the template under 51,200 bytes.",
        examples=[False],
    )
    children: Annotated[list[PlannedChild], Field(min_length=1, max_length=MAX_CHILDREN)] = Field(
        default_factory=_build_default_children,
        description=f"1 to {MAX_CHILDREN} chains of Glue jobs. One with `items` is a fan-out: its chain runs for every "
        "item of a list. Default: five chains with placeholder jobs.",
        examples=[[{"name": "orders", "jobs": ["extract-orders", "clean-orders"]}]],
        json_schema_extra={"default": [{"name": name, "jobs": list(jobs)} for name, jobs in _DEFAULT_CHILDREN.items()]},
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
        return tuple(dict.fromkeys(job.name for child in self.children for job in child.jobs))

    @model_validator(mode="before")
    @classmethod
    def _number_unnamed_children(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("children"), list):
            return value
        children = [
            {"name": build_default_child_name(n), **child} if isinstance(child, dict) else child
            for n, child in enumerate(value["children"], 1)
        ]
        return {**value, "children": children}
