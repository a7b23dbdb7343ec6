"""What the pipeline's build projects share: container, log group, and trust policy of their roles.

https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import GetAtt, Ref, Sub
from troposphere.codebuild import (
    Artifacts,
    CloudWatchLogs,
    Environment,
    EnvironmentVariable,
    LogsConfig,
    Project,
    ProjectCache,
    Source,
)
from troposphere.iam import Role
from troposphere.logs import LogGroup

from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import PolicyStatement, TemplateValue
from sfnorch.delivery.pipeline.names import BUCKET, IMAGE, make_object_arn, make_regional_arn
from sfnorch.delivery.pipeline.roles import make_delivery_role
from sfnorch.workflow import Workflow

_MINUTES = 60
_LOG_DAYS = 30


def make_project(
    logical_id: str,
    name: str,
    *,
    role: str,
    logs: str,
    buildspec: str,
    variables: Mapping[str, TemplateValue],
    cache: ProjectCache | None = None,
) -> Project:
    """Return a project that CodePipeline starts; `role` and `logs` are the logical ids of its role and log group."""
    project = Project(
        logical_id,
        Name=Sub(name) if name != "${AWS::StackName}" else Ref("AWS::StackName"),
        ServiceRole=GetAtt(role, "Arn"),
        Source=Source(Type="CODEPIPELINE", BuildSpec=buildspec),
        Artifacts=Artifacts(Type="CODEPIPELINE"),
        Environment=Environment(
            Type="LINUX_CONTAINER",
            ComputeType="BUILD_GENERAL1_SMALL",
            Image=Ref(IMAGE),
        ),
        LogsConfig=LogsConfig(CloudWatchLogs=CloudWatchLogs(Status="ENABLED", GroupName=Ref(logs))),
        TimeoutInMinutes=_MINUTES,
    )
    if variables:
        listed = [EnvironmentVariable(Name=key, Value=value) for key, value in variables.items()]
        project.Environment.EnvironmentVariables = listed
    if cache:
        project.Cache = cache
    return project


def make_log_group(logical_id: str, project: str, workflow: Workflow) -> LogGroup:
    """Return the log group of one project: no project writes into the log of another."""
    days = workflow.logging.retention_days if workflow.logging else _LOG_DAYS
    return add_reasons(LogGroup(logical_id, LogGroupName=Sub(f"/aws/codebuild/{project}"), RetentionInDays=days))


def make_project_role(logical_id: str, project: str, logs: str, statements: Sequence[PolicyStatement]) -> Role:
    """Return the role of one project, which only CodeBuild can assume and only for this project.

    It writes the project's log; `statements` allow everything else. CodeBuild sends both condition keys [documented].
    https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    write_log = build_allow_statement("WriteLog", ("logs:CreateLogStream", "logs:PutLogEvents"), [GetAtt(logs, "Arn")])
    condition = {
        "StringEquals": {
            "aws:SourceAccount": Ref("AWS::AccountId"),
            "aws:SourceArn": make_regional_arn("codebuild", f"project/{project}"),
        }
    }
    return make_delivery_role(logical_id, "codebuild.amazonaws.com", [write_log, *statements], condition)


def allow_reading_artifacts(*names: str) -> PolicyStatement:
    """Return the statement that reads artifacts of these names.

    The key of an artifact is the pipeline's name, the artifact's name and a random part; CodePipeline shortens both
    names, the second to ten characters [documented].
    https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html
    """
    objects = [make_object_arn(BUCKET, f"*/{name}/*") for name in names]
    return build_allow_statement("ReadArtifacts", ("s3:GetObject", "s3:GetObjectVersion"), objects)


def allow_finding_artifacts() -> PolicyStatement:
    """Return the statement that allows CodeBuild to find the bucket of artifacts."""
    return build_allow_statement("FindArtifacts", ("s3:GetBucketAcl", "s3:GetBucketLocation"), [GetAtt(BUCKET, "Arn")])
