"""State machines as a resource of SAM or of CloudFormation. Their definitions are objects, not strings."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Sub
from troposphere.serverless import StateMachine as TroposphereSamStateMachine
from troposphere.stepfunctions import (
    CloudWatchLogsLogGroup,
    LogDestination,
    LoggingConfiguration,
    TracingConfiguration,
)
from troposphere.stepfunctions import StateMachine as NativeStateMachine

from sfnorch.asl import definition, fold, integrations, is_expression, substitution_names, with_resources
from sfnorch.cfn.values import LOG_GROUP, machine_id, resolved, role_id
from sfnorch.workflow import StateMachine, Workflow


class SamStateMachine(TroposphereSamStateMachine):  # type: ignore[misc]
    """SAM's state machine with all its properties: troposphere's class lacks Tracing and has another type of Logging.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
    """

    props = {  # noqa: RUF012
        **TroposphereSamStateMachine.props,
        "Logging": (LoggingConfiguration, False),
        "Tracing": (TracingConfiguration, False),
        "Tags": (dict, False),
    }


def sam_machine(machine: StateMachine, workflow: Workflow) -> SamStateMachine:
    """Return the state machine as `AWS::Serverless::StateMachine`."""
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


def native_machine(machine: StateMachine, workflow: Workflow) -> NativeStateMachine:
    """Return the state machine as `AWS::StepFunctions::StateMachine`."""
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


def _definition(machine: StateMachine, workflow: Workflow) -> dict[str, Any]:
    """Return the definition and its substitutions.

    A substitution replaces a whole resource, as in AWS's own templates: cfn-lint rejects a partly substituted one.
    https://github.com/aws/aws-sam-cli-app-templates
    """
    made = definition(machine.graph)
    names = substitution_names(integrations(made), machine.substitutions)
    made = with_resources(made, lambda integration: f"${{{names[integration]}}}")
    substitutions = {key: resolved(value, workflow.topic) for key, value in machine.substitutions.items()} | {
        name: Sub(f"arn:${{AWS::Partition}}:states:::{integration}") for integration, name in names.items()
    }
    return {"DefinitionSubstitutions": substitutions, "Definition": _compact(made) if workflow.compact else made}


def _compact(value: Any) -> Any:
    """Return the definition with its expressions on one line, without the whitespace that JSONata does not need."""
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_compact(item) for item in value]
    if isinstance(value, str) and is_expression(value):
        return f"{{% {fold(value[2:-2])} %}}"
    return value


def _logging() -> LoggingConfiguration:
    group = CloudWatchLogsLogGroup(LogGroupArn=GetAtt(LOG_GROUP, "Arn"))
    return LoggingConfiguration(Level="ERROR", Destinations=[LogDestination(CloudWatchLogsLogGroup=group)])
