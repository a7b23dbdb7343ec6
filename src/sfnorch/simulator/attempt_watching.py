"""Show each attempt of a state to the one who watches a simulation, and keep visits for a report."""

from __future__ import annotations

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.visit import StateOutcome, Visit
from sfnorch.simulator.watched_attempts import WatchedAttempt
from sfnorch.state_visits import AttemptError, StateVisit, VisitLog
from sfnorch.template.states import LocatedState


def keep_visit(visit: Visit, log: VisitLog[LocatedState, Json]) -> None:
    """Keep the visit that begins."""
    execution, item = visit.runner.execution.arn, visit.place.item_index
    visit.kept = StateVisit(execution=execution, item=item, entered=visit.entered, input=visit.input)
    log.add(visit.state, visit.kept)


def show_attempt(
    visit: Visit, end: StateOutcome | StatesError | float, thrown: StatesError | None = None, used: int = 0
) -> None:
    """Show the end of an attempt: its outcome, the error that ends the state, or the delay until the next attempt.

    `thrown` is the error of the attempt, and `used` says how often its retrier was used before.
    """
    runner = visit.runner
    if visit.kept is not None:
        _keep_attempt(visit, visit.kept, end, thrown)
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


def _keep_attempt(
    visit: Visit, kept: StateVisit[Json], end: StateOutcome | StatesError | float, thrown: StatesError | None
) -> None:
    at = visit.runner.world.at
    if thrown is not None:
        kept.add_error(AttemptError(at, thrown.error, thrown.cause, end if isinstance(end, float) else None))
    kept.result = visit.produced[0] if visit.produced else None
    if isinstance(end, StateOutcome):
        kept.left, kept.output, kept.following, kept.is_caught = at, end.output, end.next, thrown is not None
    elif isinstance(end, StatesError):
        kept.has_failed = True
