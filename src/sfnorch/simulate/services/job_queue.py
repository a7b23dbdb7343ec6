"""Glue's queue of job runs: a run that there is no room for waits for its turn.

Documented: the state WAITING, at most 15 minutes of it, no queue for flexible runs. Assumed: runs get their turn in the
order in which they came.
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

from __future__ import annotations

from typing import Any

import simpy

from sfnorch.simulate.record import JobRun
from sfnorch.simulate.services import Request, end_run
from sfnorch.simulate.world import Steps

WAITING = "WAITING"
QUEUE_SECONDS = 900.0
_GIVEN_UP = "simulated: the run had waited 15 minutes in Glue's queue"


def is_queued(arguments: Any) -> bool:
    """Return whether a start with these arguments queues the run where there is no room for it."""
    given = arguments if isinstance(arguments, dict) else {}
    return given.get("JobRunQueuingEnabled") is True and given.get("ExecutionClass") != "FLEX"


def wait_for_turn(request: Request, run: JobRun) -> Steps:
    """Wait until the run has its turn; it has ended, FAILED, where that takes Glue too long."""
    if run.status != WAITING:
        return
    clock, queue = request.world.clock, request.world.job_counts[run.job].queue
    turn = clock.event()
    queue.append(turn)
    try:
        yield turn | clock.timeout(QUEUE_SECONDS)
    except simpy.Interrupt:
        if turn.triggered:  # the room that it was given is free again when it ends
            run.status = "RUNNING"
        else:
            queue.remove(turn)
        run.started = request.world.at
        end_run(request, run, "STOPPED")
        raise
    run.started = request.world.at  # Glue charges nothing for the time in its queue
    if turn.triggered:
        run.status = "RUNNING"
        return
    queue.remove(turn)
    end_run(request, run, "FAILED", _GIVEN_UP)
