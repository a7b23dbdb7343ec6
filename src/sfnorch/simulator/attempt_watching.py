"""Show each attempt of a state to the one who watches a simulation."""

from __future__ import annotations

from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.visit import StateOutcome, Visit
from sfnorch.simulator.watched_attempts import WatchedAttempt


def show_attempt(
    visit: Visit, end: StateOutcome | StatesError | float, thrown: StatesError | None = None, used: int = 0
) -> None:
    """Show the end of an attempt: its outcome, the error that ends the state, or the delay until the next attempt.

    `thrown` is the error of the attempt, and `used` says how often its retrier was used before.
    """
    runner = visit.runner
    if runner.world.watch is None:
        return
    outcome = end if isinstance(end, StateOutcome) else StateOutcome(None)
    runner.world.watch(
        WatchedAttempt(
            machine=runner.machine,
            execution=runner.execution.title,
            state=visit.state,
            input=visit.input,
            variables=dict(visit.place.variables),
            context=runner.build_context(visit),
            entered=visit.attempt_began,
            ended=runner.world.at,
            results=visit.produced,
            thrown=thrown,
            is_evaluation=thrown is not None and thrown is visit.refusal,
            used=used,
            delay=end if isinstance(end, float) else None,
            failure=end if isinstance(end, StatesError) else None,
            output=outcome.output,
            assigned=outcome.assigned,
            next=outcome.next,
        )
    )
