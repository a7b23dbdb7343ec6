"""The plan as pydantic models: one class a mapping, every key with its meaning, default and example.

A key's description is what `sfnorch schema`, an editor and the reference of plan keys show. What must hold between
keys (names that differ, one kind of alert) is checked in `consistency.py`, so that it is told beside all other errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.plan import names
from sfnorch.plan.fields import (
    ArgumentKey,
    ArgumentText,
    Email,
    ExecutionClass,
    JobName,
    JobRunQueuing,
    KeyArnText,
    NumberOfWorkers,
    SecurityConfiguration,
    TagKey,
    TagValue,
    TopicArnText,
    WorkerType,
    allowed,
    no_code,
)
from sfnorch.plan.names import MAX_CHILDREN, MAX_JOBS, default_child_name
from sfnorch.plan.places import Places
from sfnorch.plan.tags import MAX_TAGS

if TYPE_CHECKING:
    from sfnorch.schedules.faults import ScheduleFault

DEFAULT_CHAINS = (4, 5, 4, 5, 4)
"""How many placeholder jobs each of the five default children has."""

RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]


class Model(BaseModel):
    """A mapping of the plan: no key but those it knows, nothing converted behind the user's back."""

    # built when a plan is first validated: the default plan needs no validation, and most of the start would go there
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Job(Model):
    """A Glue job run: a name is enough, or a mapping with its settings."""

    name: JobName = Field(description="The Glue job's name.", examples=["extract-orders"])
    arguments: dict[ArgumentKey, ArgumentText] = Field(
        default={},
        description="Arguments of the job run, over the job's own defaults; keys begin with two dashes.",
        examples=[{"--mode": "full"}],
    )
    worker_type: WorkerType = None
    number_of_workers: NumberOfWorkers = None
    execution_class: ExecutionClass = None
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = Field(
        default=None,
        description="Minutes after which Glue stops the run; the job's own unless set.",
        examples=[60],
    )
    retries: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="How many times the job runs again when it fails.", examples=[1]
    )
    security_configuration: SecurityConfiguration = None
    job_run_queuing: JobRunQueuing = None

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_enough(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value


class Child(Model):
    """A chain of Glue jobs, run one after another by a state machine of its own."""

    name: Annotated[str, Field(pattern=names.CHILD_NAME)] = Field(
        default="", description="The child's name; child-1, child-2 … unless set.", examples=["orders"]
    )
    jobs: Annotated[list[Job], Field(min_length=1, max_length=MAX_JOBS)] = Field(
        description=f"1 to {MAX_JOBS} Glue jobs, in the order in which they run.",
        examples=[["extract-orders", "clean-orders"]],
    )


class Alerts(Model):
    """Who is told of a failure: e-mail addresses on a topic of the stack's own, or a topic you have."""

    emails: list[Email] = Field(
        default=[],
        description="Addresses subscribed to the stack's own topic.",
        examples=[["oncall@example.com"]],
    )
    topic_arn: TopicArnText | None = Field(
        default=None,
        description="An SNS topic of yours, in place of the stack's own.",
        examples=["arn:aws:sns:us-east-1:123456789012:oncall"],
    )
    topic_key_arn: KeyArnText | None = Field(
        default=None,
        description="The KMS key that your topic is encrypted with, where it is.",
        examples=["arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )


def _refuse(faults: Iterable[ScheduleFault]) -> PydanticCustomError:
    """Return the error of a value with these faults; `load` reports each of them."""
    rows = [(fault.message, fault.fix) for fault in faults]
    words = "; ".join(f"{message}; {fix}" for message, fix in rows)
    return PydanticCustomError("faults", "{words}", {"words": words, "faults": rows})


def _schedule_expression(text: str) -> str:
    from sfnorch.schedules.expressions import read_expression  # for plans with a schedule only

    if faults := read_expression(text).faults:
        raise _refuse(faults)
    return text


def _time_zone(name: str) -> str:
    from sfnorch.schedules.zones import zone_fault

    if fault := zone_fault(name):
        raise _refuse([fault])
    return name


class Schedule(Model):
    """When the orchestration starts by itself: the expression is enough, or a mapping with the time zone."""

    expression: Annotated[
        str, Field(pattern=names.SCHEDULE), AfterValidator(no_code), AfterValidator(_schedule_expression)
    ] = Field(
        description="An EventBridge Scheduler expression: cron(…), rate(…) or at(…).",
        examples=["cron(0 3 * * ? *)"],
    )
    timezone: Annotated[str, Field(pattern=names.TIMEZONE, max_length=50), AfterValidator(_time_zone)] = Field(
        default="UTC",
        description="The time zone that a cron or at expression is meant in.",
        examples=["Europe/Berlin"],
    )

    @model_validator(mode="before")
    @classmethod
    def _an_expression_is_enough(cls, value: object) -> object:
        return {"expression": value} if isinstance(value, str) else value


class Plan(Model):
    """What every pattern's plan has."""

    name: Annotated[str, Field(pattern=names.PLAN_NAME)] | None = Field(
        default=None,
        description="What messages call the orchestration; the stack's name unless set.",
        examples=["nightly-etl"],
    )
    environment: Annotated[str, Field(pattern=names.ENVIRONMENT)] = Field(
        default="dev",
        description="Default of the stack's parameter Environment; messages begin with it.",
        examples=["prod"],
    )
    alerts: Alerts = Field(
        default_factory=Alerts.model_construct,
        description="Who is told of a failure.",
        examples=[{"emails": ["oncall@example.com"]}],
        json_schema_extra={"default": {}},
    )
    logging: bool = Field(
        default=True,
        description="Whether the state machines log their errors to CloudWatch Logs.",
        examples=[False],
    )
    log_retention_days: RetentionDays = Field(default=30, description="Days for which logs are kept.", examples=[90])
    tracing: bool = Field(default=True, description="Whether the state machines are traced by X-Ray.", examples=[False])
    tags: Annotated[
        dict[TagKey, TagValue],
        Field(max_length=MAX_TAGS),
    ] = Field(default={}, description="Tags on every resource that takes them.", examples=[{"team": "data"}])

    _places: Places = PrivateAttr(default_factory=Places)

    @property
    def places(self) -> Places:
        """Where it was read from."""
        return self._places

    def read_from(self, places: Places) -> None:
        """Keep where it was read from."""
        self._places = places


_DEFAULT_CHILDREN = {
    default_child_name(n): [f"glue-job-{n}-{letter}" for letter in "abcde"[:count]]
    for n, count in enumerate(DEFAULT_CHAINS, 1)
}


def _default_children() -> list[Child]:
    return [
        Child.model_construct(name=name, jobs=[Job.model_construct(name=job) for job in jobs])
        for name, jobs in _DEFAULT_CHILDREN.items()
    ]


class JobListPlan(Plan):
    """What plans have in common whose jobs can be listed at deploy or at start."""

    allowed_jobs: Annotated[list[Annotated[str, AfterValidator(allowed)]], Field(max_length=50)] = Field(
        default=["*"],
        description="Glue jobs, or prefixes ending in *, that a list given at deploy or at start may name beside the "
        "plan's own: default of the stack's parameter AllowedGlueJobs. [] allows the plan's own only.",
        examples=[["etl-*"]],
    )


class OrchestrationPlan(Plan):
    """What plans have in common whose master starts what they name, and tells what became of it."""

    notify: Literal["failure", "always", "never"] = Field(
        default="failure", description="When the master sends its message to the topic.", examples=["always"]
    )
    schedule: Schedule | None = Field(
        default=None, description="When the master starts by itself.", examples=["cron(0 3 * * ? *)"]
    )


class MasterChildPlan(OrchestrationPlan, JobListPlan):
    """Chains of Glue jobs side by side: a master state machine starts a child for each and waits for all."""

    pattern: Literal["master-child"] = Field(description="The kind of orchestration.", examples=["master-child"])
    on_child_failure: Literal["succeed", "fail"] = Field(
        default="succeed",
        description="How the master ends when a child failed: the other children run on either way.",
        examples=["fail"],
    )
    job_states: bool = Field(
        default=True,
        description="Whether each job of the plan is a state of its own; false runs the list through a Map state, for "
        "a template under 51,200 bytes.",
        examples=[False],
    )
    children: Annotated[list[Child], Field(min_length=1, max_length=MAX_CHILDREN)] = Field(
        default_factory=_default_children,
        description=f"1 to {MAX_CHILDREN} chains of Glue jobs; five with placeholder jobs unless set.",
        examples=[[{"name": "orders", "jobs": ["extract-orders", "clean-orders"]}]],
        json_schema_extra={"default": [{"name": name, "jobs": list(jobs)} for name, jobs in _DEFAULT_CHILDREN.items()]},
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The Glue jobs that it names, each once."""
        return tuple(dict.fromkeys(job.name for child in self.children for job in child.jobs))

    @model_validator(mode="before")
    @classmethod
    def _number_the_nameless(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("children"), list):
            return value
        children = [
            {"name": default_child_name(n), **child} if isinstance(child, dict) else child
            for n, child in enumerate(value["children"], 1)
        ]
        return {**value, "children": children}


class DynamicPlan(JobListPlan):
    """One state machine whose executions each run the Glue jobs handed to them at start."""

    pattern: Literal["dynamic"] = Field(description="The kind of orchestration.", examples=["dynamic"])
    continue_on_failure: bool = Field(
        default=False,
        description="false: the first failure ends the execution; true: all jobs run, the outcome lists each, and the "
        "execution still ends FAILED if any failed.",
        examples=[True],
    )
    jobs: Annotated[list[Job], Field(max_length=MAX_JOBS)] = Field(
        default=[],
        description="Settings of jobs that executions may name; a job that is not listed here runs with its own.",
        examples=[[{"name": "clean-orders", "timeout_minutes": 60}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The Glue jobs that it names, each once."""
        return tuple(dict.fromkeys(job.name for job in self.jobs))
