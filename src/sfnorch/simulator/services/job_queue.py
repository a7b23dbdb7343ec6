"""Glue's queue of job runs: if the job has reached its maximum concurrency, a new run waits in the queue.

Documented: the state WAITING, for at most 15 minutes; no queue for flexible runs. Assumed: Glue starts queued runs in
the order in which they arrived.
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

from __future__ import annotations

import simpy

from sfnorch.json_values import Json, read_mapping
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import JobRunRecord
from sfnorch.simulator.services.activities import end_run
from sfnorch.simulator.services.request import ServiceRequest

WAITING = "WAITING"
QUEUE_SECONDS = 900.0
_GIVEN_UP = "simulated: the run waited 15 minutes in Glue's queue"


def is_queued(arguments: Json) -> bool:
    """Return whether Glue queues a run with these arguments if the job has reached its maximum concurrency."""
    given = read_mapping(arguments)
    return given.get("JobRunQueuingEnabled") is True and given.get("ExecutionClass") != "FLEX"


def wait_for_turn(request: ServiceRequest, run: JobRunRecord) -> Steps[None]:
    """Wait until the run starts. If that takes more than 15 minutes, the run ends FAILED."""
    if run.status != WAITING:
        return
    clock, queue = request.world.clock, request.world.job_counts[run.job].queue
    turn = clock.event()
    queue.append(turn)
    try:
        yield turn | clock.timeout(QUEUE_SECONDS)
    except simpy.Interrupt:
        if turn.triggered:  # the run was about to start; end_run starts the next one
            run.status = "RUNNING"
        else:
            queue.remove(turn)
        run.started = request.world.at
        end_run(request, run, "STOPPED")
        raise
    run.started = request.world.at  # Glue does not charge for the time in its queue
    if turn.triggered:
        run.status = "RUNNING"
        return
    queue.remove(turn)
    end_run(request, run, "FAILED", _GIVEN_UP)
