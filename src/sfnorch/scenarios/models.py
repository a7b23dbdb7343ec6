"""The models of a scenario file: its target, its scenarios, what happens, and what is expected."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sfnorch.durations import parse_duration, parse_scheduled_time
from sfnorch.json_values import Json, write_as_text, write_compact
from sfnorch.plan.models.base import Model
from sfnorch.scenarios.matchers import check_expected


def _parse_seconds(value: object) -> object:
    found = parse_duration(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("duration", "expected a duration such as 90s, 15m or 1h30m")
    return found


def _parse_time(value: object) -> object:
    found = parse_scheduled_time(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("time", "expected a time such as 2026-03-29T03:00 or 2026-03-29T01:00Z")
    return found


def _write_text(value: object) -> object:
    return write_as_text(value) if isinstance(value, (str, bool, int, float)) else value


def _check_condition(code: str) -> str:
    from sfnorch.evaluation.conditions import find_syntax_error  # loads the engine, which few files need

    if fault := find_syntax_error(code):
        raise PydanticCustomError("condition", "{code} is not JSONata: {fault}", {"code": repr(code), "fault": fault})
    return code


Value = Annotated[Any, Field()]
"""Any JSON value."""
Matched = Annotated[Any, AfterValidator(check_expected)]
"""A value, or a matcher."""
Duration = Annotated[float, BeforeValidator(_parse_seconds), WithJsonSchema({"type": "string"})]
ScheduledTime = Annotated[datetime, BeforeValidator(_parse_time), WithJsonSchema({"type": "string"})]
Text = Annotated[str, BeforeValidator(_write_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Condition = Annotated[str, AfterValidator(_check_condition)]
Times = Annotated[int, Field(ge=1, le=1_000_000), WithJsonSchema({"type": ["integer", "string"], "minimum": 1})]


class Target(Model):
    """What the scenarios run: the plan beside the file by default, or another plan, template or definition."""

    plan: str | None = Field(default=None, description="Path of the plan, relative to the file.")
    environment: str = Field(default="", description="Environment of the plan.")
    template: str | None = Field(default=None, description="Path of a template or a definition, relative to the file.")
    machine: str = Field(default="", description="State machine to start. Default: the one that starts the others.")
    type: Literal["standard", "express"] | None = Field(default=None, description="Type of the state machine.")
    parameters: dict[str, Text] = Field(default_factory=dict, description="Values of stack parameters.")
    substitutions: dict[str, Text] = Field(default_factory=dict, description="Values of `${NAME}` in a definition.")
    stack_name: str | None = Field(default=None, description="Name of the stack.")
    region: str | None = Field(default=None, description="Region of the stack.")

    @model_validator(mode="after")
    def _choose_one(self) -> Target:
        if self.plan is not None and self.template is not None:
            raise PydanticCustomError("target", "write plan or template, not both")
        if self.environment and self.template is not None:
            raise PydanticCustomError("target", "a template has no environments; remove environment")
        return self


class Failure(Model):
    """Failures of a job: how many of its runs fail, and with which message."""

    times: Times | None = Field(default=None, description="The first runs that fail. Default: all.")
    message: str = Field(default="simulated failure", description="Error message of the job run.")

    @model_validator(mode="before")
    @classmethod
    def _accept_short_forms(cls, value: Any) -> Any:
        if value == "always":
            return {}
        return {"times": value} if isinstance(value, int) and not isinstance(value, bool) else value


class GivenObject(Model):
    """The content of an object in S3, by exactly one of the keys."""

    file: str | None = Field(default=None, description="Path of a file with the content, relative to the scenarios.")
    text: str | None = Field(default=None, description="Content as text.")
    json_value: Any = Field(default=None, alias="json", description="Content as a value, written as JSON.")

    @model_validator(mode="after")
    def _require_one_key(self) -> GivenObject:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("object", "write exactly one of the keys file, text and json")
        return self

    def read(self, folder: Path) -> bytes | Path:
        """Return the content, or the file with it; the path of a file is relative to the folder."""
        if self.file is not None:
            return folder / self.file
        return (write_compact(self.json_value) if self.text is None else self.text).encode()


class Given(Model):
    """What happens in the run: failures, durations, throttling, results of tasks, objects."""

    failures: dict[str, Failure] = Field(
        default_factory=dict, description="Jobs whose runs fail, by name or pattern: `always`, or how many runs."
    )
    durations: dict[str, Duration] = Field(default_factory=dict, description="Durations of job runs. Default: 5m.")
    throttles: dict[str, Times] = Field(default_factory=dict, description="Starts of jobs that Glue throttles.")
    concurrent_runs: dict[str, Times] = Field(
        default_factory=dict, description="Maximum number of concurrent runs of jobs. Default: 1."
    )
    unknown_jobs: list[str] = Field(default_factory=list, description="Jobs that do not exist in Glue.")
    mocks: dict[str, Value] = Field(
        default_factory=dict, description="Results of Task, Map and Parallel states, by name or path."
    )
    mock_file: str | None = Field(default=None, description="Path of a file of mocks, relative to the file.")
    test_case: str = Field(default="", description="Test case in the file of mocks.")
    objects: dict[str, GivenObject] = Field(default_factory=dict, description="Objects in S3, by `s3://BUCKET/KEY`.")
    seed: int = Field(default=0, description="Seed of the random numbers for jitter and names.")
    until: Duration | None = Field(default=None, description="Virtual time after which the simulation ends.")
    second_run: Duration | None = Field(default=None, description="Time after which a second run starts.")
    stop_after: Duration | None = Field(default=None, description="Time after which the run is stopped.")

    def merge(self, other: Given) -> Given:
        """Return both together; the values of the other one take precedence, key by key."""
        merged: dict[str, Any] = {}
        for name in self.model_fields_set:
            mine, theirs = getattr(self, name), getattr(other, name)
            if name not in other.model_fields_set:
                merged[name] = mine
            elif isinstance(theirs, dict) and isinstance(mine, dict):
                merged[name] = {**mine, **theirs}
        return other.model_copy(update=merged)


class ExpectedExecution(Model):
    """What is expected of the executions of a state machine; a text is their status."""

    status: Matched = Field(default=None, description="Status of the last of them.")
    error: Matched = Field(default=None, description="Error of the last of them.")
    cause: Matched = Field(default=None, description="Cause of the last of them: text, or a matcher.")
    input: Matched = Field(default=None, description="Input of the last of them.")
    output: Matched = Field(default=None, description="Output of the last of them.")
    failed_at: Matched = Field(default=None, description="First state that failed, after its retries.")
    states: Matched = Field(default=None, description="Names of the states that were entered, in order.")
    count: Matched = Field(default=None, description="Number of executions.")

    @model_validator(mode="before")
    @classmethod
    def _accept_status(cls, value: Any) -> Any:
        return {"status": value} if isinstance(value, str) else value


class ExpectedJobRun(Model):
    """What is expected of the runs of a job; a number is how many there are."""

    count: Matched = Field(default=None, description="Number of runs.")
    status: Matched = Field(default=None, description="Status of the last run.")
    arguments: Matched = Field(default=None, description="Arguments of the last run.")
    message: Matched = Field(default=None, description="Error message of the last run.")

    @model_validator(mode="before")
    @classmethod
    def _accept_count(cls, value: Any) -> Any:
        return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value


class ExpectedJobs(Model):
    """What is expected of the job runs."""

    ran: list[str] = Field(default_factory=list, description="Jobs that ran: these and no others, in any order.")
    includes: list[str] = Field(default_factory=list, description="Jobs that ran; others can have run too.")
    order: list[str] = Field(default_factory=list, description="Runs that started in this order.")
    not_run: list[str] = Field(default_factory=list, description="Jobs that did not run.")
    runs: dict[str, ExpectedJobRun] = Field(default_factory=dict, description="Number, status and arguments by job.")


class ExpectedNotification(Model):
    """A notification that a state machine publishes; a text is its subject."""

    subject: Matched = Field(default=None, description="Subject.")
    message: Matched = Field(default=None, description="Body: text, or a matcher.")
    topic: Matched = Field(default=None, description="ARN of the topic.")
    sender: Matched = Field(default=None, description="State machine that publishes it.")
    attributes: Matched = Field(default=None, description="Message attributes.")

    @model_validator(mode="before")
    @classmethod
    def _accept_subject(cls, value: Any) -> Any:
        return {"subject": value} if isinstance(value, str) else value


class Expect(Model):
    """What is expected of the run."""

    status: Matched = Field(default=None, description="Status of the first execution.")
    error: Matched = Field(default=None, description="Error of the first execution.")
    cause: Matched = Field(default=None, description="Cause of the first execution.")
    output: Matched = Field(default=None, description="Output of the first execution.")
    retries: Matched = Field(default=None, description="Number of retries in all executions.")
    executions: dict[str, ExpectedExecution] = Field(
        default_factory=dict,
        description="Executions by the name of their state machine, without that of the stack; a text is the status.",
    )
    started: list[str] = Field(
        default_factory=list, description="State machines that have executions: these and no others, in any order."
    )
    jobs: ExpectedJobs | None = Field(default=None, description="Job runs.")
    notifications: list[ExpectedNotification] = Field(
        default_factory=list,
        description="Notifications of state machines, each a different one; an empty list for none.",
    )
    alarms: dict[str, str] = Field(
        default_factory=dict,
        description="Last states of alarms, by name without that of the stack; empty: none is in ALARM.",
    )
    objects: dict[str, Matched] = Field(default_factory=dict, description="Objects that were written, by URI.")
    ends_within: Duration | None = Field(default=None, description="Maximum duration of the run.")
    transitions_at_most: int | None = Field(default=None, ge=0, description="Maximum number of state transitions.")
    cost_at_most: float | int | None = Field(
        default=None, ge=0, description="Maximum price of the state transitions in US dollars."
    )
    history_at_most: int | None = Field(
        default=None, ge=0, description="Maximum number of events in the history of an execution."
    )
    assertions: list[Condition] = Field(
        default_factory=list,
        description="JSONata conditions over the document of `sfnorch simulate --output json`; each must be true.",
    )


@cache
def _give_nothing() -> Given:
    return Given.model_construct()  # without its validator, which takes long to build


@cache
def _expect_success() -> Expect:
    return Expect.model_construct(status="SUCCEEDED")


class Scenario(Model):
    """A run of the target, and what is expected of it."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="Name, unique in the file.")
    machine: str = Field(default="", description="Another state machine to start.")
    input: Value = Field(default=None, description="Input of the execution, any JSON value. Default: {}.")
    event: dict[str, Value] | None = Field(default=None, description="Event that starts the execution by a rule.")
    params: dict[str, Value] = Field(default_factory=dict, description="Values of the run's parameters.")
    at: ScheduledTime | None = Field(default=None, description="Scheduled time of the run.")
    parameters: dict[str, Text] = Field(default_factory=dict, description="Values of stack parameters.")
    given: Given = Field(default_factory=_give_nothing, description="What happens in the run.")
    expect: Expect = Field(
        default_factory=_expect_success,
        description="What is expected. Default: the status SUCCEEDED.",
    )

    @model_validator(mode="after")
    def _refuse_two_inputs(self) -> Scenario:
        if self.event is not None and "input" in self.model_fields_set:
            raise PydanticCustomError("scenario", "write input or event, not both")
        return self

    @property
    def execution_input(self) -> Json:
        """Return the input of the execution."""
        found: Json = self.input if "input" in self.model_fields_set else {}
        return found


class ScenarioDocument(Model):
    """The content of a scenario file."""

    target: Target = Field(default_factory=Target.model_construct, description="What the scenarios run.")
    given: Given = Field(default_factory=_give_nothing, description="What happens in all runs.")
    unreachable: dict[str, str] = Field(
        default_factory=dict,
        description="Parts of state machines that no run can reach, as `MACHINE.STATE.PART`, each with the reason; the "
        "coverage does not count them.",
    )
    scenarios: Annotated[list[Scenario], Field(min_length=1, max_length=10_000)] = Field(description="The scenarios.")
