"""What starts the orchestration: schedules, objects in S3, and events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sfnorch.plan import names
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.parameters import ParameterName, ParameterValue
from sfnorch.plan.models.schedule import Schedule
from sfnorch.plan.values import JsonValue


class S3Start(Model):
    """New objects in a bucket."""

    bucket: Annotated[str, Field(pattern=names.BUCKET)] = Field(
        description="Name of the bucket. Its notifications to EventBridge must be on.", examples=["our-landing-zone"]
    )
    prefix: Annotated[str, Field(max_length=1_024)] = Field(
        default="", description="Beginning of the keys.", examples=["orders/"]
    )
    suffix: Annotated[str, Field(max_length=1_024)] = Field(
        default="", description="End of the keys.", examples=[".csv"]
    )


class Start(Model):
    """A start: exactly one of `schedule`, `s3` and `event`, and the parameters of its runs."""

    name: Annotated[str, Field(pattern=names.CHILD_NAME)] = Field(
        description="Name of the start, unique in the plan.", examples=["nightly"]
    )
    schedule: Schedule | None = Field(default=None, description="Schedule expression.", examples=["cron(0 3 * * ? *)"])
    s3: S3Start | None = Field(
        default=None, description="Objects in S3.", examples=[{"bucket": "our-landing-zone", "prefix": "orders/"}]
    )
    event: Annotated[dict[str, JsonValue], Field(min_length=1)] | None = Field(
        default=None,
        description="Event pattern of EventBridge.",
        examples=[{"source": ["our.shop"], "detail-type": ["OrdersReady"]}],
    )
    params: dict[ParameterName, ParameterValue] = Field(
        default={}, description="Values of parameters.", examples=[{"mode": "delta"}]
    )
    params_from: dict[ParameterName, Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default={},
        description="Parameters with a value from the event, each with a path into it, such as `$.detail.table`. For "
        "s3 also `bucket`, `key`, `size`, `etag` and `version`.",
        examples=[{"source_key": "key"}],
    )
