"""`glue:startJobRun.sync`: run a Glue job and wait until its run has ended.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from sfnorch.asl import Catcher, Expression, Retrier, Task, Value, jsonata
from sfnorch.calls.glue_job_run import RUN_JOB
from sfnorch.integrations.work import TaskCall
from sfnorch.workflow import GlueArns, Permission

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyJob

START_ERRORS = Retrier(errors=RUN_JOB.transient, interval_seconds=10, max_attempts=7, jitter=True)
"""Transient errors: retried after at most 10 s, 20 s … 640 s, which is ten minutes in total on average."""

PATIENCE_SECONDS = (
    sum(START_ERRORS.interval_seconds * START_ERRORS.backoff_rate**tries for tries in range(START_ERRORS.max_attempts))
    / 2
)
"""The average time for which a rejected start is retried: full jitter makes each delay random, from 0 to its length."""

QUEUE_MINUTES = 15
"""The longest time that a run waits in Glue's queue before it fails; it also fails after ten attempts.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html (documented)
"""

NO_RETRY = Retrier(errors=RUN_JOB.permanent, max_attempts=0)
"""Errors that a retry does not resolve. No run has started, so the `retries` in the plan do not apply."""

_CHECKED = '$states.result.(JobRunState = "SUCCEEDED" ? <{output}> : $error("Job run " & Id & " ended " & JobRunState))'
# AWS does not document whether .sync treats a STOPPED run as a success, so the Output of the task checks the state.


def run_job(
    name: str,
    *,
    arguments: Value,
    retries: int,
    catch: tuple[Catcher, ...],
    output: Expression,
    assign: Mapping[str, Value] | None = None,
    next_state: str | None = None,
) -> Task:
    """Return a task that runs a job; `output` yields the output after a successful run.

    `retries` is the number of retries after a failed run.
    """
    again = (
        NO_RETRY,
        Retrier(errors=("States.TaskFailed",), interval_seconds=30, max_attempts=retries, jitter=True),
    )
    return Task(
        name=name,
        resource=RUN_JOB.resource,
        arguments=arguments,
        retry=(START_ERRORS, *(again if retries else ())),
        catch=catch,
        assign=assign or {},
        output=jsonata(_CHECKED, output=output),
        next=next_state,
    )


class JobSettings(Protocol):
    """The settings of a job run in a plan; None means the setting of the job."""

    @property
    def worker_type(self) -> str | None:
        """The worker type."""

    @property
    def number_of_workers(self) -> int | None:
        """The number of workers."""

    @property
    def execution_class(self) -> str | None:
        """STANDARD or FLEX."""

    @property
    def security_configuration(self) -> str | None:
        """The name of the security configuration."""

    @property
    def job_run_queuing(self) -> bool | None:
        """Whether Glue queues the run when a limit of concurrent runs is reached."""


def start_arguments(job: AnyJob, name: str, arguments: Mapping[str, Value] | Expression) -> dict[str, Value]:
    """Return the arguments of StartJobRun for the job of this name, with the `arguments` of the job run."""
    return _build_arguments(name, job, arguments, job.timeout_minutes)


def build_call(name: str, settings: JobSettings, arguments: Mapping[str, Value] | Expression) -> TaskCall:
    """Return the call that runs a job and waits for it. Its result is `{job, runId, seconds}`."""
    return TaskCall(
        resource=RUN_JOB.resource,
        arguments=_build_arguments(name, settings, arguments, None),
        result=jsonata('$states.result.{"job": JobName, "runId": Id, "seconds": ExecutionTime}'),
        checked=jsonata(_CHECKED, output=jsonata("{}")),
        passing=(START_ERRORS,),
        no_use=(NO_RETRY,),
    )


def _build_arguments(
    name: str, settings: JobSettings, arguments: Mapping[str, Value] | Expression, timeout_minutes: int | None
) -> dict[str, Value]:
    """Return the arguments of StartJobRun that are set.

    JobRunQueuingEnabled is a field of StartJobRun that overrides the job's value (documented). The page of Step
    Functions lists StartJobRun without its fields. That `.sync` passes this field on is assumed.
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


def list_permissions(jobs: Iterable[str], *, allowed: str = "") -> tuple[Permission, ...]:
    """Return the permissions to run these jobs, and the jobs in the list parameter `allowed`, but no others."""
    arns = GlueArns("job", tuple(dict.fromkeys(jobs)), allowed)
    return (Permission(sid="RunJobs", actions=RUN_JOB.actions, resources=(arns,)),)
