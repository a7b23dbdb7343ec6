"""The template: parameters, then the resources that all state machines share, then each state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

from troposphere import AWSHelperFn, AWSObject, Equals, Not, Ref, Sub
from troposphere.logs import LogGroup

from sfnorch.cfn import alarms, machines, roles
from sfnorch.cfn.assembly import Group, TemplateData, assemble_template, build_parameter
from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.values import BOUNDED, LOG_GROUP, OWN_BUCKET, OWN_TOPIC, RESULTS, TOPIC_HAS_KEY, resolve_value
from sfnorch.workflow import BOUNDARY_ARN, RESULTS_BUCKET, TOPIC_ARN, TOPIC_KEY_ARN, Logging, StateMachine, Workflow

Format: TypeAlias = Literal["sam", "cfn"]

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"

_MACHINE: dict[str, Callable[[StateMachine, Workflow], AWSObject]] = {
    "sam": machines.build_sam_machine,
    "cfn": machines.build_native_machine,
}


def build_template_data(workflow: Workflow, form: Format) -> TemplateData:
    """Return the workflow's template, with the SAM transform or as plain CloudFormation."""
    return assemble_template(
        workflow.description,
        transform=SAM_TRANSFORM if form == "sam" else "",
        parameters=map(build_parameter, workflow.parameters),
        conditions=_build_conditions(workflow),
        groups=_build_groups(workflow, form),
        outputs={output.name: resolve_value(output.value, workflow.topic) for output in workflow.outputs},
        tags=workflow.tags,
        origin=workflow.origin,
    )


def _build_groups(workflow: Workflow, form: Format) -> list[Group]:
    shared: list[Group] = [
        (
            f"The topic for notifications, unless {TOPIC_ARN} specifies another",
            alarms.build_topic_resources(workflow),
        ),
        ("The log group of the state machines", [_build_log_group(workflow.logging)] if workflow.logging else []),
        ("Permissions that the roles of the state machines share", roles.build_shared_policy(workflow)),
        (f"The bucket for results, unless {RESULTS_BUCKET} specifies another", _build_results_bucket(workflow)),
        ("The locks of runs", _build_lock_table(workflow)),
    ]
    each = [
        (
            _build_heading(machine),
            [
                _MACHINE[form](machine, workflow),
                *roles.build_job_policies(machine),
                roles.build_machine_role(machine, workflow),
                alarms.build_machine_alarm(machine, workflow),
            ],
        )
        for machine in workflow.machines
    ]
    return [
        *shared,
        *each,
        *_build_function_groups(workflow),
        *_build_schedule_groups(workflow),
        *_build_start_groups(workflow),
        *_build_deadline_groups(workflow),
        *_build_dashboard_groups(workflow),
    ]


# Most templates have none of these resources. Their modules are loaded when they are needed: they take long to load.
def _build_function_groups(workflow: Workflow) -> list[Group]:
    if not workflow.functions:
        return []
    from sfnorch.cfn.functions import build_function_resources

    return [
        (f"The function {function.name}", build_function_resources(function, workflow))
        for function in workflow.functions
    ]


def _build_schedule_groups(workflow: Workflow) -> list[Group]:
    if not workflow.schedule:
        return []
    from sfnorch.cfn.schedule import build_schedule_resources

    return [("The schedule that starts the master", build_schedule_resources(workflow.schedule))]


def _build_start_groups(workflow: Workflow) -> Iterable[Group]:
    if not workflow.starts:
        return []
    from sfnorch.cfn.starts import build_start_groups

    return build_start_groups(workflow)


def _build_deadline_groups(workflow: Workflow) -> Iterable[Group]:
    if not workflow.deadlines:
        return []
    from sfnorch.cfn.deadlines import build_deadline_groups

    return build_deadline_groups(workflow)


def _build_dashboard_groups(workflow: Workflow) -> list[Group]:
    if not workflow.has_dashboard:
        return []
    from sfnorch.cfn.dashboard import build_dashboard

    return [("The dashboard", [build_dashboard(workflow)])]


def _build_heading(machine: StateMachine) -> str:
    return machine.name if machine.key else "The state machine"


def _build_results_bucket(workflow: Workflow) -> list[AWSObject]:
    """Return the bucket for results, which is retained when the stack is deleted."""
    if not workflow.stores_results:
        return []
    from sfnorch.cfn.buckets import build_private_bucket

    made = build_private_bucket(RESULTS, expires=False)
    for resource in made:
        resource.Condition = OWN_BUCKET
    return made


def _build_lock_table(workflow: Workflow) -> list[AWSObject]:
    if not workflow.has_locks:
        return []
    from sfnorch.cfn.locks import build_lock_table

    return [build_lock_table()]


def _build_log_group(logging: Logging) -> AWSObject:
    name = Sub("/aws/vendedlogs/states/${AWS::StackName}")
    return add_reasons(LogGroup(LOG_GROUP, LogGroupName=name, RetentionInDays=logging.retention_days))


def _build_conditions(workflow: Workflow) -> dict[str, AWSHelperFn]:
    conditions: dict[str, AWSHelperFn] = {BOUNDED: Not(Equals(Ref(BOUNDARY_ARN), ""))}
    if not workflow.topic.arn:
        conditions[OWN_TOPIC] = Equals(Ref(TOPIC_ARN), "")
    if workflow.topic.published_by_machine:
        conditions[TOPIC_HAS_KEY] = Not(Equals(Ref(TOPIC_KEY_ARN), ""))
    if workflow.stores_results:
        conditions[OWN_BUCKET] = Equals(Ref(RESULTS_BUCKET), "")
    return conditions
