"""The pipeline's stages: Source, Build, Review, Approve (optional), Deploy.

Review creates the change set. Approve shows it to a person. Deploy executes it with CodePipeline's own action for
CloudFormation, so that builds can't. If nothing would change, Approve and Deploy are skipped.
https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

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
from sfnorch.cfn.roles import allow
from sfnorch.delivery.pipeline.names import (
    BUCKET,
    BUILD,
    BUILD_PROJECT,
    BUILT_ARTIFACT,
    CHANGE_SET,
    CHANGE_SET_LINK,
    CHANGE_SET_NAMES,
    NO_CHANGE_SET,
    PIPELINE,
    PIPELINE_ROLE,
    REVIEW,
    REVIEW_PROJECT,
    SOURCE_ARTIFACT,
    STACK_NAME,
    regional_arn,
    within,
)
from sfnorch.delivery.pipeline.notice import publishing, told_topic
from sfnorch.delivery.pipeline.roles import delivery_role
from sfnorch.delivery.pipeline.sources import Source

_REVIEW = "Review"


def pipeline_resources(workflow: flow.Workflow, source: Source, *, approval: bool) -> list[AWSObject]:
    """Return the pipeline and its role."""
    stages = [
        Stages(Name="Source", Actions=[_source(source)]),
        Stages(Name="Build", Actions=[_build("Build", BUILD, [SOURCE_ARTIFACT], output=BUILT_ARTIFACT)]),
        Stages(Name=_REVIEW, Actions=[_build(_REVIEW, REVIEW, [SOURCE_ARTIFACT, BUILT_ARTIFACT])]),
    ]
    if approval:
        stages.append(Stages(Name="Approve", BeforeEntry=_if_something_changes(), Actions=[_approval(workflow.topic)]))
    stages.append(Stages(Name="Deploy", BeforeEntry=_if_something_changes(), Actions=[_execution()]))
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


def _build(name: str, project: str, inputs: list[str], *, output: str = "") -> Actions:
    """Return an action that runs a build project. The action's name is the namespace of the exported variables."""
    several = {"PrimarySource": SOURCE_ARTIFACT} if len(inputs) > 1 else {}
    return Actions(
        Name=name,
        Namespace=name,
        ActionTypeId=_provider("Build", "CodeBuild"),
        Configuration={"ProjectName": Ref(project), **several},
        InputArtifacts=[InputArtifacts(Name=artifact) for artifact in inputs],
        **({"OutputArtifacts": [OutputArtifacts(Name=output)]} if output else {}),
    )


def _execution() -> Actions:
    """Return the action that executes the change set of Review, and waits until it ends.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
    """
    return Actions(
        Name="Deploy",
        ActionTypeId=_provider("Deploy", "CloudFormation"),
        Configuration={
            "ActionMode": "CHANGE_SET_EXECUTE",
            "StackName": Ref(STACK_NAME),
            "ChangeSetName": _of_review(CHANGE_SET),
        },
    )


def _approval(topic: flow.Topic) -> Actions:
    """Return the manual approval action, which notifies the topic.

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
    """Return the condition that skips a stage if Review created no change set.

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
    """Return the pipeline's role: moves artifacts, reads the source, starts builds, executes change sets.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    find = ("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
    projects = [regional_arn("codebuild", f"project/{name}") for name in (BUILD_PROJECT, REVIEW_PROJECT)]
    stack = regional_arn("cloudformation", f"stack/${{{STACK_NAME}}}/*")
    statements = [
        allow("FindBucket", find, [GetAtt(BUCKET, "Arn")]),
        allow("MoveArtifacts", ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"), [within(BUCKET)]),
        *source.statements,
        allow("Build", ("codebuild:StartBuild", "codebuild:BatchGetBuilds"), projects),
        *(publishing(workflow) if approval else []),
        allow("SeeStack", ("cloudformation:DescribeStacks", "cloudformation:DescribeChangeSet"), [stack]),
        allow(
            "ExecuteChangeSets",
            ("cloudformation:ExecuteChangeSet",),
            [stack],
            {"StringLike": {"cloudformation:ChangeSetName": CHANGE_SET_NAMES}},
        ),
    ]
    return delivery_role(PIPELINE_ROLE, "codepipeline.amazonaws.com", statements)
