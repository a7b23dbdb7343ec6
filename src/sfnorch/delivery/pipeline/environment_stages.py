"""The stages of a pipeline for several environments: Source, Build, then Review, Approve and Deploy for each of them.

Each environment has its roles in its account. Review creates the change set by one role, and CodePipeline's own action
executes exactly this change set by another one.
https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere.codepipeline import Actions, ArtifactStore, EncryptionKey, Pipeline, Stages
from troposphere.iam import Role

from sfnorch.cfn.roles import build_allow_statement
from sfnorch.cfn.values import TemplateValue
from sfnorch.delivery.account.names import DEPLOY, DeliveryTarget
from sfnorch.delivery.account.trust import PIPELINE_DEPLOY
from sfnorch.delivery.pipeline.artifacts import KEY, allow_using_key, name_account_role, needs_key
from sfnorch.delivery.pipeline.names import (
    BUCKET,
    BUILD,
    BUILD_PROJECT,
    BUILT_ARTIFACT,
    CHANGE_SET,
    CHANGE_SET_LINK,
    PIPELINE,
    PIPELINE_ROLE,
    REVIEW,
    REVIEW_PROJECT,
    SOURCE_ARTIFACT,
    make_object_arn,
    make_regional_arn,
)
from sfnorch.delivery.pipeline.notice import allow_publishing, choose_topic
from sfnorch.delivery.pipeline.roles import make_delivery_role
from sfnorch.delivery.pipeline.sources import PipelineSource
from sfnorch.delivery.pipeline.stages import make_action_type, read_source, refer_to_review, run_project, skip_unchanged
from sfnorch.workflow import Topic, Workflow


def make_environment_pipeline(
    targets: Sequence[DeliveryTarget], workflow: Workflow, source: PipelineSource, *, approval: bool
) -> list[AWSObject]:
    """Return the pipeline and its role; `workflow` has the topic to notify.

    With `approval`, a person approves each deployment but the first of several.
    """
    stages = [
        Stages(Name="Source", Actions=[read_source(source)]),
        Stages(Name="Build", Actions=[run_project("Build", BUILD, [SOURCE_ARTIFACT], output=BUILT_ARTIFACT)]),
    ]
    for index, target in enumerate(targets):
        is_approved = approval and (index > 0 or len(targets) == 1)
        stages += _make_stages(target, workflow.topic, approval=is_approved)
    store = ArtifactStore(Type="S3", Location=Ref(BUCKET))
    if needs_key(targets):
        store.EncryptionKey = EncryptionKey(Type="KMS", Id=GetAtt(KEY, "Arn"))
    pipeline = Pipeline(
        PIPELINE,
        PipelineType="V2",
        ExecutionMode="SUPERSEDED",
        RoleArn=GetAtt(PIPELINE_ROLE, "Arn"),
        ArtifactStore=store,
        Stages=stages,
    )
    return [pipeline, _make_pipeline_role(targets, workflow, source, approval=approval)]


def _make_stages(target: DeliveryTarget, topic: Topic, *, approval: bool) -> Iterator[Stages]:
    """Yield the stages of an environment. Names of stages have letters, digits, dots, hyphens and underscores."""
    review = f"Review-{target.job_name}"
    inputs = [SOURCE_ARTIFACT, BUILT_ARTIFACT]
    action = run_project(review, REVIEW, inputs, variables=_write_variables(target))
    yield Stages(Name=f"Review-{target.environment}", Actions=[action])
    if approval:
        approve = Actions(
            Name="Approve",
            ActionTypeId=make_action_type("Approval", "Manual"),
            Configuration={
                "NotificationArn": choose_topic(topic),
                "ExternalEntityLink": refer_to_review(CHANGE_SET_LINK, review),
                "CustomData": f"Deploy the change set {refer_to_review(CHANGE_SET, review)} to the stack "
                f"{target.stack_name}?",
            },
        )
        yield Stages(Name=f"Approve-{target.environment}", BeforeEntry=skip_unchanged(review), Actions=[approve])
    execute = Actions(
        Name="Deploy",
        ActionTypeId=make_action_type("Deploy", "CloudFormation"),
        RoleArn=name_account_role(target, DEPLOY),
        Configuration={
            "ActionMode": "CHANGE_SET_EXECUTE",
            "StackName": target.stack_name,
            "ChangeSetName": refer_to_review(CHANGE_SET, review),
        },
    )
    yield Stages(Name=f"Deploy-{target.environment}", BeforeEntry=skip_unchanged(review), Actions=[execute])


def _write_variables(target: DeliveryTarget) -> TemplateValue:
    """Return the variables of the action that reviews the environment, as the JSON text that CodePipeline expects.

    The text has at most 1,000 characters, so the buildspec derives the names of roles from these values.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    account = target.account or "${AWS::AccountId}"
    variables = {"SFNORCH_ENV": target.environment, "STACK_NAME": target.stack_name, "ACCOUNT": account}
    text = json.dumps([{"name": name, "value": value} for name, value in variables.items()])
    return text if target.account else Sub(text)


def _make_pipeline_role(
    targets: Sequence[DeliveryTarget], workflow: Workflow, source: PipelineSource, *, approval: bool
) -> Role:
    """Return the pipeline's role: moves artifacts, reads the source, starts builds, assumes the roles of deployments.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    find = ("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation")
    move = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject")
    projects = [make_regional_arn("codebuild", f"project/{name}") for name in (BUILD_PROJECT, REVIEW_PROJECT)]
    statements = [
        build_allow_statement("FindBucket", find, [GetAtt(BUCKET, "Arn")]),
        build_allow_statement("MoveArtifacts", move, [make_object_arn(BUCKET)]),
        *allow_using_key(targets),
        *source.statements,
        build_allow_statement("Build", ("codebuild:StartBuild", "codebuild:BatchGetBuilds"), projects),
        *(allow_publishing(workflow) if approval else []),
        build_allow_statement("Deploy", ("sts:AssumeRole",), [name_account_role(each, DEPLOY) for each in targets]),
    ]
    role = make_delivery_role(PIPELINE_ROLE, "codepipeline.amazonaws.com", statements)
    role.RoleName = Sub(f"${{AWS::StackName}}-{PIPELINE_DEPLOY}")
    return role
