"""Glue's jobs: whether those that a plan names are there, and the states of their runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

_PAGE = 1000

RUNNING = ("STARTING", "RUNNING", "WAITING")
"""The states of a job run that can be stopped.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""
GOING_ON = (*RUNNING, "STOPPING")
"""The states of a job run that has not ended."""


def job_names(client: GlueClient) -> list[str]:
    """The names of all Glue jobs of account and region."""
    pages = client.get_paginator("list_jobs").paginate(PaginationConfig={"PageSize": _PAGE})
    return [name for page in pages for name in page["JobNames"]]


def missing_jobs(wanted: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """Each wanted name that isn't there, with the nearest that is, if any is near."""
    known = sorted(set(there))
    return {
        name: next(iter(difflib.get_close_matches(name, known, n=1)), "")
        for name in dict.fromkeys(wanted)
        if name not in set(known)
    }
