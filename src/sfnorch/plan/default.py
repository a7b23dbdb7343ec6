"""The plan that is used without a file, as plain data.

It needs no validation. The library for validation, with the models, takes longer to load than all else that a short
command does. A test compares each value with the default of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from sfnorch.plan.names import build_default_child_name
from sfnorch.plan.places import Places
from sfnorch.plan.provenance import Provenance

if TYPE_CHECKING:
    from sfnorch.plan.models.deadlines import MuteWindow
    from sfnorch.plan.models.parameters import RunParameter
    from sfnorch.plan.models.starts import Start

DEFAULT_CHAINS = (4, 5, 4, 5, 4)
"""The number of placeholder jobs of each of the five default children."""

_NONE: Mapping[str, str] = MappingProxyType({})
_NONE_DECLARED: Mapping[str, RunParameter] = MappingProxyType({})


class DefaultJob(NamedTuple):
    """A placeholder job, without settings."""

    name: str
    arguments: Mapping[str, str] = _NONE
    worker_type: None = None
    number_of_workers: None = None
    execution_class: None = None
    timeout_minutes: None = None
    retries: Literal[0] = 0
    security_configuration: None = None
    job_run_queuing: None = None


class DefaultChild(NamedTuple):
    """A child with placeholder jobs."""

    name: str
    jobs: Sequence[DefaultJob]
    deadline: None = None
    max_duration: None = None


class DefaultAlerts(NamedTuple):
    """A topic that the stack creates, without subscriptions."""

    emails: Sequence[str] = ()
    topic_arn: None = None
    topic_key_arn: None = None


class DefaultPlan(NamedTuple):
    """A master and five children with placeholder jobs."""

    children: Sequence[DefaultChild]
    pattern: Literal["master-child"] = "master-child"
    on_child_failure: Literal["succeed", "fail"] = "succeed"
    job_states: bool = True
    allowed_jobs: Sequence[str] = ("*",)
    notify: Literal["failure", "always", "never"] = "failure"
    schedule: None = None
    deadline: None = None
    max_duration: None = None
    mute: Sequence[MuteWindow] = ()
    dashboard: bool = False
    name: None = None
    environment: str = "dev"
    parameters: Mapping[str, RunParameter] = _NONE_DECLARED
    run_id_argument: None = None
    timezone: None = None
    overlap: None = None
    starts: Sequence[Start] = ()
    backfill: Literal[False] = False
    alerts: DefaultAlerts = DefaultAlerts()
    logging: bool = True
    log_retention_days: int = 30
    tracing: bool = True
    tags: Mapping[str, str] = _NONE

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the placeholder jobs."""
        return tuple(job.name for child in self.children for job in child.jobs)

    @property
    def provenance(self) -> Provenance:
        """The name of the plan in findings; it has no environment."""
        return Provenance()

    @property
    def places(self) -> Places:
        """The name of the plan in findings."""
        return Places()


def build_default_plan() -> DefaultPlan:
    """Return the plan that is used without a file: a master and five children with placeholder jobs."""
    return DefaultPlan(children=[_build_default_child(n, count) for n, count in enumerate(DEFAULT_CHAINS, 1)])


def _build_default_child(number: int, count: int) -> DefaultChild:
    jobs = [DefaultJob(f"glue-job-{number}-{letter}") for letter in "abcde"[:count]]
    return DefaultChild(build_default_child_name(number), jobs)
