"""The keys that the plans of several patterns have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from sfnorch.expressions import find_names, parse_code
from sfnorch.plan import names
from sfnorch.plan.composition.composition import DEFAULTS, ENVIRONMENTS, INCLUDE
from sfnorch.plan.fields import ArgumentKey, TagKey, TagValue, check_resource_name
from sfnorch.plan.models.alerts import Alerts
from sfnorch.plan.models.base import Model
from sfnorch.plan.models.deadlines import DeadlineTime, MaxDuration, MuteWindow
from sfnorch.plan.models.overlap import Overlap
from sfnorch.plan.models.parameters import ParameterName, RunParameter
from sfnorch.plan.models.schedule import Schedule, TimeZoneName
from sfnorch.plan.models.starts import Start
from sfnorch.plan.places import Places
from sfnorch.plan.provenance import Provenance
from sfnorch.plan.tags import MAX_TAGS

RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]


class Plan(Model):
    """The keys that the plans of all patterns have."""

    name: Annotated[str, Field(pattern=names.PLAN_NAME)] | None = Field(
        default=None,
        description="Name of the orchestration. Notifications show it (without it, the name of the stack), and the "
        "default name of the stack derives from it.",
        examples=["nightly-etl"],
    )
    environment: Annotated[str, Field(pattern=names.ENVIRONMENT)] = Field(
        default="dev",
        description="Environment, for example dev or prod. Notifications begin with it. Default of the stack parameter "
        "Environment.",
        examples=["prod"],
    )
    parameters: Annotated[dict[ParameterName, RunParameter], Field(max_length=50)] = Field(
        default={},
        description="Parameters of a run, by name. Expressions use them as `$params.NAME`.",
        examples=[{"run_date": {"type": "date", "default": "yesterday"}}],
    )
    run_id_argument: ArgumentKey | None = Field(
        default=None,
        description="Argument with the ID of the run, `$run.id`, that every job run gets.",
        examples=["--run_id"],
    )
    timezone: TimeZoneName | None = Field(
        default=None,
        description="Time zone of the dates of runs. Default: the time zone of the schedule, or UTC.",
        examples=["Europe/Berlin"],
    )
    overlap: Overlap | None = Field(
        default=None,
        description="What happens when a run starts while another run is still running. Default: both run. The pattern "
        "continuous does not support it.",
        examples=["skip"],
    )
    alerts: Alerts = Field(
        default_factory=Alerts.model_construct,
        description="Who is notified of a failure.",
        examples=[{"emails": ["oncall@example.com"]}],
        json_schema_extra={"default": {}},
    )
    max_duration: MaxDuration | None = Field(
        default=None,
        description="Duration in which a run must succeed, such as 3h. An alarm notifies if it has not. The pattern "
        "continuous does not support it.",
        examples=["3h"],
    )
    mute: Annotated[list[MuteWindow], Field(max_length=20)] = Field(
        default=[],
        description="Times in which the alarms of `deadline` and `max_duration` do not notify.",
        examples=[[{"start": "cron(0 0 * * SUN)", "duration": "12h"}]],
    )
    dashboard: bool = Field(
        default=False,
        description="Whether the stack has a CloudWatch dashboard of its executions, durations and alarms.",
        examples=[True],
    )
    logging: bool = Field(
        default=True,
        description="Whether the state machines write their errors to CloudWatch Logs.",
        examples=[False],
    )
    log_retention_days: RetentionDays = Field(
        default=30, description="Retention of the log groups, in days.", examples=[90]
    )
    tracing: bool = Field(default=True, description="Whether X-Ray traces the state machines.", examples=[False])
    tags: Annotated[
        dict[TagKey, TagValue],
        Field(max_length=MAX_TAGS),
    ] = Field(default={}, description="Tags for all resources that support tags.", examples=[{"team": "data"}])

    composed_keys: ClassVar[Mapping[str, tuple[str, ...]]] = {"": (INCLUDE, DEFAULTS, ENVIRONMENTS)}
    """The keys that the plan, and the items of a list by its key, can have, and that the effective plan does not have.
    """

    _provenance: Provenance = PrivateAttr(default_factory=Provenance)

    @property
    def provenance(self) -> Provenance:
        """Where the plan was read from, and the environment that it is for."""
        return self._provenance

    @property
    def places(self) -> Places:
        """The file that the plan was read from, and the places of its keys."""
        return self._provenance.places

    @cached_property
    def expression_variables(self) -> frozenset[str]:
        """The variables that expressions of the plan use."""
        names = (find_names(code) for code in self._list_codes())
        return frozenset(variable for found in names for variable in found.variables)

    def _list_codes(self) -> Iterator[str]:
        todo: list[object] = [self.model_dump(exclude_defaults=True)]
        while todo:
            match todo.pop():
                case str() as text if (code := parse_code(text)) is not None:
                    yield code
                case dict() as mapping:
                    todo.extend(mapping.values())
                case list() as items:
                    todo.extend(items)

    def read_from(self, provenance: Provenance) -> None:
        """Store where the plan was read from, and the environment that it is for."""
        self._provenance = provenance


class JobListPlan(Plan):
    """The keys of plans that take other lists of jobs, at deployment or in the input of an execution."""

    allowed_jobs: Annotated[list[Annotated[str, AfterValidator(check_resource_name)]], Field(max_length=50)] = Field(
        default=["*"],
        description="Glue jobs, or prefixes that end in *, that a job list from a stack parameter or from the input "
        "can name in addition to the jobs in the plan. Default of the stack parameter AllowedGlueJobs. [] allows no "
        "others.",
        examples=[["etl-*"]],
    )


class OrchestrationPlan(Plan):
    """The keys of plans whose main state machine can run on a schedule, and sends notifications."""

    notify: Literal["failure", "always", "never"] = Field(
        default="failure",
        description="When the main state machine sends a notification: after a failure, always, or never.",
        examples=["always"],
    )
    schedule: Schedule | None = Field(
        default=None, description="Schedule that starts the main state machine.", examples=["cron(0 3 * * ? *)"]
    )
    deadline: DeadlineTime | None = Field(
        default=None,
        description="Time of day, in the time zone of the schedule, until which the run of the schedule must have "
        "succeeded. An alarm notifies if it has not. The minutes are a multiple of 5. The pattern continuous does not "
        "support it.",
        examples=["06:00"],
    )
    starts: Annotated[list[Start], Field(max_length=20)] = Field(
        default=[],
        description="Further starts of the main state machine: schedules with their own parameters, objects in S3, and "
        "events.",
        examples=[[{"name": "orders", "s3": {"bucket": "our-landing-zone"}, "params_from": {"source_key": "key"}}]],
    )
    backfill: bool = Field(
        default=False,
        description="Whether the stack has a state machine for backfills: a run for each date, see `sfnorch backfill`. "
        "The pattern continuous does not support it.",
        examples=[True],
    )
