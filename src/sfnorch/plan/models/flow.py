"""The plan of the pattern `flow`: steps in sequence, in parallel, and for each item of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from sfnorch.plan import names
from sfnorch.plan.durations import Seconds
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.functions import Function
from sfnorch.plan.models.plan import OrchestrationPlan
from sfnorch.plan.models.retry import Retry
from sfnorch.plan.names import MAX_STEPS
from sfnorch.plan.paths import Path
from sfnorch.plan.steps.athena_sql import AthenaSqlStep
from sfnorch.plan.steps.crawler import CrawlerStep
from sfnorch.plan.steps.glue_job import GlueJobSettings, GlueJobStep
from sfnorch.plan.steps.kind import StepKey, StepKind, list_kinds
from sfnorch.plan.steps.lambda_function import LambdaStep
from sfnorch.plan.steps.notify import NotifyStep
from sfnorch.plan.steps.redshift_sql import RedshiftSqlStep
from sfnorch.plan.steps.s3_object import S3ObjectStep
from sfnorch.plan.steps.state_machine import StateMachineStep
from sfnorch.plan.steps.wait import WaitStep
from sfnorch.plan.values import ItemsOrExpression, MappingOrExpression

Variable: TypeAlias = Annotated[str, Field(pattern=names.VARIABLE)]

FAILURE, ITEM = "failure", "item"
"""The default names of the variable of on_error, and of the variable of for_each."""


def _wrap_in_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _accept_single_item(schema: dict[str, Any]) -> None:
    """Change the JSON Schema of a list in place, so that it accepts a single item too."""
    several = {key: schema.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    schema["anyOf"] = [several["items"], several]


class OnError(Model):
    """What happens when a step has failed after its retries."""

    steps: list[FlowStep] = Field(
        default=[],
        max_length=MAX_STEPS,
        description="Steps that run after the failure.",
        examples=[[{"name": "report", "notify": {"subject": "late", "message": "orders are late"}}]],
    )
    then: Literal["continue", "fail"] = Field(
        default="fail",
        description="continue: the flow continues with the next step, and the variable of the failed step is null. "
        "fail: the flow fails.",
        examples=["continue"],
    )
    save_as: Variable = Field(
        default=FAILURE,
        description="Variable for the failure, `{step, error, message}`. These steps can use it. If the failed step is "
        "at the top level of the flow, later steps and the outcome have it too.",
        examples=["failure"],
    )


class ForEach(Model):
    """Steps that run for each item of a list."""

    items: ItemsOrExpression = Field(
        description="A list, or an expression for a list. Put an expression that can find nothing in brackets: "
        "`{% [ … ] %}`.",
        examples=["{% $datasets %}"],
    )
    as_: Variable = Field(default=ITEM, alias="as", description="Variable for the item.", examples=["dataset"])
    concurrency: Annotated[int, Field(ge=1, le=40)] | None = Field(
        default=None,
        description="Maximum number of items that run at the same time. Default: up to 40.",
        examples=[5],
    )
    stop_at_failure: bool = Field(
        default=False,
        description="Whether the failure of an item stops the other items. By default, the other items finish before "
        "the step fails.",
        examples=[True],
    )
    steps: list[FlowStep] = Field(
        min_length=1,
        max_length=MAX_STEPS,
        description="Steps that run for each item.",
        examples=[[{"name": "clean", "lambda": "clean"}]],
    )


def _list_items(given: ForEach) -> Iterator[tuple[Path, object]]:
    yield ("items",), given.items


class StepName(Model):
    """The name of a step."""

    name: Annotated[str, Field(pattern=names.STEP_NAME)] = Field(
        description="Name of the step, unique in the plan.", examples=["clean-orders"]
    )


class ParallelStep(StepKey):
    """The key of a step with branches."""

    step_kind = StepKind(key="parallel", settings=("save_as", "retry"))
    parallel: (
        Annotated[list[Annotated[list[FlowStep], Field(min_length=1)]], Field(min_length=1, max_length=40)] | None
    ) = Field(
        default=None,
        description="Branches, each a list of steps. Branches run in parallel; a failure in one branch does not stop "
        "the others.",
        examples=[[[{"name": "a", "glue_job": "a"}], [{"name": "b", "glue_job": "b"}]]],
    )


class ForEachStep(StepKey):
    """The key of a step that runs steps for each item of a list."""

    step_kind = StepKind(key="for_each", settings=("save_as", "retry"), list_values=_list_items)
    for_each: ForEach | None = Field(
        default=None,
        description="Steps that run for each item of a list.",
        examples=[{"items": "{% $datasets %}", "steps": [{"name": "clean", "lambda": "clean"}]}],
    )


class StepInput(Model):
    """The input of what a step starts."""

    input: MappingOrExpression | None = Field(
        default=None,
        description="Input of a function or a state machine. Default: the input of the execution and all saved "
        "variables.",
        examples=[{"orders": "{% $orders %}"}],
    )


_Retries: TypeAlias = Annotated[list[Retry], BeforeValidator(_wrap_in_list), Field(min_length=1, max_length=10)]
_Timeout: TypeAlias = Annotated[Seconds, Field(ge=1, le=31_536_000)] | None


class StepJobSettings(GlueJobSettings):
    """The default settings of the steps that run a Glue job."""

    retry: _Retries = Field(
        default=[],
        description="Retries after a failure: a number of retries, or a mapping.",
        examples=[2],
        json_schema_extra=_accept_single_item,
    )
    timeout: _Timeout = Field(default=None, description="Timeout of each attempt.", examples=["1h"])


class FlowStep(  # pydantic orders the fields from the last base to the first
    GlueJobSettings,
    StepInput,
    ForEachStep,
    ParallelStep,
    WaitStep,
    NotifyStep,
    S3ObjectStep,
    CrawlerStep,
    AthenaSqlStep,
    RedshiftSqlStep,
    StateMachineStep,
    LambdaStep,
    GlueJobStep,
    StepName,
):
    """A step: a name, exactly one key that names what it does, and settings."""

    save_as: Variable | None = Field(
        default=None,
        description="Variable for the result of the step. Later steps and the outcome can use it.",
        examples=["orders"],
    )
    retry: _Retries = Field(
        default=[],
        description="Retries after a failure: a number of retries, or a mapping. Transient errors (throttling, a job "
        "that is already running) are always retried.",
        examples=[[{"errors": ["TransientError"], "attempts": 3, "interval": "10s"}]],
        json_schema_extra=_accept_single_item,
    )
    timeout: _Timeout = Field(default=None, description="Timeout of each attempt.", examples=["1h"])
    on_error: OnError | None = Field(
        default=None,
        description="What happens when the step has failed. By default, the flow fails.",
        examples=[{"then": "continue"}],
    )

    @property
    def kinds(self) -> tuple[StepKind, ...]:
        """The kinds whose keys the step has: exactly one in a valid plan."""
        return tuple(kind for kind in STEP_KINDS if kind.find_value(self) is not None)

    @property
    def kind(self) -> str:
        """The key that names what the step does."""
        return self.kinds[0].key

    @property
    def scopes(self) -> list[list[FlowStep]]:
        """The lists of steps inside the step: its branches, or the steps for each item."""
        return self.parallel or ([self.for_each.steps] if self.for_each else [])


STEP_KINDS = list_kinds(FlowStep)
"""The kinds of steps, in the order of the keys."""


class FlowPlan(OrchestrationPlan):
    """Steps in sequence, in parallel, and for each item of a list, in one state machine."""

    pattern: Literal["flow"] = Field(description="Pattern of the orchestration.", examples=["flow"])
    functions: Annotated[list[Function], Field(max_length=50)] = Field(
        default=[],
        description="Lambda functions that the stack creates. Their Python code is in files next to the plan.",
        examples=[[{"name": "clean-orders", "code": "clean_orders.py"}]],
    )
    steps: Annotated[list[FlowStep], Field(min_length=1, max_length=MAX_STEPS)] = Field(
        description=f"1 to {MAX_STEPS} steps, including the steps inside other steps.",
        examples=[[{"name": "clean", "lambda": "clean-orders", "save_as": "clean"}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, without duplicates."""
        return tuple(dict.fromkeys(step.glue_job for step in list_steps(self.steps) if step.glue_job))


def list_steps(steps: Sequence[FlowStep]) -> Iterator[FlowStep]:
    """Yield every step: each step, then the steps inside it, then the steps of its on_error."""
    for step in steps:
        yield step
        for scope in step.scopes:
            yield from list_steps(scope)
        if step.on_error:
            yield from list_steps(step.on_error.steps)
