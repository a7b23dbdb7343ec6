"""A step that writes a JSON object to S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from sfnorch.plan import names
from sfnorch.plan.models.base import Model
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.steps.kind import StepKey, StepKind, StepPlace
from sfnorch.plan.values import JsonValue


class S3Object(Model):
    """A JSON object to write to S3."""

    bucket: Annotated[str, Field(pattern=names.BUCKET)] | None = Field(
        default=None,
        description="Name of the bucket. Default: a bucket that the stack creates, or the stack parameter "
        "ResultsBucket.",
        examples=["our-results"],
    )
    prefix: Annotated[str, Field(pattern=names.PREFIX, max_length=200)] = Field(
        default="executions/",
        description="Prefix of the key. The role can write only under this prefix.",
        examples=["executions/"],
    )
    key: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None,
        description="Key after the prefix. Default: the execution's name with .json.",
        examples=["{% $job.job_id & '.json' %}"],
    )
    body: JsonValue | None = Field(
        default=None,
        description="Content, written as JSON. Default: the input and all saved variables.",
        examples=[{"orders": "{% $orders %}"}],
    )


def _list_values(given: S3Object) -> Iterator[tuple[Path, object]]:
    yield ("key",), given.key
    yield ("body",), given.body


def _check(given: S3Object, place: StepPlace) -> Iterator[Fault]:
    if given.key is None and place.repeats:
        yield (
            place.path,
            "key is required inside for_each, because each item would overwrite the previous object; add a key",
        )


class S3ObjectStep(StepKey):
    """The key of a step that writes an object."""

    step_kind = StepKind(
        key="s3_object", settings=("timeout", "save_as", "retry"), check=_check, list_values=_list_values
    )
    s3_object: S3Object | None = Field(
        default=None, description="JSON object that the step writes to S3.", examples=[{"prefix": "executions/"}]
    )
