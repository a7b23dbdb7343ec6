"""The plan of the pattern `fan-out`: a chain of Glue jobs for every item of a list."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.expressions import is_expression
from sfnorch.plan import names
from sfnorch.plan.fields import reject_code
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.deadlines import DeadlineTime, MaxDuration
from sfnorch.plan.models.job import Job
from sfnorch.plan.models.plan import OrchestrationPlan
from sfnorch.plan.names import MAX_JOBS
from sfnorch.plan.values import JsonValue

MAX_LISTED = 1_000
"""The largest number of items in a plan."""

MAX_CONCURRENCY = 10_000
"""The largest number of concurrent child executions of a distributed Map.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (documented)
"""

MAX_BATCH = 100
"""The largest number of items in a batch.

The cause of a child execution has at most 32,768 characters, and names the failed items of the batch.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html (documented)
"""

_PERCENT = r"^(100|[1-9]?[0-9])%$"


def _check_text(value: str) -> str:
    return value if is_expression(value) else reject_code(value)


def _check_expression(value: str) -> str:
    if not is_expression(value):
        raise PydanticCustomError(
            "expression", "{value} is not an expression; write {wanted}", {"value": repr(value), "wanted": "'{% … %}'"}
        )
    return value


def _check_tolerated(value: object) -> object:
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit() and int(value[:-1]) <= 100:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise PydanticCustomError("tolerated", "expected a number of items, or a percentage such as 5%")


TextOrExpression = Annotated[str, Field(min_length=1, max_length=1_024), AfterValidator(_check_text)]
ItemExpression = Annotated[str, AfterValidator(_check_expression)]
TolerateFailures = Annotated[
    Any,
    BeforeValidator(_check_tolerated),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _PERCENT}]}),
]


class ItemsObject(Model):
    """An object in S3 with a list of items."""

    bucket: Annotated[str, Field(pattern=names.BUCKET)] = Field(
        description="Name of the bucket, in the Region of the stack.", examples=["our-landing-zone"]
    )
    key: TextOrExpression = Field(
        description="Key of the object: a text, or an expression over `$params` and `$run`.",
        examples=["{% 'tables/' & $run.date & '.json' %}"],
    )
    format: Literal["json", "jsonl", "csv", "manifest"] | None = Field(
        default=None,
        description="Format: a JSON list, JSON Lines, CSV with a header, or the manifest of an S3 inventory. Default: "
        "that of a key that ends in .jsonl or .csv, else json.",
        examples=["csv"],
    )

    @property
    def input_type(self) -> str:
        """The InputType of the ItemReader."""
        code = self.key.removesuffix("%}").rstrip().rstrip("'\"")
        by_key = next((each for each in ("jsonl", "csv") if code.endswith(f".{each}")), "json")
        return (self.format or by_key).upper()


class ItemsListing(Model):
    """The objects in S3 whose keys have a prefix and a suffix. An item has `Key`, `Size`, `ETag` and `LastModified`."""

    bucket: Annotated[str, Field(pattern=names.BUCKET)] = Field(
        description="Name of the bucket, in the Region of the stack.", examples=["our-landing-zone"]
    )
    prefix: Annotated[str, Field(max_length=1_024), AfterValidator(_check_text)] = Field(
        default="",
        description="Prefix of the keys: a text, or an expression over `$params` and `$run`.",
        examples=["{% 'orders/' & $run.date & '/' %}"],
    )
    suffix: Annotated[str, Field(max_length=1_024), AfterValidator(reject_code)] = Field(
        default="", description="Suffix of the keys.", examples=[".parquet"]
    )


class Items(Model):
    """The items: `input`, a list, or a mapping with exactly one of the keys."""

    input: Literal[True] | None = Field(
        default=None,
        description="The items are the list `items` in the input of the execution. `items: input` means the same.",
        examples=[True],
    )
    listed: Annotated[list[JsonValue], Field(min_length=1, max_length=MAX_LISTED)] | None = Field(
        default=None,
        alias="list",
        description="Items in the plan. A list alone means the same.",
        examples=[["orders", "prices"]],
    )
    object: ItemsObject | None = Field(
        default=None,
        description="Object in S3 with a list of items.",
        examples=[{"bucket": "our-landing-zone", "key": "tables.json"}],
    )
    listing: ItemsListing | None = Field(
        default=None,
        description="Objects in S3 that are the items.",
        examples=[{"bucket": "our-landing-zone", "prefix": "orders/"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_short_forms(cls, value: Any) -> Any:
        if value == "input":
            return {"input": True}
        return {"list": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _require_one_key(self) -> Items:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("items", "write exactly one of the keys input, list, object and listing")
        return self


class ItemChain(Model):
    """The keys of a chain of Glue jobs for every item of a list."""

    items: Items = Field(
        description="Items: `input` for the list `items` in the input of the execution, a list, or a mapping with an "
        "object or a listing in S3.",
        examples=[{"object": {"bucket": "our-landing-zone", "key": "tables.json"}}],
    )
    jobs: Annotated[list[Job], Field(min_length=1, max_length=MAX_JOBS)] = Field(
        description=f"1 to {MAX_JOBS} Glue jobs, which run in this order for each item. Arguments can use `$item`.",
        examples=[[{"name": "load-table", "arguments": {"--table": "{% $item.table %}"}}]],
    )
    max_concurrency: Annotated[int, Field(ge=1, le=MAX_CONCURRENCY)] = Field(
        default=40, description="Maximum number of items that run at the same time.", examples=[200]
    )
    batch: Annotated[int, Field(ge=2, le=MAX_BATCH)] | None = Field(
        default=None,
        description="Number of items that share a child execution, which runs them in sequence. "
        "`max_concurrency` remains the number of items that run at the same time. Default: each item has its own.",
        examples=[10],
    )
    tolerated_failures: TolerateFailures = Field(
        default="100%",
        description="Failures after which no further item starts: a number of items, or a percentage. With `batch`, "
        "Step Functions counts all items of a batch as failed if one of them failed. Default: no failure of an item "
        "stops the others.",
        examples=["5%"],
    )
    item_name: ItemExpression | None = Field(
        default=None,
        description="Name of an item in notifications. Default: the item as text.",
        examples=["{% $item.table %}"],
    )
    select: ItemExpression | None = Field(
        default=None,
        description="Whether the jobs run for an item. Other items are skipped.",
        examples=["{% $item.active %}"],
    )


class FanOutPlan(ItemChain, OrchestrationPlan):  # pydantic orders the fields from the last base to the first
    """A chain of Glue jobs for every item of a list, each in a separate execution."""

    pattern: Literal["fan-out"] = Field(description="Pattern of the orchestration.", examples=["fan-out"])
    on_item_failure: Literal["succeed", "fail"] = Field(
        default="succeed",
        description="Whether the execution succeeds or fails when an item failed.",
        examples=["fail"],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
        return tuple(dict.fromkeys(job.name for job in self.jobs))


class FanOutChild(ItemChain):
    """A child state machine, which runs a chain of Glue jobs for every item of a list."""

    marks: ClassVar[frozenset[str]] = frozenset(ItemChain.model_fields) - {"jobs"}
    """The keys that no other child has."""

    name: Annotated[str, Field(pattern=names.CHILD_NAME)] = Field(
        default="", description="Name of the child. Default: child-1, child-2 and so on.", examples=["tables"]
    )
    deadline: DeadlineTime | None = Field(
        default=None,
        description="Time of day, in the time zone of the schedule, until which the child must have succeeded.",
        examples=["05:00"],
    )
    max_duration: MaxDuration | None = Field(
        default=None, description="Duration in which the child must succeed.", examples=["90m"]
    )
