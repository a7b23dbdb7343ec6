"""`glue:startJobRun.sync`: run a Glue job and wait until its run has ended.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.workflow import JobArns, Permission

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
    """A task that runs a job; `output` is the JSONata of what comes out of a run that succeeded.

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


def start_arguments(job: Job, name: str) -> dict[str, Value]:
    """The arguments of StartJobRun for the job of this name: what the plan leaves open stays as the job has it."""
    arguments: Mapping[str, Value] = {
        "JobName": name,
        "Arguments": job.arguments or None,
        "WorkerType": job.worker_type,
        "NumberOfWorkers": job.number_of_workers,
        "ExecutionClass": job.execution_class,
        "Timeout": job.timeout_minutes,
        "SecurityConfiguration": job.security_configuration,
    }
    return {key: value for key, value in arguments.items() if value is not None}


def permissions(jobs: Iterable[str], *, allowed: str = "") -> tuple[Permission, ...]:
    """What running the named jobs needs, and those that the list parameter `allowed` names, if any: no others."""
    arns = JobArns(tuple(dict.fromkeys(jobs)), allowed)
    return (Permission(sid="RunJobs", actions=ACTIONS, resources=(arns,)),)
