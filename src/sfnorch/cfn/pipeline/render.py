"""From a workflow to the text of the template of its pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import Equals, Not, Parameter, Ref, Sub

from sfnorch import workflow as flow
from sfnorch.cfn import yaml_text
from sfnorch.cfn.assembly import Group, TemplateData, assembled, parameter
from sfnorch.cfn.pipeline.buckets import private_bucket
from sfnorch.cfn.pipeline.build import build_resources
from sfnorch.cfn.pipeline.creation import creation_role
from sfnorch.cfn.pipeline.names import BUCKET, IMAGE, PIPELINE, SOURCE_BUCKET, STACK_NAME
from sfnorch.cfn.pipeline.notice import notice_resources, told_topic, topic_conditions
from sfnorch.cfn.pipeline.sources import OBJECT, Source, source
from sfnorch.cfn.pipeline.stages import pipeline_resources
from sfnorch.cfn.values import BOUNDED

HEAD = "Rendered by `sfnorch pipeline render`: render it again rather than change it."

_IMAGE = "aws/codebuild/standard:7.0"
"""https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html"""


def render_pipeline(workflow: flow.Workflow, kind: str, *, stack_name: str, approval: bool = True) -> str:
    """The template's text.

    `kind` is one of SOURCES; `stack_name` is what the plan's stack is called, unless its name is given at deploy.
    """
    data = _template(workflow, source(kind), stack_name=stack_name, approval=approval)
    return yaml_text.document(data.data, data.headings, head=HEAD)


def _template(workflow: flow.Workflow, start: Source, *, stack_name: str, approval: bool) -> TemplateData:
    return assembled(
        f"The pipeline of a stack that sfnorch makes. {workflow.description}",
        parameters=[
            *start.parameters,
            *_own_parameters(stack_name),
            *map(parameter, _handed_on(workflow, approval=approval)),
        ],
        conditions={
            **topic_conditions(workflow.topic, approval=approval),
            BOUNDED: Not(Equals(Ref(flow.BOUNDARY_ARN), "")),
        },
        groups=_groups(workflow, start, approval=approval),
        outputs=_outputs(workflow, start),
        tags=workflow.tags,
    )


def _groups(workflow: flow.Workflow, start: Source, *, approval: bool) -> list[Group]:
    return [
        ("From the source to the deployed stack", pipeline_resources(workflow, start, approval=approval)),
        ("What the pipeline starts from, and what starts it", start.resources),
        ("What runs buildspec.yml in every stage but the first", build_resources(workflow)),
        ("What CloudFormation may do: make the plan's stack, and nothing else", [creation_role()]),
        ("Where the stages' artifacts lie", private_bucket(BUCKET, expires=True)),
        ("Who is told of a stage that fails", notice_resources(workflow.topic)),
    ]


def _own_parameters(stack_name: str) -> Iterator[Parameter]:
    yield Parameter(
        STACK_NAME,
        Type="String",
        Description="The stack that the pipeline deploys",
        Default=stack_name,
        MaxLength=64,
        AllowedPattern="^[a-zA-Z][-a-zA-Z0-9]*$",
        ConstraintDescription="1 to 64 letters, digits and hyphens, the first a letter",
    )
    yield Parameter(
        IMAGE,
        Type="String",
        Description="The image in which buildspec.yml runs",
        Default=_IMAGE,
        AllowedPattern="^[A-Za-z0-9][A-Za-z0-9._/:@-]*$",
        ConstraintDescription="the name of an image",
    )


def _handed_on(workflow: flow.Workflow, *, approval: bool) -> Iterator[flow.Parameter]:
    """The plan's own parameters, and the key of the topic that an approval is told to, if they are without it."""
    yield from workflow.parameters
    if approval and flow.TOPIC_KEY_ARN not in {parameter.name for parameter in workflow.parameters}:
        yield flow.topic_key_parameter()


def _outputs(workflow: flow.Workflow, start: Source) -> dict[str, Any]:
    outputs = {
        "PipelineName": Ref(PIPELINE),
        "ArtifactBucketName": Ref(BUCKET),
        "TopicArn": told_topic(workflow.topic),
    }
    if start.provider == "S3":
        outputs["Source"] = Sub(f"s3://${{{SOURCE_BUCKET}}}/{OBJECT}")
    return outputs
