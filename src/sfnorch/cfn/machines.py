"""State machines as a resource of SAM or of CloudFormation. Their definitions are objects, not strings."""

from __future__ import annotations

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
from sfnorch.cfn.values import LOG_GROUP, TemplateValue, machine_id, resolved, role_id
from sfnorch.json_values import Json
from sfnorch.workflow import StateMachine, Workflow


class SamStateMachine(TroposphereSamStateMachine):
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
    made = SamStateMachine(
        machine_id(machine.key),
        Name=resolved(machine.physical_name, workflow.topic),
        Role=GetAtt(role_id(machine.key), "Arn"),
    )
    if workflow.logging:
        made.Logging = _logging()
    if workflow.tracing:
        made.Tracing = TracingConfiguration(Enabled=True)
    made.DefinitionSubstitutions, made.Definition = _definition(machine, workflow)
    return made


def native_machine(machine: StateMachine, workflow: Workflow) -> NativeStateMachine:
    """Return the state machine as `AWS::StepFunctions::StateMachine`."""
    made = NativeStateMachine(
        machine_id(machine.key),
        StateMachineName=resolved(machine.physical_name, workflow.topic),
        RoleArn=GetAtt(role_id(machine.key), "Arn"),
    )
    if workflow.logging:
        made.LoggingConfiguration = _logging()
    if workflow.tracing:
        made.TracingConfiguration = TracingConfiguration(Enabled=True)
    made.DefinitionSubstitutions, made.Definition = _definition(machine, workflow)
    return made


def _definition(machine: StateMachine, workflow: Workflow) -> tuple[TemplateValue, Json]:
    """Return the substitutions of the definition, and the definition.

    A substitution replaces a whole resource, as in AWS's own templates: cfn-lint rejects a partly substituted one.
    https://github.com/aws/aws-sam-cli-app-templates
    """
    made = definition(machine.graph)
    names = substitution_names(integrations(made), machine.substitutions)
    made = with_resources(made, lambda integration: f"${{{names[integration]}}}")
    substitutions = {key: resolved(value, workflow.topic) for key, value in machine.substitutions.items()} | {
        name: Sub(f"arn:${{AWS::Partition}}:states:::{integration}") for integration, name in names.items()
    }
    return substitutions, _compact(made) if workflow.compact else made


def _compact(value: Json) -> Json:
    """Return the definition with its expressions on one line, without the whitespace that JSONata does not need."""
    match value:
        case dict():
            return {key: _compact(item) for key, item in value.items()}
        case list():
            return [_compact(item) for item in value]
        case str() if is_expression(value):
            return f"{{% {fold(value[2:-2])} %}}"
    return value


def _logging() -> LoggingConfiguration:
    group = CloudWatchLogsLogGroup(LogGroupArn=GetAtt(LOG_GROUP, "Arn"))
    return LoggingConfiguration(Level="ERROR", Destinations=[LogDestination(CloudWatchLogsLogGroup=group)])
