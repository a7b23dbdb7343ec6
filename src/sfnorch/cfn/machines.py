"""State machines, as SAM's resource or as CloudFormation's own; their definitions are objects, not strings."""

from __future__ import annotations

import re
from typing import Any

from troposphere import GetAtt
from troposphere.serverless import StateMachine as TroposphereSamStateMachine
from troposphere.stepfunctions import (
    CloudWatchLogsLogGroup,
    LogDestination,
    LoggingConfiguration,
    TracingConfiguration,
)
from troposphere.stepfunctions import StateMachine as NativeStateMachine

from sfnorch import workflow as flow
from sfnorch.asl import definition
from sfnorch.cfn.values import LOG_GROUP, machine_id, resolved, role_id


class SamStateMachine(TroposphereSamStateMachine):  # type: ignore[misc]
    """SAM's state machine with all its properties: troposphere's lacks Tracing and has a Logging of its own.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
    """

    props = {  # noqa: RUF012
        **TroposphereSamStateMachine.props,
        "Logging": (LoggingConfiguration, False),
        "Tracing": (TracingConfiguration, False),
        "Tags": (dict, False),
    }


def sam_machine(machine: flow.StateMachine, workflow: flow.Workflow) -> SamStateMachine:
    """The machine as `AWS::Serverless::StateMachine`."""
    optional: dict[str, Any] = {}
    if workflow.logging:
        optional["Logging"] = _logging()
    if workflow.tracing:
        optional["Tracing"] = TracingConfiguration(Enabled=True)
    return SamStateMachine(
        machine_id(machine.key),
        Name=resolved(machine.physical_name, workflow.topic),
        Role=GetAtt(role_id(machine.key), "Arn"),
        **optional,
        **_definition(machine, workflow),
    )


def native_machine(machine: flow.StateMachine, workflow: flow.Workflow) -> NativeStateMachine:
    """The machine as `AWS::StepFunctions::StateMachine`."""
    optional: dict[str, Any] = {}
    if workflow.logging:
        optional["LoggingConfiguration"] = _logging()
    if workflow.tracing:
        optional["TracingConfiguration"] = TracingConfiguration(Enabled=True)
    return NativeStateMachine(
        machine_id(machine.key),
        StateMachineName=resolved(machine.physical_name, workflow.topic),
        RoleArn=GetAtt(role_id(machine.key), "Arn"),
        **optional,
        **_definition(machine, workflow),
    )


def _definition(machine: flow.StateMachine, workflow: flow.Workflow) -> dict[str, Any]:
    substitutions = {key: resolved(value, workflow.topic) for key, value in machine.substitutions.items()}
    made = definition(machine.graph)
    return {"DefinitionSubstitutions": substitutions, "Definition": _compact(made) if workflow.compact else made}


_ONE_LINE = 500


def _compact(value: Any) -> Any:
    """The same definition with its expressions on one line, very long ones on lines without blanks before them.

    JSONata knows no line ends and no indentation, and no text in these expressions holds one.
    """
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_compact(item) for item in value]
    if not isinstance(value, str) or not value.startswith("{%"):
        return value
    one_line = re.sub(r"\n *", " ", value)
    return one_line if len(one_line) <= _ONE_LINE else re.sub(r"\n +", "\n", value)


def _logging() -> LoggingConfiguration:
    group = CloudWatchLogsLogGroup(LogGroupArn=GetAtt(LOG_GROUP, "Arn"))
    return LoggingConfiguration(Level="ERROR", Destinations=[LogDestination(CloudWatchLogsLogGroup=group)])
