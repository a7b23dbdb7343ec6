"""Stack parameters that several patterns share, and the settings of the topic and the logs."""

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
    Topic,
    build_topic_key_parameter,
)

if TYPE_CHECKING:
    from sfnorch.plan.default import DefaultPlan
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.models.continuous import ContinuousPlan
    from sfnorch.plan.models.plan import JobListPlan

ALLOWED, ALLOWED_WORKFLOWS = "AllowedGlueJobs", "AllowedGlueWorkflows"

RESULTS = "ResultsBucket"
"""The name of the substitution with the bucket for results."""

_TOPIC_ARN = "arn:[a-z-]+:sns:[A-Za-z0-9:_-]+"
JOB_LIST = r"""^[^\x00-\x1f"'%*?\\{}]*$"""
"""No quote, brace, percent or backslash: the value becomes part of definitions as text. Commas separate the names."""

_ALLOWED_LIST = r"""^([^\x00-\x1f"'*?\\$]|\$(?!\{))*\*?$"""
"""The characters that an ARN in a policy can have. `${` begins a policy variable."""


def build_environment_parameter(plan: AnyPlan) -> Parameter:
    """Return the parameter with the name of the environment."""
    return Parameter(
        name=ENVIRONMENT,
        description="Environment name in notifications and alarm descriptions",
        default=plan.environment,
        pattern=names.ENVIRONMENT,
        constraint=names.PATTERN_DESCRIPTIONS[names.ENVIRONMENT],
    )


def build_topic_parameters(plan: AnyPlan, *, published_by_machine: bool) -> tuple[Parameter, ...]:
    """Return the parameters for an existing topic, and for its key if a state machine publishes to it."""
    given = plan.alerts.topic_arn or ""
    topic = Parameter(
        name=TOPIC_ARN,
        description="SNS topic for notifications" + ("" if given else "; empty: the stack creates a topic"),
        default=given,
        pattern=f"^{_TOPIC_ARN}$" if given else f"^({_TOPIC_ARN})?$",
        constraint="the ARN of an SNS topic" + ("" if given else ", or empty"),
    )
    key = build_topic_key_parameter(plan.alerts.topic_key_arn or "")
    return (topic, key) if published_by_machine else (topic,)


def build_allowed_jobs_parameter(plan: JobListPlan | DefaultPlan) -> Parameter:
    """Return the parameter with the Glue jobs that the roles can start in addition to the jobs in the plan."""
    return Parameter(
        name=ALLOWED,
        description="Glue jobs that can run in addition to those in the plan: names, or prefixes that end in *",
        default=",".join(plan.allowed_jobs),
        is_list=True,
        pattern=_ALLOWED_LIST,
        constraint="Glue job names, comma-separated, each with at most one *, at its end",
    )


def build_allowed_workflows_parameter(plan: ContinuousPlan) -> Parameter:
    """Return the parameter with the Glue workflows that the role can start in addition to the one in the plan."""
    return Parameter(
        name=ALLOWED_WORKFLOWS,
        description="Glue workflows that can run in addition to the one in the plan: names, or prefixes that end in *",
        default=",".join(plan.allowed_workflows),
        is_list=True,
        pattern=_ALLOWED_LIST,
        constraint="Glue workflow names, comma-separated, each with at most one *, at its end",
    )


def build_results_bucket_parameter() -> Parameter:
    """Return the parameter for an existing bucket, in which a flow writes its results."""
    return Parameter(
        name=RESULTS_BUCKET,
        description="S3 bucket for results; empty: the stack creates a bucket",
        default="",
        pattern="^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$",
        constraint="the name of an S3 bucket, or empty",
    )


def build_code_bucket_parameter() -> Parameter:
    """Return the parameter for the bucket with the code of functions that is not in the template."""
    return Parameter(
        name=CODE_BUCKET,
        description="S3 bucket with the code of functions; sfnorch deploy uploads the code and sets this parameter",
        default="set-by-sfnorch-deploy",
        pattern="^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        constraint="the name of an S3 bucket",
    )


def build_boundary_parameter() -> Parameter:
    """Return the parameter for the permissions boundary of all roles."""
    return Parameter(
        name=BOUNDARY_ARN,
        description="Permissions boundary for all roles, a managed policy; empty: none",
        default="",
        pattern="^(arn:[a-z-]+:iam::[0-9a-z]+:policy/[A-Za-z0-9+=,.@_/-]+)?$",
        constraint="the ARN of a managed policy, or empty",
    )


def build_topic(plan: AnyPlan, *, published_by_machine: bool) -> Topic:
    """Return the topic for notifications."""
    return Topic(
        emails=tuple(plan.alerts.emails),
        arn=plan.alerts.topic_arn or "",
        published_by_machine=published_by_machine,
    )


def build_logging(plan: AnyPlan) -> Logging | None:
    """Return the settings of the logs; None if logging is off."""
    return Logging(retention_days=plan.log_retention_days) if plan.logging else None
