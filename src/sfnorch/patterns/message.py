"""The parts that all notifications share: the state, the subject, links to the console, and the resume command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sfnorch.asl import Expression, Substitution, Task, Value, format_literal, jsonata, read_program
from sfnorch.glue_logs import CONSOLE_PAGE, DEFAULT_LOG_GROUP, ERROR_SUFFIX
from sfnorch.integrations import notification
from sfnorch.partitions import CONSOLES
from sfnorch.patterns.job_failure import catch_any_error
from sfnorch.resume_command import PLAIN_WORD
from sfnorch.workflow import ENVIRONMENT, DeploymentValue, ParameterValue, StackName, TopicArn

if TYPE_CHECKING:
    from sfnorch.plan.default import DefaultPlan
    from sfnorch.plan.models.plan import Plan

OWN_EXECUTION = jsonata("$states.context.Execution.Id")

_BETWEEN_CONSOLES = ",\n      "  # one in each line


def define_link(arn: Expression) -> Expression:
    """Return the definition of `$link(service, rest)`, a link to the console of the partition and region of `arn`."""
    consoles = Expression(
        _BETWEEN_CONSOLES.join(f"{format_literal(name)}: {format_literal(host)}" for name, host in CONSOLES.items())
    )
    return read_program(__package__, "console_link").fill(arn=arn, consoles=consoles)


def define_logs() -> Expression:
    """Return the definition of `$logs(group, run)`, a link to the error log of a job run, which uses `$link`."""
    page = find_console_page(jsonata("$group"), jsonata("$run"))
    return read_program(__package__, "logs_link").fill(page=page)


def find_console_page(log_group: Expression, run_id: Expression) -> Expression:
    """Return the expression for `glue_logs.build_console_page` of a run; `log_group` can yield nothing."""
    page, _, rest = CONSOLE_PAGE.partition("{log_group}")
    return read_program(__package__, "console_page").fill(
        page=page,
        log_group=log_group,
        default=DEFAULT_LOG_GROUP,
        error=ERROR_SUFFIX,
        filter=rest.removesuffix("{run_id}"),
        run_id=run_id,
    )


def make_resume_line(machine: str) -> Expression:
    """Return the expression for the last line of a notification: the command that resumes the execution.

    `machine` is the end of the state machine's name. The part before it is the name of the stack. A state machine with
    another name does not belong to a stack, and the command has the ARN of the execution.
    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    """
    named = jsonata(rf"/^'.*:({PLAIN_WORD})-{machine}:({PLAIN_WORD})'$/")
    return read_program(__package__, "resume_line").fill(named=named)


def assign_names(plan: Plan | DefaultPlan) -> dict[str, Value]:
    """Return the variables `environment` and `name`, with which notifications begin."""
    return {"environment": Substitution(ENVIRONMENT), "name": plan.name or Substitution("Name")}


def bind_names(plan: Plan | DefaultPlan) -> dict[str, DeploymentValue]:
    """Return the substitutions of a state machine that sends notifications: the topic, and the values of the names."""
    name: dict[str, DeploymentValue] = {} if plan.name else {"Name": StackName()}
    return {ENVIRONMENT: ParameterValue(ENVIRONMENT), "TopicArn": TopicArn(), **name}


def make_subject(subject: Expression) -> Expression:
    """Return the expression for the subject of a notification, which begins with the environment and the name."""
    return read_program(__package__, "subject").fill(subject=subject)


def build_notification_state(
    name: str,
    status: Literal["FAILED", "SUCCEEDED"],
    *,
    subject: Expression,
    message: Expression,
    lists: Mapping[str, Value] = MappingProxyType({}),
    next_state: str,
) -> Task:
    """Return the state that sends a notification and passes its input on, also if it fails itself.

    `lists` are the message attributes that are lists.
    """
    as_it_is = jsonata("$states.input")
    return notification.publish(
        name,
        topic=Substitution("TopicArn"),
        subject=make_subject(subject),
        message=message,
        attributes={"status": status},
        list_attributes=lists,
        catch=catch_any_error(next_state, output=as_it_is),
        output=as_it_is,
        next_state=next_state,
    )
