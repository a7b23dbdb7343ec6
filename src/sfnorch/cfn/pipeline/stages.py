"""The pipeline's stages: Source, Build, Review, Approve if it is wanted, Deploy.

Review makes the change set and leaves it; Approve shows it to a person; Deploy executes that very one. Where nothing
would change, Approve and Deploy are skipped.
https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

import json

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere.codepipeline import (
    Actions,
    ActionTypeId,
    ArtifactStore,
    BeforeEntryConditions,
    Condition,
    InputArtifacts,
    OutputArtifacts,
    Pipeline,
    RuleDeclaration,
    RuleTypeId,
    Stages,
)
from troposphere.iam import Role

from sfnorch import workflow as flow
from sfnorch.cfn.pipeline.names import (
    BUCKET,
    BUILD,
    BUILT_ARTIFACT,
    CHANGE_SET,
    CHANGE_SET_LINK,
    NO_CHANGE_SET,
    PIPELINE,
    PIPELINE_ROLE,
    SOURCE_ARTIFACT,
    STACK_NAME,
    regional_arn,
    within,
)
from sfnorch.cfn.pipeline.notice import publishing, told_topic
from sfnorch.cfn.pipeline.roles import delivery_role
from sfnorch.cfn.pipeline.sources import Source
from sfnorch.cfn.roles import allow

_REVIEW = "Review"


def pipeline_resources(workflow: flow.Workflow, source: Source, *, approval: bool) -> list[AWSObject]:
    """The pipeline and its role."""
    stages = [
        Stages(Name="Source", Actions=[_source(source)]),
        Stages(Name="Build", Actions=[_build("Build", [SOURCE_ARTIFACT], output=BUILT_ARTIFACT)]),
        Stages(Name="Review", Actions=[_build(_REVIEW, [SOURCE_ARTIFACT, BUILT_ARTIFACT])]),
    ]
    if approval:
        stages.append(Stages(Name="Approve", BeforeEntry=_if_something_changes(), Actions=[_approval(workflow.topic)]))
    deploy = _build("Deploy", [SOURCE_ARTIFACT], variables={CHANGE_SET: _of_review(CHANGE_SET)})
    stages.append(Stages(Name="Deploy", BeforeEntry=_if_something_changes(), Actions=[deploy]))
    pipeline = Pipeline(
        PIPELINE,
        PipelineType="V2",
        ExecutionMode="SUPERSEDED",
        RoleArn=GetAtt(PIPELINE_ROLE, "Arn"),
        ArtifactStore=ArtifactStore(Type="S3", Location=Ref(BUCKET)),
        Stages=stages,
    )
    return [pipeline, _role(workflow, source, approval=approval)]


def _source(source: Source) -> Actions:
    return Actions(
        Name="Source",
        ActionTypeId=_provider("Source", source.provider),
        Configuration=dict(source.configuration),
        OutputArtifacts=[OutputArtifacts(Name=SOURCE_ARTIFACT)],
    )


def _build(name: str, inputs: list[str], *, output: str = "", variables: dict[str, str] | None = None) -> Actions:
    """A run of buildspec.yml, which knows by STAGE what is to be done; its variables are known by the action's name."""
    given = {"STAGE": name.lower(), **(variables or {})}
    environment = json.dumps([{"name": key, "value": value} for key, value in given.items()])
    several = {"PrimarySource": SOURCE_ARTIFACT} if len(inputs) > 1 else {}
    return Actions(
        Name=name,
        Namespace=name,
        ActionTypeId=_provider("Build", "CodeBuild"),
        Configuration={"ProjectName": Ref(BUILD), **several, "EnvironmentVariables": environment},
        InputArtifacts=[InputArtifacts(Name=artifact) for artifact in inputs],
        **({"OutputArtifacts": [OutputArtifacts(Name=output)]} if output else {}),
    )


def _approval(topic: flow.Topic) -> Actions:
    """A person's word; the topic is told that it is waited for.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
    """
    return Actions(
        Name="Approve",
        ActionTypeId=_provider("Approval", "Manual"),
        Configuration={
            "NotificationArn": told_topic(topic),
            "ExternalEntityLink": _of_review(CHANGE_SET_LINK),
            "CustomData": Sub(f"Deploy the change set {_of_review(CHANGE_SET)} to the stack ${{{STACK_NAME}}}?"),
        },
    )


def _if_something_changes() -> BeforeEntryConditions:
    """What lets a stage be entered where there is a change set, and else skips it.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html
    """
    rule = RuleDeclaration(
        Name="SomethingChanges",
        RuleTypeId=RuleTypeId(Category="Rule", Owner="AWS", Provider="VariableCheck", Version="1"),
        Configuration={"Variable": _of_review(CHANGE_SET), "Operator": "NE", "Value": NO_CHANGE_SET},
    )
    return BeforeEntryConditions(Conditions=[Condition(Result="SKIP", Rules=[rule])])


def _of_review(variable: str) -> str:
    return f"#{{{_REVIEW}.{variable}}}"


def _provider(category: str, provider: str) -> ActionTypeId:
    return ActionTypeId(Category=category, Owner="AWS", Provider=provider, Version="1")


def _role(workflow: flow.Workflow, source: Source, *, approval: bool) -> Role:
    """The role: it moves artifacts, reads the source, starts builds, and asks for approval.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    find = ("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
    project = regional_arn("codebuild", "project/${AWS::StackName}")
    statements = [
        allow("FindBucket", find, [GetAtt(BUCKET, "Arn")]),
        allow("MoveArtifacts", ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"), [within(BUCKET)]),
        *source.statements,
        allow("Build", ("codebuild:StartBuild", "codebuild:BatchGetBuilds"), [project]),
        *(publishing(workflow) if approval else []),
    ]
    return delivery_role(PIPELINE_ROLE, "codepipeline.amazonaws.com", statements)
