"""The stack's parameters that patterns share, and the topic that failures go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.plan import names
from sfnorch.workflow import (
    BOUNDARY_ARN,
    CODE_BUCKET,
    ENVIRONMENT,
    RESULTS_BUCKET,
    TOPIC_ARN,
    Logging,
    Parameter,
    Schedule,
    Topic,
    topic_key_parameter,
)

if TYPE_CHECKING:
    from sfnorch.plan.continuous import ContinuousPlan
    from sfnorch.plan.models import JobListPlan, OrchestrationPlan, Plan

ALLOWED, ALLOWED_WORKFLOWS = "AllowedGlueJobs", "AllowedGlueWorkflows"

_TOPIC_ARN = "arn:[a-z-]+:sns:[A-Za-z0-9:_-]+"
JOB_LIST = r"""^[^\x00-\x1f"'%*?\\{}]*$"""
"""No quote, brace, percent or backslash: the value is filled into definitions as text. Commas part the names."""

_ALLOWED_LIST = r"""^([^\x00-\x1f"'*?\\$]|\$(?!\{))*\*?$"""
"""What may stand in an ARN of a policy, where ${ begins a policy variable."""


def environment(plan: Plan) -> Parameter:
    """Return the parameter that messages and alarms begin with."""
    return Parameter(
        name=ENVIRONMENT,
        description="What messages and alarms begin with",
        default=plan.environment,
        pattern=names.ENVIRONMENT,
        constraint=names.IN_WORDS[names.ENVIRONMENT],
    )


def topic_parameters(plan: Plan, *, published_by_machine: bool) -> tuple[Parameter, ...]:
    """Return the parameters that name a topic of the user's own."""
    given = plan.alerts.topic_arn or ""
    topic = Parameter(
        name=TOPIC_ARN,
        description="SNS topic that is told of failures" + ("" if given else "; empty: one of the stack's own"),
        default=given,
        pattern=f"^{_TOPIC_ARN}$" if given else f"^({_TOPIC_ARN})?$",
        constraint="the ARN of an SNS topic" + ("" if given else ", or empty"),
    )
    key = topic_key_parameter(plan.alerts.topic_key_arn or "")
    return (topic, key) if published_by_machine else (topic,)


def allowed_jobs(plan: JobListPlan) -> Parameter:
    """Return the parameter that bounds what the roles may start beside the plan's jobs."""
    return Parameter(
        name=ALLOWED,
        description="Glue jobs, or prefixes ending in *, that may be started beside the plan's own",
        default=",".join(plan.allowed_jobs),
        is_list=True,
        pattern=_ALLOWED_LIST,
        constraint="Glue job names, comma-separated, each with at most one *, at its end",
    )


def allowed_workflows(plan: ContinuousPlan) -> Parameter:
    """Return the parameter that bounds which Glue workflows the role may start beside the plan's."""
    return Parameter(
        name=ALLOWED_WORKFLOWS,
        description="Glue workflows, or prefixes ending in *, that may be started beside the plan's own",
        default=",".join(plan.allowed_workflows),
        is_list=True,
        pattern=_ALLOWED_LIST,
        constraint="Glue workflow names, comma-separated, each with at most one *, at its end",
    )


def results_bucket() -> Parameter:
    """Return the parameter that names a bucket of the user's own for what a flow writes."""
    return Parameter(
        name=RESULTS_BUCKET,
        description="S3 bucket that results are written into; empty: one of the stack's own",
        default="",
        pattern="^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$",
        constraint="a bucket's name, or empty",
    )


def code_bucket() -> Parameter:
    """Return the parameter that names the bucket with the code of functions that are too large to be inlined."""
    return Parameter(
        name=CODE_BUCKET,
        description="S3 bucket with the code of functions: sfnorch deploy puts it there, and names it",
        default="set-by-sfnorch-deploy",
        pattern="^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        constraint="a bucket's name",
    )


def boundary() -> Parameter:
    """Return the parameter that bounds what the stack's roles may ever do."""
    return Parameter(
        name=BOUNDARY_ARN,
        description="Managed policy that bounds the roles; empty: none",
        default="",
        pattern="^(arn:[a-z-]+:iam::[0-9a-z]+:policy/[A-Za-z0-9+=,.@_/-]+)?$",
        constraint="the ARN of a managed policy, or empty",
    )


def topic(plan: Plan, *, published_by_machine: bool) -> Topic:
    """Who is told of failures."""
    return Topic(
        emails=tuple(plan.alerts.emails),
        arn=plan.alerts.topic_arn or "",
        published_by_machine=published_by_machine,
    )


def schedule(plan: OrchestrationPlan, machine: str = "Master") -> Schedule | None:
    """When the machine with this key starts by itself, if it does."""
    if plan.schedule is None:
        return None
    return Schedule(machine=machine, expression=plan.schedule.expression, timezone=plan.schedule.timezone)


def logging(plan: Plan) -> Logging | None:
    """How logs are kept, where they are."""
    return Logging(retention_days=plan.log_retention_days) if plan.logging else None
