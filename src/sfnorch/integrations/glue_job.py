"""`glue:startJobRun.sync`: run a Glue job and wait until its run has ended.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.integrations.work import Work
from sfnorch.workflow import GlueArns, Permission

if TYPE_CHECKING:
    from sfnorch.plan.models import Job

RESOURCE = "glue:startJobRun.sync"

ACTIONS = ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")

START_ERRORS = Retrier(
    errors=(
        "Glue.ConcurrentRunsExceededException",
        "Glue.ResourceNumberLimitExceededException",
        "Glue.InternalServiceException",
        "Glue.OperationTimeoutException",
        "Glue.AWSGlueException",  # how Glue's throttling shows
        "Glue.ThrottlingException",
    ),
    interval_seconds=10,
    max_attempts=7,
    jitter=True,
)
"""Refusals that pass by themselves: tried again after 10 s, 20 s … 640 s at most, ten minutes in all on average."""

PATIENCE_SECONDS = (
    sum(START_ERRORS.interval_seconds * START_ERRORS.backoff_rate**tries for tries in range(START_ERRORS.max_attempts))
    / 2
)
"""For how long a refused start is retried on average: full jitter draws each wait between nothing and its length."""

QUEUE_MINUTES = 15
"""How long a run waits in Glue's queue at most, or for ten attempts, before it fails.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

NO_USE = Retrier(errors=("Glue.EntityNotFoundException", "Glue.InvalidInputException"), max_attempts=0)
"""Refusals that would come again: no run has failed, so the plan's `retries` don't count for them."""

SUCCEEDED_CHECK = (
    '$states.result.(JobRunState = "SUCCEEDED" ? <<wanted>> : $error("Job run " & Id & " ended " & JobRunState))'
)
# Whether .sync takes a run that was STOPPED for a success is not told by AWS, so the task's Output looks.


def run_job(
    name: str,
    *,
    arguments: Value,
    retries: int,
    catch: tuple[Catcher, ...],
    output: str,
    assign: Mapping[str, Value] | None = None,
    next_state: str | None = None,
) -> Task:
    """Return a task that runs a job; `output` is the JSONata of what comes out of a run that succeeded.

    `retries` is how many times the job runs again after its run failed.
    """
    again = (
        NO_USE,
        Retrier(errors=("States.TaskFailed",), interval_seconds=30, max_attempts=retries, jitter=True),
    )
    return Task(
        name=name,
        resource=RESOURCE,
        arguments=arguments,
        retry=(START_ERRORS, *(again if retries else ())),
        catch=catch,
        assign=assign or {},
        output=jsonata(SUCCEEDED_CHECK.replace("<<wanted>>", output)),
        next=next_state,
    )


class Settings(Protocol):
    """What a plan says of a run: what it leaves open stays as the job has it."""

    @property
    def worker_type(self) -> str | None:
        """Kind of worker."""

    @property
    def number_of_workers(self) -> int | None:
        """How many workers."""

    @property
    def execution_class(self) -> str | None:
        """STANDARD or FLEX."""

    @property
    def security_configuration(self) -> str | None:
        """Name of the run's security configuration."""

    @property
    def job_run_queuing(self) -> bool | None:
        """Whether Glue queues the run when there is no room for it."""


def start_arguments(job: Job, name: str) -> dict[str, Value]:
    """Return the arguments of StartJobRun for the job of this name."""
    return _arguments(name, job, job.arguments, job.timeout_minutes)


def work(name: str, settings: Settings, arguments: Mapping[str, Value]) -> Work:
    """Return the run of a job, to its end; its result is `{job, runId, seconds}`."""
    return Work(
        resource=RESOURCE,
        arguments=_arguments(name, settings, arguments, None),
        result=jsonata('$states.result.{"job": JobName, "runId": Id, "seconds": ExecutionTime}'),
        checked=jsonata(SUCCEEDED_CHECK.replace("<<wanted>>", "{}")),
        passing=(START_ERRORS,),
        no_use=(NO_USE,),
    )


def _arguments(
    name: str, settings: Settings, arguments: Mapping[str, Value], timeout_minutes: int | None
) -> dict[str, Value]:
    """Return the arguments that are set.

    JobRunQueuingEnabled is StartJobRun's (documented; the run's value takes the place of the job's). Step Functions'
    page lists StartJobRun as supported without its fields: that `.sync` passes this one on is assumed.
    """
    found: Mapping[str, Value] = {
        "JobName": name,
        "Arguments": arguments or None,
        "WorkerType": settings.worker_type,
        "NumberOfWorkers": settings.number_of_workers,
        "ExecutionClass": settings.execution_class,
        "Timeout": timeout_minutes,
        "SecurityConfiguration": settings.security_configuration,
        "JobRunQueuingEnabled": settings.job_run_queuing,
    }
    return {key: value for key, value in found.items() if value is not None}


def permissions(jobs: Iterable[str], *, allowed: str = "") -> tuple[Permission, ...]:
    """Return what running the named jobs needs, and those that the list parameter `allowed` names, if any: no others."""
    arns = GlueArns("job", tuple(dict.fromkeys(jobs)), allowed)
    return (Permission(sid="RunJobs", actions=ACTIONS, resources=(arns,)),)
