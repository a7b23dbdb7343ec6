"""The plan of the pattern `flow`: steps in sequence, in parallel, and for each item of a list."""

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
"""The largest number of characters of a message's subject."""

Kind: TypeAlias = Literal[
    "glue_job", "lambda", "state_machine", "redshift_sql", "s3_object", "notify", "wait", "parallel", "for_each"
]
Variable: TypeAlias = Annotated[str, Field(pattern=names.VARIABLE)]


def _rate(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


class Retry(Model):
    """When and how often a failed step is retried: a number of retries, or a mapping."""

    errors: Annotated[list[Annotated[str, Field(pattern=names.ERROR_NAME)]], Field(min_length=1, max_length=20)] = (
        Field(
            default=["States.ALL"],
            description="Names of the errors to retry: the class of a function's exception, or the name of an AWS "
            "error (Glue.ConcurrentRunsExceededException).",
            examples=[["TransientError"]],
        )
    )
    attempts: Annotated[int, Field(ge=1, le=50)] = Field(
        default=3, description="Maximum number of retries.", examples=[3]
    )
    interval: Annotated[Seconds, Field(ge=1, le=86_400)] = Field(
        default=1, description="Delay before the first retry.", examples=["10s"]
    )
    backoff_rate: Annotated[float, BeforeValidator(_rate), Field(ge=1, le=10)] = Field(
        default=2.0, description="Factor by which the delay grows after each retry.", examples=[2.0]
    )
    max_delay: Annotated[Seconds, Field(ge=1, le=86_400)] | None = Field(
        default=None, description="Maximum delay between two retries.", examples=["5m"]
    )
    jitter: bool = Field(
        default=True,
        description="Whether each delay is a random time between 0 and its full length.",
        examples=[False],
    )

    @model_validator(mode="before")
    @classmethod
    def _a_number_is_enough(cls, value: object) -> object:
        return {"attempts": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _one_or_several(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _one_is_enough(schema: dict[str, Any]) -> None:
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
        default="failure",
        description="Variable for the failure, `{step, error, message}`. These steps can use it. If the failed step is "
        "at the top level of the flow, later steps and the outcome have it too.",
        examples=["failure"],
    )


class RedshiftSql(Model):
    """A SQL statement that runs through the Redshift Data API. The step waits until the statement has finished."""

    sql: Annotated[str, Field(min_length=1, max_length=100_000)] = Field(
        description="SQL statement. Write :name for a value, and the value in `parameters`.",
        examples=["insert into etl_runs (job_id) values (:job_id)"],
    )
    parameters: dict[Annotated[str, Field(pattern=names.SQL_PARAMETER)], ScalarText] = Field(
        default={},
        description="Values of the SQL parameters, by name.",
        examples=[{"job_id": "{% $job.job_id %}"}],
    )
    database: Annotated[str, Field(pattern=names.DATABASE)] = Field(
        description="Name of the database.", examples=["analytics"]
    )
    cluster: Annotated[str, Field(pattern=names.CLUSTER)] | None = Field(
        default=None,
        description="Identifier of the provisioned cluster. Set either cluster or workgroup.",
        examples=["etl"],
    )
    workgroup: Annotated[str, Field(pattern=names.WORKGROUP)] | None = Field(
        default=None,
        description="Redshift Serverless workgroup: a name or an ARN. With an ARN, the role allows only this "
        "workgroup. With a name, it allows all workgroups of the account, because ARNs contain ids.",
        examples=["etl"],
    )
    secret_arn: Annotated[str, Field(pattern=names.SECRET)] | None = Field(
        default=None,
        description="ARN of the secret with the user name and password. Without secret_arn and db_user, the role "
        "authenticates with IAM.",
        examples=["arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift-AbCdEf"],
    )
    db_user: Annotated[str, Field(pattern=names.DATABASE)] | None = Field(
        default=None,
        description="Database user for which the role gets temporary credentials (provisioned clusters only).",
        examples=["etl"],
    )


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
    body: Given | None = Field(
        default=None,
        description="Content, written as JSON. Default: the input and all saved variables.",
        examples=[{"orders": "{% $orders %}"}],
    )


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _subject(text: str) -> str:
    # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; the result of an expression is cut to this length
    if not is_expression(text) and (len(text) > SUBJECT_LENGTH or _CONTROL.search(text)):
        raise PydanticCustomError(
            "subject", "a subject must be one line of at most {length} characters", {"length": SUBJECT_LENGTH}
        )
    return text


class Notify(Model):
    """A message to the SNS topic."""

    subject: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_subject)] = Field(
        description="Subject: one line of up to 99 characters.", examples=["orders loaded"]
    )
    message: Annotated[str, Field(min_length=1)] = Field(
        description="Text of the message.", examples=["{% $orders.count & ' orders' %}"]
    )


