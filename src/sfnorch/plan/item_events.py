"""The largest number of history events of a child execution that runs a batch of items of a fan-out.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.plan.models.job import Job

MAX_EVENTS = 25_000
"""The number of events that the history of an execution can have.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (documented)
"""

_OF_BATCH = 12
"""Start and end of the execution, the Map state over the items, a choice, and the last state."""
_OF_ITEM = 16
"""The iteration of an item, the Parallel state in it, and the states that are no jobs."""
_OF_JOB = 2
_OF_ATTEMPT = 4
"""A task is scheduled, started, submitted, and succeeds or fails."""
_REJECTED_STARTS = 7
"""How often a start that Glue rejects is retried."""


def count_batch_events(jobs: Sequence[Job], batch: int) -> int:
    """Return the largest number of events of a batch with this number of items, if every retry is needed."""
    of_jobs = sum(_OF_JOB + _OF_ATTEMPT * (1 + job.retries + _REJECTED_STARTS) for job in jobs)
    return _OF_BATCH + batch * (_OF_ITEM + of_jobs)


def find_largest_batch(jobs: Sequence[Job]) -> int:
    """Return the largest number of items of a batch whose events fit into a history."""
    return (MAX_EVENTS - _OF_BATCH) // (count_batch_events(jobs, 1) - _OF_BATCH)
