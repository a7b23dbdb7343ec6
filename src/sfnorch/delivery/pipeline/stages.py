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

from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import TemplateValue
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
    make_object_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.notice import allow_publishing, choose_topic
from sfnorch.delivery.pipeline.roles import make_delivery_role
from sfnorch.delivery.pipeline.sources import PipelineSource
from sfnorch.workflow import Topic, Workflow

_REVIEW = "Review"


def make_pipeline(workflow: Workflow, source: PipelineSource, *, approval: bool) -> list[AWSObject]:
    """Return the pipeline and its role."""
    stages = [
        Stages(Name="Source", Actions=[read_source(source)]),
        Stages(Name="Build", Actions=[run_project("Build", BUILD, [SOURCE_ARTIFACT], output=BUILT_ARTIFACT)]),
        Stages(Name=_REVIEW, Actions=[run_project(_REVIEW, REVIEW, [SOURCE_ARTIFACT, BUILT_ARTIFACT])]),
    ]
    if approval:
        stages.append(Stages(Name="Approve", BeforeEntry=skip_unchanged(), Actions=[_approve(workflow.topic)]))
    stages.append(Stages(Name="Deploy", BeforeEntry=skip_unchanged(), Actions=[_execute()]))
    pipeline = Pipeline(
        PIPELINE,
        PipelineType="V2",
        ExecutionMode="SUPERSEDED",
        RoleArn=GetAtt(PIPELINE_ROLE, "Arn"),
        ArtifactStore=ArtifactStore(Type="S3", Location=Ref(BUCKET)),
        Stages=stages,
    )
    return [pipeline, _make_pipeline_role(workflow, source, approval=approval)]


def read_source(source: PipelineSource) -> Actions:
    """Return the action that reads the source."""
    return Actions(
        Name="Source",
        ActionTypeId=make_action_type("Source", source.provider),
        Configuration=dict(source.configuration),
        OutputArtifacts=[OutputArtifacts(Name=SOURCE_ARTIFACT)],
    )


def run_project(
    name: str, project: str, inputs: list[str], *, output: str = "", variables: TemplateValue = ""
) -> Actions:
    """Return an action that runs a build project. The action's name is the namespace of the exported variables.

    `variables` is the JSON text of variables that the project gets beside its own.
    """
    several = {"PrimarySource": SOURCE_ARTIFACT} if len(inputs) > 1 else {}
    given = {"EnvironmentVariables": variables} if variables else {}
    action = Actions(
        Name=name,
        Namespace=name,
        ActionTypeId=make_action_type("Build", "CodeBuild"),
        Configuration={"ProjectName": Ref(project), **several, **given},
        InputArtifacts=[InputArtifacts(Name=artifact) for artifact in inputs],
    )
    if output:
        action.OutputArtifacts = [OutputArtifacts(Name=output)]
    return action


def _execute() -> Actions:
    """Return the action that executes the change set of Review, and waits until it ends.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
    """
    return Actions(
        Name="Deploy",
        ActionTypeId=make_action_type("Deploy", "CloudFormation"),
        Configuration={
            "ActionMode": "CHANGE_SET_EXECUTE",
            "StackName": Ref(STACK_NAME),
            "ChangeSetName": refer_to_review(CHANGE_SET),
        },
    )


def _approve(topic: Topic) -> Actions:
    """Return the manual approval action, which notifies the topic.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
    """
    return Actions(
        Name="Approve",
        ActionTypeId=make_action_type("Approval", "Manual"),
        Configuration={
            "NotificationArn": choose_topic(topic),
            "ExternalEntityLink": refer_to_review(CHANGE_SET_LINK),
            "CustomData": Sub(f"Deploy the change set {refer_to_review(CHANGE_SET)} to the stack ${{{STACK_NAME}}}?"),
        },
    )


def skip_unchanged(review: str = _REVIEW) -> BeforeEntryConditions:
    """Return the condition that skips a stage if the review created no change set; `review` is its action.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html
    """
    rule = RuleDeclaration(
        Name="SomethingChanges",
        RuleTypeId=RuleTypeId(Category="Rule", Owner="AWS", Provider="VariableCheck", Version="1"),
        Configuration={"Variable": refer_to_review(CHANGE_SET, review), "Operator": "NE", "Value": NO_CHANGE_SET},
    )
    return BeforeEntryConditions(Conditions=[Condition(Result="SKIP", Rules=[rule])])


def refer_to_review(variable: str, review: str = _REVIEW) -> str:
    """Return the reference to a variable that the review exports."""
    return f"#{{{review}.{variable}}}"


def make_action_type(category: str, provider: str) -> ActionTypeId:
    """Return the type of an action of AWS."""
    return ActionTypeId(Category=category, Owner="AWS", Provider=provider, Version="1")


def _make_pipeline_role(workflow: Workflow, source: PipelineSource, *, approval: bool) -> Role:
    """Return the pipeline's role: moves artifacts, reads the source, starts builds, executes change sets.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    find = ("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
    projects = [make_regional_arn("codebuild", f"project/{name}") for name in (BUILD_PROJECT, REVIEW_PROJECT)]
    stack = make_regional_arn("cloudformation", f"stack/${{{STACK_NAME}}}/*")
    statements = [
        build_allow_statement("FindBucket", find, [GetAtt(BUCKET, "Arn")]),
        build_allow_statement(
            "MoveArtifacts", ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"), [make_object_arn(BUCKET)]
        ),
        *source.statements,
        build_allow_statement("Build", ("codebuild:StartBuild", "codebuild:BatchGetBuilds"), projects),
        *(allow_publishing(workflow) if approval else []),
        build_allow_statement(
            "SeeStack", ("cloudformation:DescribeStacks", "cloudformation:DescribeChangeSet"), [stack]
        ),
        build_allow_statement(
            "ExecuteChangeSets",
            ("cloudformation:ExecuteChangeSet",),
            [stack],
            {"StringLike": {"cloudformation:ChangeSetName": CHANGE_SET_NAMES}},
        ),
    ]
    return make_delivery_role(PIPELINE_ROLE, "codepipeline.amazonaws.com", statements)
