"""The plan as pydantic models: one class per mapping, each key with its description, default and example.

`sfnorch schema`, editors and the plan reference show the descriptions. `consistency.py` checks rules across several
keys (unique names, alert settings), so that all errors are reported together.
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
"""The number of placeholder jobs of each of the five default children."""

RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]


class Model(BaseModel):
    """A mapping of the plan. Unknown keys are errors, and values are not converted to other types."""

    # built when a plan is first validated: the default plan needs no validation, and building takes most of the start
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Job(Model):
    """A Glue job run: the name of the job, or a mapping with its settings."""

    name: JobName = Field(description="Name of the Glue job.", examples=["extract-orders"])
    arguments: dict[ArgumentKey, ArgumentText] = Field(
        default={},
        description="Arguments of the job run, which override the job's default arguments. Keys begin with two dashes.",
        examples=[{"--mode": "full"}],
    )
    worker_type: WorkerType = None
    number_of_workers: NumberOfWorkers = None
    execution_class: ExecutionClass = None
    timeout_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = Field(
        default=None,
        description="Timeout of the job run in minutes. Default: the job's setting.",
        examples=[60],
    )
    retries: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="Number of retries after a failed job run.", examples=[1]
    )
    security_configuration: SecurityConfiguration = None
    job_run_queuing: JobRunQueuing = None

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_enough(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value


class Child(Model):
    """A child state machine, which runs a chain of Glue jobs in sequence."""

    name: Annotated[str, Field(pattern=names.CHILD_NAME)] = Field(
        default="", description="Name of the child. Default: child-1, child-2 and so on.", examples=["orders"]
    )
    jobs: Annotated[list[Job], Field(min_length=1, max_length=MAX_JOBS)] = Field(
        description=f"1 to {MAX_JOBS} Glue jobs, which run in this order.",
        examples=[["extract-orders", "clean-orders"]],
    )


class Alerts(Model):
    """Who is notified: e-mail addresses, subscribed to an SNS topic that the stack creates, or your own SNS topic."""

    emails: list[Email] = Field(
        default=[],
        description="E-mail addresses to notify. The stack creates an SNS topic and subscribes them.",
        examples=[["oncall@example.com"]],
    )
    topic_arn: TopicArnText | None = Field(
        default=None,
        description="ARN of an existing SNS topic. The stack then creates no topic.",
        examples=["arn:aws:sns:us-east-1:123456789012:oncall"],
    )
    topic_key_arn: KeyArnText | None = Field(
        default=None,
        description="ARN of the KMS key that encrypts the topic in topic_arn.",
        examples=["arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )


def _refuse(faults: Iterable[ScheduleFault]) -> PydanticCustomError:
    """Return the error for a value with these faults; `load` reports each of them."""
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
    """A schedule: a schedule expression, or a mapping with the expression and its time zone."""

    expression: Annotated[
        str, Field(pattern=names.SCHEDULE), AfterValidator(no_code), AfterValidator(_schedule_expression)
    ] = Field(
        description="Schedule expression of EventBridge Scheduler: cron(…), rate(…) or at(…).",
        examples=["cron(0 3 * * ? *)"],
    )
    timezone: Annotated[str, Field(pattern=names.TIMEZONE, max_length=50), AfterValidator(_time_zone)] = Field(
        default="UTC",
        description="Time zone of a cron or at expression.",
        examples=["Europe/Berlin"],
    )

    @model_validator(mode="before")
    @classmethod
    def _an_expression_is_enough(cls, value: object) -> object:
        return {"expression": value} if isinstance(value, str) else value


class Plan(Model):
    """The keys that the plans of all patterns have."""

    name: Annotated[str, Field(pattern=names.PLAN_NAME)] | None = Field(
        default=None,
        description="Name of the orchestration. Notifications show it (without it, the name of the stack), and the "
        "default name of the stack derives from it.",
        examples=["nightly-etl"],
    )
    environment: Annotated[str, Field(pattern=names.ENVIRONMENT)] = Field(
        default="dev",
        description="Environment, for example dev or prod. Notifications begin with it. Default of the stack parameter "
        "Environment.",
        examples=["prod"],
    )
    alerts: Alerts = Field(
        default_factory=Alerts.model_construct,
        description="Who is notified of a failure.",
        examples=[{"emails": ["oncall@example.com"]}],
        json_schema_extra={"default": {}},
    )
    logging: bool = Field(
        default=True,
        description="Whether the state machines write their errors to CloudWatch Logs.",
        examples=[False],
    )
    log_retention_days: RetentionDays = Field(
        default=30, description="Retention of the log groups, in days.", examples=[90]
    )
    tracing: bool = Field(default=True, description="Whether X-Ray traces the state machines.", examples=[False])
    tags: Annotated[
        dict[TagKey, TagValue],
        Field(max_length=MAX_TAGS),
    ] = Field(default={}, description="Tags for all resources that support tags.", examples=[{"team": "data"}])

    _places: Places = PrivateAttr(default_factory=Places)

    @property
    def places(self) -> Places:
        """The file that the plan was read from, and the lines of its keys."""
        return self._places

    def read_from(self, places: Places) -> None:
        """Store the file that the plan was read from, and the lines of its keys."""
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
    """The keys of plans that take other lists of jobs, at deployment or in the input of an execution."""

    allowed_jobs: Annotated[list[Annotated[str, AfterValidator(allowed)]], Field(max_length=50)] = Field(
        default=["*"],
        description="Glue jobs, or prefixes that end in *, that a job list from a stack parameter or from the input "
        "can name in addition to the jobs in the plan. Default of the stack parameter AllowedGlueJobs. [] allows no "
        "others.",
        examples=[["etl-*"]],
    )


class OrchestrationPlan(Plan):
    """The keys of plans whose main state machine can run on a schedule, and sends notifications."""

    notify: Literal["failure", "always", "never"] = Field(
        default="failure",
        description="When the main state machine sends a notification: after a failure, always, or never.",
        examples=["always"],
    )
    schedule: Schedule | None = Field(
        default=None, description="Schedule that starts the main state machine.", examples=["cron(0 3 * * ? *)"]
    )


class MasterChildPlan(OrchestrationPlan, JobListPlan):
    """Chains of Glue jobs in parallel: a master state machine starts a child for each chain and waits for all."""

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
    children: Annotated[list[Child], Field(min_length=1, max_length=MAX_CHILDREN)] = Field(
        default_factory=_default_children,
        description=f"1 to {MAX_CHILDREN} chains of Glue jobs. Default: five chains with placeholder jobs.",
        examples=[[{"name": "orders", "jobs": ["extract-orders", "clean-orders"]}]],
        json_schema_extra={"default": [{"name": name, "jobs": list(jobs)} for name, jobs in _DEFAULT_CHILDREN.items()]},
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
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
    """One state machine; each execution runs the Glue jobs from its input."""

    pattern: Literal["dynamic"] = Field(description="Pattern of the orchestration.", examples=["dynamic"])
    continue_on_failure: bool = Field(
        default=False,
        description="false: the first failed job ends the execution. true: all jobs run, the outcome lists the result "
        "of each job, and the execution ends FAILED if a job failed.",
        examples=[True],
    )
    jobs: Annotated[list[Job], Field(max_length=MAX_JOBS)] = Field(
        default=[],
        description="Settings for jobs that executions can name. A job that is not in this list runs with the settings "
        "of the Glue job.",
        examples=[[{"name": "clean-orders", "timeout_minutes": 60}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
        return tuple(dict.fromkeys(job.name for job in self.jobs))
