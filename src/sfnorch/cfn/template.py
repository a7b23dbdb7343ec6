"""The template: parameters, then the resources that all state machines share, then each state machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from troposphere import AWSHelperFn, AWSObject, Equals, Not, Ref, Sub
from troposphere.logs import LogGroup

from sfnorch.cfn import alarms, machines, roles, schedule
from sfnorch.cfn.assembly import Group, TemplateData, assembled, parameter
from sfnorch.cfn.buckets import private_bucket
from sfnorch.cfn.checkov import with_reasons
from sfnorch.cfn.functions import function_resources
from sfnorch.cfn.values import BOUNDED, LOG_GROUP, OWN_BUCKET, OWN_TOPIC, RESULTS, TOPIC_HAS_KEY, resolved
from sfnorch.workflow import BOUNDARY_ARN, RESULTS_BUCKET, TOPIC_ARN, TOPIC_KEY_ARN, Logging, StateMachine, Workflow

Format: TypeAlias = Literal["sam", "cfn"]

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"

_MACHINE: dict[str, Callable[[StateMachine, Workflow], AWSObject]] = {
    "sam": machines.sam_machine,
    "cfn": machines.native_machine,
}


def template_data(workflow: Workflow, form: Format) -> TemplateData:
    """Return the workflow's template, with the SAM transform or as plain CloudFormation."""
    return assembled(
        workflow.description,
        transform=SAM_TRANSFORM if form == "sam" else "",
        parameters=map(parameter, workflow.parameters),
        conditions=_conditions(workflow),
        groups=_groups(workflow, form),
        outputs={output.name: resolved(output.value, workflow.topic) for output in workflow.outputs},
        tags=workflow.tags,
        origin=workflow.origin,
    )


def _groups(workflow: Workflow, form: Format) -> list[Group]:
    shared: list[Group] = [
        (
            f"The topic for notifications, unless {TOPIC_ARN} specifies another",
            alarms.topic_resources(workflow),
        ),
        ("The log group of the state machines", [_log_group(workflow.logging)] if workflow.logging else []),
        ("Permissions that the roles of the state machines share", roles.shared_policy(workflow)),
        (f"The bucket for results, unless {RESULTS_BUCKET} specifies another", _results(workflow)),
    ]
    each = [
        (
            _heading(machine),
            [
                _MACHINE[form](machine, workflow),
                *roles.job_policies(machine),
                roles.machine_role(machine, workflow),
                alarms.machine_alarm(machine, workflow),
            ],
        )
        for machine in workflow.machines
    ]
    each += [
        (f"The function {function.name}", function_resources(function, workflow)) for function in workflow.functions
    ]
    planned = schedule.schedule_resources(workflow.schedule) if workflow.schedule else []
    return [*shared, *each, ("The schedule that starts the master", planned)]


def _heading(machine: StateMachine) -> str:
    return machine.name if machine.key else "The state machine"


def _results(workflow: Workflow) -> list[AWSObject]:
    """Return the bucket for results, which is retained when the stack is deleted."""
    made = private_bucket(RESULTS, expires=False) if workflow.stores_results else []
    for resource in made:
        resource.Condition = OWN_BUCKET
    return made


def _log_group(logging: Logging) -> AWSObject:
    name = Sub("/aws/vendedlogs/states/${AWS::StackName}")
    return with_reasons(LogGroup(LOG_GROUP, LogGroupName=name, RetentionInDays=logging.retention_days))


def _conditions(workflow: Workflow) -> dict[str, AWSHelperFn]:
    conditions: dict[str, AWSHelperFn] = {BOUNDED: Not(Equals(Ref(BOUNDARY_ARN), ""))}
    if not workflow.topic.arn:
        conditions[OWN_TOPIC] = Equals(Ref(TOPIC_ARN), "")
    if workflow.topic.published_by_machine:
        conditions[TOPIC_HAS_KEY] = Not(Equals(Ref(TOPIC_KEY_ARN), ""))
    if workflow.stores_results:
        conditions[OWN_BUCKET] = Equals(Ref(RESULTS_BUCKET), "")
    return conditions