class ForEach(Model):
    """Steps that run for each item of a list."""

    items: GivenItems = Field(
        description="A list, or an expression for a list. Put an expression that can find nothing in brackets: "
        "`{% [ … ] %}`.",
        examples=["{% $datasets %}"],
    )
    as_: Variable = Field(default="item", alias="as", description="Variable for the item.", examples=["dataset"])
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


class FlowStep(Model):
    """A step: one of glue_job, lambda, state_machine, redshift_sql, s3_object, notify, wait, parallel and for_each."""

    name: Annotated[str, Field(pattern=names.STEP_NAME)] = Field(
        description="Name of the step, unique in the plan.", examples=["clean-orders"]
    )
    glue_job: JobName | None = Field(
        default=None,
        description="Name of the Glue job that the step runs. The step waits until the job run has ended.",
        examples=["load-orders"],
    )
    function: Annotated[str, Field(pattern=names.FUNCTION)] | None = Field(
        default=None,
        alias="lambda",
        description="Lambda function that the step invokes: a name from `functions`, or the name or ARN of another "
        "function.",
        examples=["clean-orders"],
    )
    state_machine: Annotated[str, Field(pattern=names.STATE_MACHINE)] | None = Field(
        default=None,
        description="Standard state machine that the step starts and waits for: a name or an ARN.",
        examples=["publish"],
    )
    redshift_sql: RedshiftSql | None = Field(
        default=None,
        description="SQL statement that the step runs in Redshift.",
        examples=[{"sql": "vacuum orders", "database": "analytics", "workgroup": "etl"}],
    )
    s3_object: S3Object | None = Field(
        default=None, description="JSON object that the step writes to S3.", examples=[{"prefix": "executions/"}]
    )
    notify: Notify | None = Field(
        default=None,
        description="Message that the step sends to the SNS topic.",
        examples=[{"subject": "orders", "message": "orders loaded"}],
    )
    wait: Wait | None = Field(
        default=None,
        description="How long the step waits: a duration, or an expression for a number of seconds.",
        examples=["5m"],
    )
    parallel: (
        Annotated[list[Annotated[list[FlowStep], Field(min_length=1)]], Field(min_length=1, max_length=40)] | None
    ) = Field(
        default=None,
        description="Branches, each a list of steps. Branches run in parallel; a failure in one branch does not stop "
        "the others.",
        examples=[[[{"name": "a", "glue_job": "a"}], [{"name": "b", "glue_job": "b"}]]],
    )
    for_each: ForEach | None = Field(
        default=None,
        description="Steps that run for each item of a list.",
        examples=[{"items": "{% $datasets %}", "steps": [{"name": "clean", "lambda": "clean"}]}],
    )
    input: GivenMapping | None = Field(
        default=None,
        description="Input of a function or a state machine. Default: the input of the execution and all saved "
        "variables.",
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
        description="Variable for the result of the step. Later steps and the outcome can use it.",
        examples=["orders"],
    )
    retry: Annotated[list[Retry], BeforeValidator(_one_or_several), Field(min_length=1, max_length=10)] = Field(
        default=[],
        description="Retries after a failure: a number of retries, or a mapping. Transient errors (throttling, a job "
        "that is already running) are always retried.",
        examples=[[{"errors": ["TransientError"], "attempts": 3, "interval": "10s"}]],
        json_schema_extra=_one_is_enough,
    )
    timeout: Annotated[Seconds, Field(ge=1, le=31_536_000)] | None = Field(
        default=None, description="Timeout of each attempt.", examples=["1h"]
    )
    on_error: OnError | None = Field(
        default=None,
        description="What happens when the step has failed. By default, the flow fails.",
        examples=[{"then": "continue"}],
    )

    @property
    def kind(self) -> Kind:
        """The key that names what the step does."""
        found: Any = next(kind for kind in KINDS if self.given(kind) is not None)
        kind: Kind = found
        return kind

    def given(self, kind: str) -> Any:
        """Return the value of the key of this kind; None if the step has no such key."""
        return getattr(self, "function" if kind == "lambda" else kind)

    @property
    def scopes(self) -> list[list[FlowStep]]:
        """The lists of steps inside the step: its branches, or the steps for each item."""
        return self.parallel or ([self.for_each.steps] if self.for_each else [])


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
        return tuple(dict.fromkeys(step.glue_job for step in walk(self.steps) if step.glue_job))


def walk(steps: Sequence[FlowStep]) -> Iterator[FlowStep]:
    """Yield every step: each step, then the steps inside it, then the steps of its on_error."""
    for step in steps:
        yield step
        for scope in step.scopes:
            yield from walk(scope)
        if step.on_error:
            yield from walk(step.on_error.steps)
