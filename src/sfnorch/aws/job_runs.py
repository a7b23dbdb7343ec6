"""Read the runs of Glue jobs.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobRuns.html
https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.prices import DPUS

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_glue.type_defs import JobRunTypeDef

_PAGE = 200

SUCCEEDED = "SUCCEEDED"
FAILED_STATUSES = ("FAILED", "TIMEOUT", "ERROR", "EXPIRED")
"""The states of a job run that has failed.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""
STOPPED = "STOPPED"


def list_job_runs(client: GlueClient, job: str, since: datetime, clock: Clock) -> Iterator[JobRunTypeDef]:
    """Yield the runs of the job that started at this time or later, the newest first; none for an unknown job.

    Documented: Glue returns the newest runs first, and keeps runs for 90 days.
    """
    call = add_retries(client.get_job_runs, clock)
    token: str | None = None
    while True:
        try:
            page = call(JobName=job, MaxResults=_PAGE, **({"NextToken": token} if token else {}))
        except ClientError as error:
            if get_error_code(error) == "EntityNotFoundException":
                return  # deleted while the runs were read
            raise
        for run in page["JobRuns"]:
            if (started := run.get("StartedOn")) is None:
                continue
            if started < since:
                return
            yield run
        token = page.get("NextToken")
        if not token:
            return


def measure_seconds(run: JobRunTypeDef) -> float:
    """Return how many seconds passed from the start of the run until it ended, in which Glue also started workers."""
    started, completed = run.get("StartedOn"), run.get("CompletedOn")
    if started is not None and completed is not None:
        return max(0.0, (completed - started).total_seconds())
    return float(run.get("ExecutionTime") or 0)


def measure_dpu_seconds(run: JobRunTypeDef) -> float | None:
    """Return the DPU-seconds of the run; None if Glue does not say what it used.

    Glue reports them for flexible runs and for those with auto scaling. Others have all their workers all the time.
    """
    if (reported := run.get("DPUSeconds")) is not None:
        return reported
    seconds = float(run.get("ExecutionTime") or 0)
    dpus, workers = DPUS.get(run.get("WorkerType", "")), run.get("NumberOfWorkers")
    if dpus is not None and workers:
        return seconds * dpus * workers
    capacity = run.get("MaxCapacity")
    return None if capacity is None else seconds * capacity
