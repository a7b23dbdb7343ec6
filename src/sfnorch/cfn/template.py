"""The whole template: parameters first, then what all machines share, then machine by machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from troposphere import AWSObject, Equals, Not, Output, Parameter, Ref, Sub, Tags, Template
from troposphere.logs import LogGroup

from sfnorch import workflow as flow
from sfnorch.cfn import alarms, machines, roles, schedule
from sfnorch.cfn.values import BOUNDED, LOG_GROUP, OWN_TOPIC, TOPIC_HAS_KEY, resolved

Format: TypeAlias = Literal["sam", "cfn"]

SAM_TRANSFORM = "AWS::Serverless-2016-10-31"

_MACHINE: dict[str, Callable[[flow.StateMachine, flow.Workflow], AWSObject]] = {
    "sam": machines.sam_machine,
    "cfn": machines.native_machine,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateData:
    """A template as data, sections in the order in which people read them, with a heading for some entries."""

    data: dict[str, Any]
    headings: dict[tuple[str, str], str]


def template_data(workflow: flow.Workflow, form: Format) -> TemplateData:
    """The workflow's template: under the SAM transform, or plain CloudFormation."""
    template = Template()
    template.set_version("2010-09-09")
    if form == "sam":
        template.set_transform(SAM_TRANSFORM)
    template.set_description(workflow.description)
    for parameter in workflow.parameters:
        template.add_parameter(_parameter(parameter))
    for name, condition in _conditions(workflow).items():
        template.add_condition(name, condition)
    headings = {}
    for heading, resources in _groups(workflow, form):
        if resources:
            headings["Resources", resources[0].title] = heading
        for resource in resources:
            if workflow.tags and (kind := resource.props.get("Tags")):
                own = resource.properties.get("Tags", Tags())
                resource.Tags = dict(workflow.tags) if kind[0] is dict else own + Tags(**workflow.tags)
            template.add_resource(resource)
    for output in workflow.outputs:
        value = resolved(output.value, workflow.topic)
        template.add_output(Output(output.name, Value=value))
    # resources and outputs in the order they were added; troposphere's own to_yaml would sort them
    return TemplateData(data=_in_reading_order(template.to_dict()), headings=headings)


def _groups(workflow: flow.Workflow, form: Format) -> list[tuple[str, list[AWSObject]]]:
    shared = [
        (
            f"Who is told of failures: this topic, unless {flow.TOPIC_ARN} names another",
            alarms.topic_resources(workflow),
        ),
        ("Where the state machines log their errors", [_log_group(workflow.logging)] if workflow.logging else []),
        ("What the state machines' roles share", roles.shared_policy(workflow)),
    ]
    each = [
        (
            _heading(machine),
            [
                _MACHINE[form](machine, workflow),
                roles.machine_role(machine, workflow),
                alarms.machine_alarm(machine, workflow),
            ],
        )
        for machine in workflow.machines
    ]
    planned = schedule.schedule_resources(workflow.schedule) if workflow.schedule else []
    return [*shared, *each, ("What starts the master by itself", planned)]


def _heading(machine: flow.StateMachine) -> str:
    return f"{machine.key}: {machine.name}" if machine.key and machine.jobs else machine.key or "The state machine"


def _log_group(logging: flow.Logging) -> AWSObject:
    return LogGroup(
        LOG_GROUP,
        LogGroupName=Sub("/aws/vendedlogs/states/${AWS::StackName}"),
        RetentionInDays=logging.retention_days,
    )


def _parameter(parameter: flow.Parameter) -> Parameter:
    return Parameter(
        parameter.name,
        Type="CommaDelimitedList" if parameter.is_list else "String",
        Description=parameter.description,
        Default=parameter.default,
        AllowedPattern=parameter.pattern,
        **({"ConstraintDescription": parameter.constraint} if parameter.constraint else {}),
    )


def _conditions(workflow: flow.Workflow) -> dict[str, Any]:
    conditions: dict[str, Any] = {BOUNDED: Not(Equals(Ref(flow.BOUNDARY_ARN), ""))}
    if not workflow.topic.arn:
        conditions[OWN_TOPIC] = Equals(Ref(flow.TOPIC_ARN), "")
    if workflow.topic.published_by_machine:
        conditions[TOPIC_HAS_KEY] = Not(Equals(Ref(flow.TOPIC_KEY_ARN), ""))
    return conditions


_SECTIONS = (
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Parameters",
    "Conditions",
    "Resources",
    "Outputs",
)


def _in_reading_order(data: dict[str, Any]) -> dict[str, Any]:
    """The template's sections in order, and in each resource its type before its properties."""
    data["Resources"] = {name: _type_first(resource) for name, resource in data["Resources"].items()}
    return {section: data[section] for section in _SECTIONS if section in data}


def _type_first(resource: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = {key: resource[key] for key in ("Type", "Condition") if key in resource}
    return first | resource
