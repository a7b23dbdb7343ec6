"""Render the template of a pipeline for the environments of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, Sub

from sfnorch.cfn import yaml_text
from sfnorch.cfn.assembly import Group, assemble_template, build_parameter
from sfnorch.cfn.references import refuse_references
from sfnorch.cfn.roles import build_allow_statement
from sfnorch.delivery.account.names import REVIEW as REVIEW_END
from sfnorch.delivery.account.names import DeliveryTarget, refuse_stack_names
from sfnorch.delivery.account.trust import PIPELINE_REVIEW
from sfnorch.delivery.pipeline.artifacts import KEY, allow_using_key, make_artifact_store, name_account_role, needs_key
from sfnorch.delivery.pipeline.build import make_build_stage
from sfnorch.delivery.pipeline.environment_stages import make_environment_pipeline
from sfnorch.delivery.pipeline.names import (
    BUCKET,
    BUILT_ARTIFACT,
    IMAGE,
    PACKAGE,
    PIPELINE,
    REVIEW,
    REVIEW_LOGS,
    REVIEW_PROJECT,
    REVIEW_ROLE,
    SOURCE_ARTIFACT,
    SOURCE_BUCKET,
)
from sfnorch.delivery.pipeline.notice import CONSOLE_DOMAINS, choose_topic, make_notices, make_topic_condition
from sfnorch.delivery.pipeline.parameters import copy_plan_parameters, make_conditions, make_own_parameters
from sfnorch.delivery.pipeline.projects import (
    allow_finding_artifacts,
    allow_reading_artifacts,
    make_log_group,
    make_project,
    make_project_role,
)
from sfnorch.delivery.pipeline.render import HEADER
from sfnorch.delivery.pipeline.sources import OBJECT, PipelineSource, make_source
from sfnorch.errors import SfnorchError
from sfnorch.workflow import TOPIC_ARN, TOPIC_KEY_ARN, Topic, Workflow

_BUILDSPEC = "environment_review.buildspec.yml"


def render_environment_pipeline(
    targets: Sequence[DeliveryTarget], workflows: Sequence[Workflow], kind: str, *, approval: bool = True
) -> str:
    """Return the text of the template of the pipeline that deploys to these environments, in this order.

    `workflows` are those of the environments, `kind` is one of SOURCE_KINDS. With `approval`, a person approves each
    deployment but the first of several.

    Raises SfnorchError for environments in different Regions, and for names of stacks that are too long for roles.
    """
    refuse_stack_names(targets)
    _refuse_regions(targets)
    emails = dict.fromkeys(email for workflow in workflows for email in workflow.topic.emails)
    first = workflows[0]
    shared = first._replace(topic=Topic(emails=tuple(emails)), parameters=())
    topic_parameters = (TOPIC_ARN, TOPIC_KEY_ARN)
    declared = [each for each in copy_plan_parameters(first, approval=True) if each.name in topic_parameters]
    start = make_source(kind)
    own = [each for each in make_own_parameters("") if each.title in (IMAGE, PACKAGE)]
    names = ", ".join(target.environment for target in targets)
    data = assemble_template(
        f"The pipeline of stacks that sfnorch deploys, for the environments {names}. {first.description}",
        parameters=[*start.parameters, *own, *map(build_parameter, declared)],
        mappings=CONSOLE_DOMAINS,
        conditions={**make_conditions(declared), **make_topic_condition(shared.topic)},
        groups=_group_resources(targets, shared, start, approval=approval),
        outputs=_make_outputs(shared, start),
        tags=first.tags,
        origin=first.origin._replace(part="pipeline", environment="") if first.origin else None,
    )
    refuse_references(data.data)
    return yaml_text.format_document(data.data, data.headings, head=HEADER)


def _refuse_regions(targets: Sequence[DeliveryTarget]) -> None:
    """Raise SfnorchError for environments in several Regions, which need a bucket and a key in each."""
    regions = sorted({target.region for target in targets if target.region})
    if len(regions) > 1:
        raise SfnorchError(
            f"the environments are in several Regions: {', '.join(regions)}; a pipeline deploys in its own Region",
            hint="choose one environment with --env, or use sfnorch init --ci github or gitlab",
        )


def _group_resources(
    targets: Sequence[DeliveryTarget], workflow: Workflow, start: PipelineSource, *, approval: bool
) -> list[Group]:
    build = make_build_stage(workflow, {}, *allow_using_key(targets))
    review = _make_review(targets, workflow)
    if needs_key(targets):
        for project in (build[0], review[0]):
            project.EncryptionKey = GetAtt(KEY, "Arn")
    return [
        (
            "From the source to the deployed stacks",
            make_environment_pipeline(targets, workflow, start, approval=approval),
        ),
        ("The source, and what starts the pipeline", start.resources),
        ("Build: runs buildspec.yml of the repository with almost no permissions", build),
        ("Review: creates the change sets by the roles in the accounts and can't execute them", review),
        ("The stages' artifacts", make_artifact_store(targets)),
        ("Notifications when a stage fails", make_notices(workflow.topic)),
    ]


def _make_review(targets: Sequence[DeliveryTarget], workflow: Workflow) -> list[AWSObject]:
    """Return the project of all reviews, its role and its log group. The role can only assume those in the accounts."""
    project = make_project(
        REVIEW,
        REVIEW_PROJECT,
        role=REVIEW_ROLE,
        logs=REVIEW_LOGS,
        buildspec=read_environment_buildspec(),
        variables={"SFNORCH_PACKAGE": Ref(PACKAGE), "PARTITION": Ref("AWS::Partition")},
    )
    statements = [
        allow_reading_artifacts(SOURCE_ARTIFACT, BUILT_ARTIFACT),
        allow_finding_artifacts(),
        *allow_using_key(targets),
        build_allow_statement("Review", ("sts:AssumeRole",), [name_account_role(each, REVIEW_END) for each in targets]),
    ]
    role = make_project_role(REVIEW_ROLE, REVIEW_PROJECT, REVIEW_LOGS, statements)
    role.RoleName = Sub(f"${{AWS::StackName}}-{PIPELINE_REVIEW}")
    return [project, role, make_log_group(REVIEW_LOGS, REVIEW_PROJECT, workflow)]


def read_environment_buildspec() -> str:
    """Return the text of the buildspec that creates the change set of an environment."""
    return (files(__package__) / _BUILDSPEC).read_text(encoding="utf-8")


def _make_outputs(workflow: Workflow, start: PipelineSource) -> dict[str, AWSHelperFn]:
    outputs: dict[str, AWSHelperFn] = {
        "PipelineName": Ref(PIPELINE),
        "ArtifactBucketName": Ref(BUCKET),
        "TopicArn": choose_topic(workflow.topic),
    }
    if start.provider == "S3":
        outputs["Source"] = Sub(f"s3://${{{SOURCE_BUCKET}}}/{OBJECT}")
    return outputs
