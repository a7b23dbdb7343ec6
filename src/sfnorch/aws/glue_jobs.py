"""Read Glue jobs: which of a plan's jobs exist, how many concurrent runs they allow; the states of job runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

_PAGE = 1000
_BATCH = 25

RUNNING = ("STARTING", "RUNNING", "WAITING")
"""The states of a job run that can be stopped.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""
ACTIVE_STATUSES = (*RUNNING, "STOPPING")
"""The states of a job run that has not ended."""


def list_job_names(client: GlueClient) -> list[str]:
    """Return the names of all Glue jobs in the account and region."""
    pages = client.get_paginator("list_jobs").paginate(PaginationConfig={"PageSize": _PAGE})
    return [name for page in pages for name in page["JobNames"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """How many concurrent runs of a job Glue allows, and whether it queues further runs.

    `queuing` is the job's setting, which a run may override. `queues` is whether Glue applies it: Glue does not queue
    runs of the flexible execution class, nor of a job with retries. https://github.com/aws/aws-cdk/pull/31830
    """

    max_concurrent_runs: int
    queuing: bool = False
    queues: bool = True


def read_concurrency(client: GlueClient, names: Iterable[str]) -> dict[str, Concurrency]:
    """Return the concurrency settings of each of these jobs that exists.

    https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetJobs.html
    """
    wanted = list(dict.fromkeys(names))
    found: dict[str, Concurrency] = {}
    for first in range(0, len(wanted), _BATCH):
        for job in client.batch_get_jobs(JobNames=wanted[first : first + _BATCH]).get("Jobs", ()):
            found[job["Name"]] = Concurrency(
                max_concurrent_runs=job.get("ExecutionProperty", {}).get("MaxConcurrentRuns") or 1,
                queuing=job.get("JobRunQueuingEnabled", False),
                queues=not job.get("MaxRetries") and job.get("ExecutionClass") != "FLEX",
            )
    return found


def find_missing_jobs(wanted: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """Return each name that does not exist, with the most similar existing name or an empty text."""
    known = sorted(set(there))
    return {
        name: next(iter(difflib.get_close_matches(name, known, n=1)), "")
        for name in dict.fromkeys(wanted)
        if name not in set(known)
    }
