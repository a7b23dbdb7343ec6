"""From a workflow to the text of the template of its pipeline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from troposphere import Ref, Sub

from sfnorch import workflow as flow
from sfnorch.cfn import yaml_text
from sfnorch.cfn.assembly import Group, TemplateData, assembled, parameter
from sfnorch.cfn.buckets import private_bucket
from sfnorch.cfn.pipeline.boundary import boundary_conditions, boundary_policy
from sfnorch.cfn.pipeline.build import build_resources
from sfnorch.cfn.pipeline.creation import creation_role
from sfnorch.cfn.pipeline.names import BUCKET, DEPLOYMENT_BUCKET, PIPELINE, SOURCE_BUCKET
from sfnorch.cfn.pipeline.notice import CONSOLE_DOMAINS, notice_resources, own_topic, told_topic
from sfnorch.cfn.pipeline.parameters import conditions, handed_on, own_parameters
from sfnorch.cfn.pipeline.review import deployment_bucket, review_resources
from sfnorch.cfn.pipeline.sources import OBJECT, Source, source
from sfnorch.cfn.pipeline.stages import pipeline_resources
from sfnorch.cfn.references import refuse_references
from sfnorch.origin import RENDERED_BY

HEAD = f"{RENDERED_BY}`sfnorch pipeline render`: render it again rather than change it."


def render_pipeline(workflow: flow.Workflow, kind: str, *, stack_name: str, approval: bool = True) -> str:
    """Return the template's text.

    `kind` is one of SOURCES; `stack_name` is what the plan's stack is called, unless its name is given at deploy.
    Raises SfnorchError for a dynamic reference.
    """
    data = _template(workflow, source(kind), stack_name=stack_name, approval=approval)
    refuse_references(data.data)
    return yaml_text.document(data.data, data.headings, head=HEAD)


def _template(workflow: flow.Workflow, start: Source, *, stack_name: str, approval: bool) -> TemplateData:
    declared = list(handed_on(workflow, approval=approval))
    return assembled(
        f"The pipeline of a stack that sfnorch makes. {workflow.description}",
        parameters=[*start.parameters, *own_parameters(stack_name), *map(parameter, declared)],
        mappings=CONSOLE_DOMAINS,
        conditions={**conditions(declared), **boundary_conditions(), **own_topic(workflow.topic)},
        groups=_groups(workflow, start, approval=approval),
        outputs=_outputs(workflow, start),
        tags=workflow.tags,
        origin=replace(workflow.origin, part="pipeline") if workflow.origin else None,
    )


def _groups(workflow: flow.Workflow, start: Source, *, approval: bool) -> list[Group]:
    return [
        ("From the source to the deployed stack", pipeline_resources(workflow, start, approval=approval)),
        ("What the pipeline starts from, and what starts it", start.resources),
        ("Build: runs buildspec.yml of the repository, and may do almost nothing", build_resources(workflow)),
        ("Review: creates the change set by its own commands, and can't execute it", review_resources(workflow)),
        (
            "CloudFormation: creates the plan's stack, and its roles within a boundary",
            [creation_role(), boundary_policy(workflow, *_buckets(start))],
        ),
        ("The stages' artifacts", private_bucket(BUCKET, expires=True)),
        ("Templates and function code, which only Review writes", deployment_bucket()),
        ("Who is told of a stage that fails", notice_resources(workflow.topic)),
    ]


def _buckets(start: Source) -> list[str]:
    """Return the pipeline's own buckets."""
    return [BUCKET, DEPLOYMENT_BUCKET, *([SOURCE_BUCKET] if start.provider == "S3" else ())]


def _outputs(workflow: flow.Workflow, start: Source) -> dict[str, Any]:
    outputs = {
        "PipelineName": Ref(PIPELINE),
        "ArtifactBucketName": Ref(BUCKET),
        "DeploymentBucketName": Ref(DEPLOYMENT_BUCKET),
        "TopicArn": told_topic(workflow.topic),
    }
    if start.provider == "S3":
        outputs["Source"] = Sub(f"s3://${{{SOURCE_BUCKET}}}/{OBJECT}")
    return outputs
