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

from sfnorch.asl import fold, is_expression, list_integrations, name_substitutions, replace_resources, serialize_graph
from sfnorch.cfn.values import LOG_GROUP, TemplateValue, build_machine_id, build_role_id, resolve_value
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


def build_sam_machine(machine: StateMachine, workflow: Workflow) -> SamStateMachine:
    """Return the state machine as `AWS::Serverless::StateMachine`."""
    made = SamStateMachine(
        build_machine_id(machine.key),
        Name=resolve_value(machine.physical_name, workflow.topic),
        Role=GetAtt(build_role_id(machine.key), "Arn"),
    )
    if workflow.logging:
        made.Logging = _build_logging()
    if workflow.tracing:
        made.Tracing = TracingConfiguration(Enabled=True)
    made.DefinitionSubstitutions, made.Definition = _build_definition(machine, workflow)
    return made


def build_native_machine(machine: StateMachine, workflow: Workflow) -> NativeStateMachine:
    """Return the state machine as `AWS::StepFunctions::StateMachine`."""
    made = NativeStateMachine(
        build_machine_id(machine.key),
        StateMachineName=resolve_value(machine.physical_name, workflow.topic),
        RoleArn=GetAtt(build_role_id(machine.key), "Arn"),
    )
    if workflow.logging:
        made.LoggingConfiguration = _build_logging()
    if workflow.tracing:
        made.TracingConfiguration = TracingConfiguration(Enabled=True)
    made.DefinitionSubstitutions, made.Definition = _build_definition(machine, workflow)
    return made


def _build_definition(machine: StateMachine, workflow: Workflow) -> tuple[TemplateValue, Json]:
    """Return the substitutions of the definition, and the definition.

    A substitution replaces a whole resource, as in AWS's own templates: cfn-lint rejects a partly substituted one.
    https://github.com/aws/aws-sam-cli-app-templates
    """
    made = serialize_graph(machine.graph)
    names = name_substitutions(list_integrations(made), machine.substitutions)
    made = replace_resources(made, lambda integration: f"${{{names[integration]}}}")
    substitutions = {key: resolve_value(value, workflow.topic) for key, value in machine.substitutions.items()} | {
        name: Sub(f"arn:${{AWS::Partition}}:states:::{integration}") for integration, name in names.items()
    }
    return substitutions, _compact_definition(made) if workflow.compact else made


def _compact_definition(made: dict[str, Json]) -> Json:
    """Return the definition without its comment and optional whitespace."""
    return _compact_expressions({key: value for key, value in made.items() if key != "Comment"})


def _compact_expressions(value: Json) -> Json:
    """Return the definition with its expressions on one line, without the whitespace that JSONata does not need."""
    match value:
        case dict():
            return {key: _compact_expressions(item) for key, item in value.items()}
        case list():
            return [_compact_expressions(item) for item in value]
        case str() if is_expression(value):
            return f"{{% {fold(value[2:-2])} %}}"
    return value


def _build_logging() -> LoggingConfiguration:
    group = CloudWatchLogsLogGroup(LogGroupArn=GetAtt(LOG_GROUP, "Arn"))
    return LoggingConfiguration(Level="ERROR", Destinations=[LogDestination(CloudWatchLogsLogGroup=group)])
