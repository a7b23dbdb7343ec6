"""The source of the pipeline: a branch by a connection, a branch in CodeCommit, or a file in a bucket.

https://docs.aws.amazon.com/codepipeline/latest/userguide/integrations-action-type.html#integrations-source
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Parameter, Ref
from troposphere.events import Rule, Target

from sfnorch.cfn.buckets import build_private_bucket
from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import PolicyStatement, TemplateValue
from sfnorch.delivery.pipeline.names import (
    BRANCH,
    CONNECTION,
    PIPELINE,
    REPOSITORY,
    SOURCE_BUCKET,
    make_object_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.roles import make_delivery_role
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS

_RULE = "SourceChanged"

OBJECT = "source.zip"
"""The key of the source file in a bucket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSource:
    """A source: its parameters, the action's provider and configuration, and the permissions that it needs."""

    provider: str
    configuration: Mapping[str, TemplateValue]
    statements: tuple[PolicyStatement, ...]
    parameters: tuple[Parameter, ...] = ()
    resources: tuple[AWSObject, ...] = ()
    """The source itself, and what starts the pipeline if the provider does not."""


def make_source(kind: str) -> PipelineSource:
    """Return the source of this kind, one of SOURCE_KINDS."""
    return _SOURCES[kind]()


def _make_connection() -> PipelineSource:
    """Return a repository of GitHub, GitLab or Bitbucket; the connection itself starts the pipeline on a push.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    """
    connection = Parameter(
        CONNECTION,
        Type="String",
        Description="The connection to the host of the repository (Developer Tools, Settings, Connections)",
        AllowedPattern="^arn:[a-z-]+:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[A-Za-z0-9-]+$",
        ConstraintDescription="the ARN of a connection, arn:aws:codeconnections:REGION:ACCOUNT:connection/ID",
    )
    repository = _make_repository_parameter(
        "owner/name, as on the repository's host", r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+"
    )
    # a connection's ARN and the IAM action can have the service's old or new name
    use = build_allow_statement(
        "UseConnection", ("codeconnections:UseConnection", "codestar-connections:UseConnection"), [Ref(CONNECTION)]
    )
    return PipelineSource(
        provider="CodeStarSourceConnection",
        configuration={
            "ConnectionArn": Ref(CONNECTION),
            "FullRepositoryId": Ref(REPOSITORY),
            "BranchName": Ref(BRANCH),
            "DetectChanges": "true",
        },
        statements=(use,),
        parameters=(connection, repository, _make_branch_parameter()),
    )


def _make_codecommit() -> PipelineSource:
    """Return a repository of CodeCommit; a rule starts the pipeline when its branch changes.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
    """
    arn = make_regional_arn("codecommit", f"${{{REPOSITORY}}}")
    actions = (
        *("codecommit:GetBranch", "codecommit:GetCommit", "codecommit:UploadArchive"),
        *("codecommit:GetUploadArchiveStatus", "codecommit:CancelUploadArchive"),
    )
    pattern: dict[str, TemplateValue] = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [arn],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": [Ref(BRANCH)],
        },
    }
    return PipelineSource(
        provider="CodeCommit",
        configuration={
            "RepositoryName": Ref(REPOSITORY),
            "BranchName": Ref(BRANCH),
            "PollForSourceChanges": "false",
        },
        statements=(build_allow_statement("ReadRepository", actions, [arn]),),
        parameters=(
            _make_repository_parameter("The repository's name in CodeCommit", "[A-Za-z0-9._-]{1,100}"),
            _make_branch_parameter(),
        ),
        resources=_start_on(pattern),
    )


def _make_s3() -> PipelineSource:
    """Return a file in a bucket that the pipeline creates; every upload of the file starts the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/create-S3-source-events.html
    """
    pattern: dict[str, TemplateValue] = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [Ref(SOURCE_BUCKET)]}, "object": {"key": [OBJECT]}},
    }
    on_bucket = ("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
    on_object = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging")
    return PipelineSource(
        provider="S3",
        configuration={"S3Bucket": Ref(SOURCE_BUCKET), "S3ObjectKey": OBJECT, "PollForSourceChanges": "false"},
        statements=(
            build_allow_statement("FindSource", on_bucket, [GetAtt(SOURCE_BUCKET, "Arn")]),
            build_allow_statement("ReadSource", on_object, [make_object_arn(SOURCE_BUCKET, OBJECT)]),
        ),
        resources=(*build_private_bucket(SOURCE_BUCKET, expires=False, tells=True), *_start_on(pattern)),
    )


def _make_repository_parameter(description: str, pattern: str) -> Parameter:
    return Parameter(
        REPOSITORY,
        Type="String",
        Description=description,
        AllowedPattern=f"^{pattern}$",
        ConstraintDescription="letters, digits, dots, dashes and underscores"
        + (", with a slash between owner and name" if "/" in pattern else ", 100 at most"),
    )


def _make_branch_parameter() -> Parameter:
    return Parameter(
        BRANCH,
        Type="String",
        Description="The branch that is deployed on every push",
        Default="main",
        AllowedPattern=r"^(?!.*(\.\.|//|/\.))[A-Za-z0-9_][A-Za-z0-9._/-]*(?<![./])$",
        ConstraintDescription="a branch's name: letters, digits, dots, dashes, underscores and slashes, without .. or "
        "//, and without a dot or a slash at its end",
    )


def _start_on(pattern: Mapping[str, TemplateValue]) -> tuple[AWSObject, ...]:
    """Return the rule that starts the pipeline on events that match the pattern, and its role."""
    arn = make_regional_arn("codepipeline", f"${{{PIPELINE}}}")
    start = build_allow_statement("Start", ("codepipeline:StartPipelineExecution",), [arn])
    return (
        Rule(
            _RULE,
            EventPattern=pattern,
            Targets=[Target(Id="pipeline", Arn=arn, RoleArn=GetAtt(f"{_RULE}Role", "Arn"))],
        ),
        make_delivery_role(f"{_RULE}Role", "events.amazonaws.com", [start], _restrict_to_rule()),
    )


def _restrict_to_rule() -> Mapping[str, TemplateValue]:
    """Return the condition that a rule of the stack assumes the role.

    The rule's name ends in random characters, and the rule refers to the role, so the full ARN is unknown here.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    return {
        "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
        "ArnLike": {"aws:SourceArn": make_regional_arn("events", f"rule/${{AWS::StackName}}-{_RULE}-*")},
    }


_SOURCES: Mapping[str, Callable[[], PipelineSource]] = dict(
    zip(SOURCE_KINDS, (_make_connection, _make_codecommit, _make_s3), strict=True)
)
