"""Lambda functions, each with its log group and a role that allows to write the log and what the plan permits.

Code of one file is inline in the template, and CloudFormation writes it to `index.py`. `sfnorch deploy` puts other code
into S3 under its hash; the function's Metadata contains its source.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere.awslambda import Code, Environment, LoggingConfig, TracingConfig
from troposphere.awslambda import Function as TroposphereFunction
from troposphere.logs import LogGroup

from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.roles import TRACING, build_allow_statement, make_service_role
from sfnorch.cfn.values import PolicyStatement, build_function_id, build_function_role_id, resolve_value
from sfnorch.packages import METADATA, PYTHON, build_package_key
from sfnorch.workflow import CODE_BUCKET, LambdaFunction, Workflow

RUNTIME = "python{}.{}".format(*PYTHON)

_LOG_RETENTION_DAYS = 30
"""The log retention of functions if the plan has no logging of state machines."""


def build_function_resources(function: LambdaFunction, workflow: Workflow) -> list[AWSObject]:
    """Return the function, its role and its log group."""
    days = workflow.logging.retention_days if workflow.logging else _LOG_RETENTION_DAYS
    log_group = f"{function.key}FunctionLogGroup"
    role = build_function_role_id(function.key)
    name = f"${{AWS::StackName}}-{function.name}"
    made = TroposphereFunction(
        build_function_id(function.key),
        FunctionName=Sub(name),
        Runtime=RUNTIME,
        Handler=f"index.{function.handler}",
        Timeout=function.timeout,
        MemorySize=function.memory_mb,
        Role=GetAtt(role, "Arn"),
        LoggingConfig=LoggingConfig(LogGroup=Ref(log_group)),
        Code=_build_code(function),
    )
    if function.environment:
        made.Environment = Environment(Variables=dict(function.environment))
    if workflow.tracing:
        made.TracingConfig = TracingConfig(Mode="Active")
    if function.packaged:
        made.Metadata = {METADATA: function.source}
    logs = LogGroup(log_group, LogGroupName=Sub(f"/aws/lambda/{name}"), RetentionInDays=days)
    return [
        add_reasons(made),
        make_service_role(role, "lambda.amazonaws.com", _build_statements(function, workflow, log_group)),
        add_reasons(logs),
    ]


def _build_code(function: LambdaFunction) -> Code:
    if function.packaged:
        return Code(S3Bucket=Ref(CODE_BUCKET), S3Key=build_package_key(function.files))
    return Code(ZipFile=function.files["index.py"].decode().rstrip("\n"))


def _build_statements(function: LambdaFunction, workflow: Workflow, log_group: str) -> list[PolicyStatement]:
    found = [
        build_allow_statement("WriteLog", ("logs:CreateLogStream", "logs:PutLogEvents"), [GetAtt(log_group, "Arn")]),
        *(
            build_allow_statement(
                given.sid, given.actions, [resolve_value(resource, workflow.topic) for resource in given.resources]
            )
            for given in function.permissions
        ),
    ]
    if workflow.tracing:  # which supports only the resource *
        found.append(build_allow_statement("Trace", TRACING[:2], "*"))
    return found
