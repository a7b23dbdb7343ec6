"""The CodeBuild project that runs buildspec.yml in every stage, what it may do, and where it logs.

https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub
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

from sfnorch import workflow as flow
from sfnorch.cfn.pipeline.creation import expand_sam
from sfnorch.cfn.pipeline.names import (
    BUCKET,
    BUILD,
    BUILD_LOGS,
    BUILD_ROLE,
    CREATION_ROLE,
    IMAGE,
    STACK_NAME,
    regional_arn,
    within,
)
from sfnorch.cfn.pipeline.parameters import as_json
from sfnorch.cfn.pipeline.roles import delivery_role
from sfnorch.cfn.roles import allow

_MINUTES = 60
_LOG_DAYS = 30


def build_resources(workflow: flow.Workflow) -> list[AWSObject]:
    """The project, its role and its log group."""
    days = workflow.logging.retention_days if workflow.logging else _LOG_DAYS
    logs = LogGroup(BUILD_LOGS, LogGroupName=Sub("/aws/codebuild/${AWS::StackName}"), RetentionInDays=days)
    return [_project(workflow), _role(), logs]


def _project(workflow: flow.Workflow) -> Project:
    variables = {
        "STACK_NAME": Ref(STACK_NAME),
        "PARAMETERS": as_json(workflow),
        "CLOUDFORMATION_ROLE_ARN": GetAtt(CREATION_ROLE, "Arn"),
        "TEMPLATE_BUCKET": Ref(BUCKET),
    }
    return Project(
        BUILD,
        Name=Ref("AWS::StackName"),
        ServiceRole=GetAtt(BUILD_ROLE, "Arn"),
        Source=Source(Type="CODEPIPELINE", BuildSpec="buildspec.yml"),
        Artifacts=Artifacts(Type="CODEPIPELINE"),
        Environment=Environment(
            Type="LINUX_CONTAINER",
            ComputeType="BUILD_GENERAL1_SMALL",
            Image=Ref(IMAGE),
            EnvironmentVariables=[EnvironmentVariable(Name=name, Value=value) for name, value in variables.items()],
        ),
        Cache=ProjectCache(Type="S3", Location=Sub(f"${{{BUCKET}}}/cache")),
        LogsConfig=LogsConfig(CloudWatchLogs=CloudWatchLogs(Status="ENABLED", GroupName=Ref(BUILD_LOGS))),
        TimeoutInMinutes=_MINUTES,
    )


def _role() -> Role:
    """The role: what CodeBuild itself needs, and what `sfnorch deploy` does in the stages Review and Deploy.

    A change set can be made only for CloudFormation's own role, and none of the stack's resources be touched otherwise.
    """
    stack = regional_arn("cloudformation", f"stack/${{{STACK_NAME}}}/*")
    reports = regional_arn("codebuild", "report-group/${AWS::StackName}-*")
    creation = GetAtt(CREATION_ROLE, "Arn")
    # what is imported could be tagged as the stack's own, and then be changed
    import_nothing = {
        "Sid": "ImportNothing",
        "Effect": "Deny",
        "Action": ["cloudformation:CreateChangeSet"],
        "Resource": [stack],
        "Condition": {"ForAnyValue:StringLike": {"cloudformation:ImportResourceTypes": "*"}},
    }
    statements = [
        allow("Log", ("logs:CreateLogStream", "logs:PutLogEvents"), [GetAtt(BUILD_LOGS, "Arn")]),
        allow("MoveArtifacts", ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"), [within(BUCKET)]),
        allow("FindBucket", ("s3:ListBucket", "s3:GetBucketAcl", "s3:GetBucketLocation"), [GetAtt(BUCKET, "Arn")]),
        allow(
            "Report",
            (
                *("codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport"),
                "codebuild:BatchPutTestCases",
            ),
            [reports],
        ),
        allow(
            "MakeChangeSets",
            ("cloudformation:CreateChangeSet",),
            [stack],
            {"StringEquals": {"cloudformation:RoleArn": creation}},
        ),
        import_nothing,
        expand_sam("ExpandSam"),
        allow(
            "PassRole",
            ("iam:PassRole",),
            [creation],
            {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
        ),
        allow(
            "DeployChangeSets",
            (
                *("cloudformation:DescribeStacks", "cloudformation:DescribeEvents"),
                *("cloudformation:DescribeStackEvents", "cloudformation:ListChangeSets"),
                *("cloudformation:DescribeChangeSet", "cloudformation:ExecuteChangeSet"),
                *("cloudformation:DeleteChangeSet", "cloudformation:GetTemplate", "cloudformation:ListStackResources"),
            ),
            [stack],
        ),
        allow("LookUpJobs", ("glue:ListJobs",), "*"),  # which knows no resource
    ]
    return delivery_role(BUILD_ROLE, "codebuild.amazonaws.com", statements)
