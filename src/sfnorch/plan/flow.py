"""The plan of the pattern `flow`: steps one after another, side by side, and for each item of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.plan import names
from sfnorch.plan.durations import Seconds
from sfnorch.plan.fields import (
    ArgumentKey,
    ExecutionClass,
    JobName,
    JobRunQueuing,
    NumberOfWorkers,
    SecurityConfiguration,
    WorkerType,
)
from sfnorch.plan.flow_checks import KINDS
from sfnorch.plan.functions import Function
from sfnorch.plan.models import Model, OrchestrationPlan
from sfnorch.plan.names import MAX_STEPS
from sfnorch.plan.read import Decimal
from sfnorch.plan.values import Given, GivenItems, GivenMapping, ScalarText, Wait, is_expression

SUBJECT_LENGTH = 99
"""How long a message's subject may be."""

Kind: TypeAlias = Literal[
    "glue_job", "lambda", "state_machine", "redshift_sql", "s3_object", "notify", "wait", "parallel", "for_each"
]
Variable: TypeAlias = Annotated[str, Field(pattern=names.VARIABLE)]


def _rate(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


class Retry(Model):
    """When and how often a step is tried again: a number of times is enough, or a mapping."""

    errors: Annotated[list[Annotated[str, Field(pattern=names.ERROR_NAME)]], Field(min_length=1, max_length=20)] = (
        Field(
            default=["States.ALL"],
            description="The errors that it is tried again after: a function's exception by its class, AWS's by their "
            "names (Glue.ConcurrentRunsExceededException).",
            examples=[["TransientError"]],
        )
    )
    attempts: Annotated[int, Field(ge=1, le=50)] = Field(
        default=3, description="How often it is tried again.", examples=[3]
    )
    interval: Annotated[Seconds, Field(ge=1, le=86_400)] = Field(
        default=1, description="How long it waits before the first of these tries.", examples=["10s"]
    )
    backoff_rate: Annotated[float, BeforeValidator(_rate), Field(ge=1, le=10)] = Field(
        default=2.0, description="By what the wait grows from try to try.", examples=[2.0]
    )
    max_delay: Annotated[Seconds, Field(ge=1, le=86_400)] | None = Field(
        default=None, description="How long it waits at most between two tries.", examples=["5m"]
    )
    jitter: bool = Field(
        default=True, description="Whether waits are drawn by chance up to their length.", examples=[False]
    )

    @model_validator(mode="before")
    @classmethod
    def _a_number_is_enough(cls, value: object) -> object:
        return {"attempts": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _one_or_several(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _one_is_enough(schema: dict[str, Any]) -> None:
    """Has the JSON Schema of a list take one of its items alone."""
    several = {key: schema.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    schema["anyOf"] = [several["items"], several]


class OnError(Model):
    """What is done when a step has failed, its retries included."""

    steps: list[FlowStep] = Field(
        default=[],
        max_length=MAX_STEPS,
        description="Steps that run then.",
        examples=[[{"name": "tell", "notify": {"subject": "late", "message": "orders are late"}}]],
    )
    then: Literal["continue", "fail"] = Field(
        default="fail",
        description="continue: the flow goes on with the next step, the failed one's variable being null. fail: the "
        "flow fails.",
        examples=["continue"],
    )
    save_as: Variable = Field(
        default="failure",
        description="The variable that holds `{step, error, message}`, in these steps and, at the flow's own level, in "
        "all later ones and in the outcome.",
        examples=["failure"],
    )


class RedshiftSql(Model):
    """A statement that Redshift runs through its Data API; the step waits until it has finished."""

    sql: Annotated[str, Field(min_length=1, max_length=100_000)] = Field(
        description="The statement; values stand in it as :name, and in `parameters`.",
        examples=["insert into etl_runs (job_id) values (:job_id)"],
    )
    parameters: dict[Annotated[str, Field(pattern=names.SQL_PARAMETER)], ScalarText] = Field(
        default={}, description="SQL parameters by name.", examples=[{"job_id": "{% $job.job_id %}"}]
    )
    database: Annotated[str, Field(pattern=names.DATABASE)] = Field(description="The database.", examples=["analytics"])
    cluster: Annotated[str, Field(pattern=names.CLUSTER)] | None = Field(
        default=None, description="The cluster's identifier; or a workgroup.", examples=["etl"]
    )
    workgroup: Annotated[str, Field(pattern=names.WORKGROUP)] | None = Field(
        default=None,
        description="The Serverless workgroup. By its ARN the role names it alone; by its name, all workgroups of the "
        "account, since an ARN holds an id.",
        examples=["etl"],
    )
    secret_arn: Annotated[str, Field(pattern=names.SECRET)] | None = Field(
        default=None,
        description="The secret with user and password. Without it, and without db_user, the role signs in by IAM.",
        examples=["arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift-AbCdEf"],
    )
    db_user: Annotated[str, Field(pattern=names.DATABASE)] | None = Field(
        default=None, description="The database user whose temporary password is asked for.", examples=["etl"]
    )


class S3Object(Model):
    """An object with JSON in it."""

    bucket: Annotated[str, Field(pattern=names.BUCKET)] | None = Field(
        default=None,
        description="The bucket; the stack's own unless set, which the parameter ResultsBucket may replace.",
        examples=["our-results"],
    )
    prefix: Annotated[str, Field(pattern=names.PREFIX, max_length=200)] = Field(
        default="executions/",
        description="How the key begins; the role may write under it alone.",
        examples=["executions/"],
    )
    key: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None,
        description="The key behind the prefix; the execution's name and .json unless set.",
        examples=["{% $job.job_id & '.json' %}"],
    )
    body: Given | None = Field(
        default=None,
        description="What is written, as JSON; the input and all that was saved unless set.",
        examples=[{"orders": "{% $orders %}"}],
    )


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _subject(text: str) -> str:
    # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; what an expression yields is shortened
    if not is_expression(text) and (len(text) > SUBJECT_LENGTH or _CONTROL.search(text)):
        raise PydanticCustomError(
            "subject", "a subject is one line of at most {length} characters", {"length": SUBJECT_LENGTH}
        )
    return text


class Notify(Model):
    """A message to the topic."""

    subject: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_subject)] = Field(
        description="Its subject, a line of up to 99 characters.", examples=["orders are there"]
    )
    message: Annotated[str, Field(min_length=1)] = Field(
        description="Its text.", examples=["{% $orders.count & ' orders' %}"]
    )


class ForEach(Model):
    """Steps that run for each item of a list."""

    items: GivenItems = Field(
        description="The list, or an expression for it; one that may find nothing stands in brackets, `{% [ … ] %}`.",
        examples=["{% $datasets %}"],
    )
    as_: Variable = Field(
        default="item", alias="as", description="The variable that holds the item.", examples=["dataset"]
    )
    concurrency: Annotated[int, Field(ge=1, le=40)] | None = Field(
        default=None, description="How many items at once; all, up to forty, unless set.", examples=[5]
    )
    stop_at_failure: bool = Field(
        default=False,
        description="Whether an item's failure stops the others; they run to their end unless set, and then the step "
        "fails.",
        examples=[True],
    )
    steps: list[FlowStep] = Field(
        min_length=1, max_length=MAX_STEPS, description="The steps.", examples=[[{"name": "clean", "lambda": "clean"}]]
    )


class FlowStep(Model):
    """A step: one of glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel, for_each."""

    name: Annotated[str, Field(pattern=names.STEP_NAME)] = Field(
        description="The step's name, which no other step has.", examples=["clean-orders"]
    )
    glue_job: JobName | None = Field(
        default=None, description="The Glue job that it runs to its end.", examples=["load-orders"]
    )
    function: Annotated[str, Field(pattern=names.FUNCTION)] | None = Field(
        default=None,
        alias="lambda",
        description="The Lambda function that it invokes: one of `functions`, or another's name or ARN.",
        examples=["clean-orders"],
    )
    state_machine: Annotated[str, Field(pattern=names.STATE_MACHINE)] | None = Field(
        default=None,
        description="The standard state machine that it starts and waits for: a name, or an ARN.",
        examples=["publish"],
    )
    redshift_sql: RedshiftSql | None = Field(
        default=None,
        description="The statement that Redshift runs.",
        examples=[{"sql": "vacuum orders", "database": "analytics", "workgroup": "etl"}],
    )
    s3_object: S3Object | None = Field(
        default=None, description="The object that it writes, as JSON.", examples=[{"prefix": "executions/"}]
    )
    notify: Notify | None = Field(
        default=None,
        description="The message that it sends to the topic.",
        examples=[{"subject": "orders", "message": "they are there"}],
    )
    wait: Wait | None = Field(
        default=None, description="How long it waits: a duration, or an expression for seconds.", examples=["5m"]
    )
    parallel: (
        Annotated[list[Annotated[list[FlowStep], Field(min_length=1)]], Field(min_length=1, max_length=40)] | None
    ) = Field(
        default=None,
        description="Lists of steps that run side by side. What fails in one stops none of the others.",
        examples=[[[{"name": "a", "glue_job": "a"}], [{"name": "b", "glue_job": "b"}]]],
    )
    for_each: ForEach | None = Field(
        default=None,
        description="Steps that run for each item of a list.",
        examples=[{"items": "{% $datasets %}", "steps": [{"name": "clean", "lambda": "clean"}]}],
    )
    input: GivenMapping | None = Field(
        default=None,
        description="What a function or a state machine is given; the execution's input and all that was saved unless "
        "set.",
        examples=[{"orders": "{% $orders %}"}],
    )
    arguments: dict[ArgumentKey, ScalarText] = Field(
        default={}, description="Arguments of the job run.", examples=[{"--job_id": "{% $job.job_id %}"}]
    )
    worker_type: WorkerType = None
    number_of_workers: NumberOfWorkers = None
    execution_class: ExecutionClass = None
    security_configuration: SecurityConfiguration = None
    job_run_queuing: JobRunQueuing = None
    save_as: Variable | None = Field(
        default=None,
        description="The variable that holds what came of it, for later steps and the outcome.",
        examples=["orders"],
    )
    retry: Annotated[list[Retry], BeforeValidator(_one_or_several), Field(min_length=1, max_length=10)] = Field(
        default=[],
        description="When it is tried again after it failed; a number of times is enough. What passes by itself "
        "(throttling, a job that runs already) is always waited out.",
        examples=[[{"errors": ["TransientError"], "attempts": 3, "interval": "10s"}]],
        json_schema_extra=_one_is_enough,
    )
    timeout: Annotated[Seconds, Field(ge=1, le=31_536_000)] | None = Field(
        default=None, description="How long it may take, each try by itself.", examples=["1h"]
    )
    on_error: OnError | None = Field(
        default=None,
        description="What is done when it has failed; the flow fails unless set.",
        examples=[{"then": "continue"}],
    )

    @property
    def kind(self) -> Kind:
        """What it is a step of."""
        found: Any = next(kind for kind in KINDS if self.given(kind) is not None)
        kind: Kind = found
        return kind

    def given(self, kind: str) -> Any:
        """Return what it has under the key of this kind."""
        return getattr(self, "function" if kind == "lambda" else kind)

    @property
    def scopes(self) -> list[list[FlowStep]]:
        """The lists of steps within it: branches, or those for each item."""
        return self.parallel or ([self.for_each.steps] if self.for_each else [])


class FlowPlan(OrchestrationPlan):
    """Steps one after another, side by side, and for each item of a list, in one state machine."""

    pattern: Literal["flow"] = Field(description="The kind of orchestration.", examples=["flow"])
    functions: Annotated[list[Function], Field(max_length=50)] = Field(
        default=[],
        description="Lambda functions of the stack's own, whose Python code lies beside the plan.",
        examples=[[{"name": "clean-orders", "code": "clean_orders.py"}]],
    )
    steps: Annotated[list[FlowStep], Field(min_length=1, max_length=MAX_STEPS)] = Field(
        description=f"1 to {MAX_STEPS} steps, those within others included.",
        examples=[[{"name": "clean", "lambda": "clean-orders", "save_as": "clean"}]],
    )

    @property
    def job_names(self) -> tuple[str, ...]:
        """The Glue jobs that it names, each once."""
        return tuple(dict.fromkeys(step.glue_job for step in walk(self.steps) if step.glue_job))


def walk(steps: Sequence[FlowStep]) -> Iterator[FlowStep]:
    """Every step, those within others and those of on_error behind the one that holds them."""
    for step in steps:
        yield step
        for scope in step.scopes:
            yield from walk(scope)
        if step.on_error:
            yield from walk(step.on_error.steps)
