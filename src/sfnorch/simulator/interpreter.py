"""An interpreter of the Amazon States Language. It runs the states of a scope in sequence until one ends the scope.

https://states-language.net/spec.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern

import simpy

from sfnorch.json_values import Json, read_string
from sfnorch.protocol.fan_out import ItemVariable
from sfnorch.protocol.run_context import PARAMS, RUN, read_params, read_run
from sfnorch.simulator.attempt_watching import keep_visit, show_attempt
from sfnorch.simulator.attempts import RETRYING, Attempts
from sfnorch.simulator.errors import RUNTIME, StatesError, UnsupportedSimulationError
from sfnorch.simulator.events import (
    ErrorCaught,
    ExecutionEnded,
    ExecutionRedriven,
    ExecutionStarted,
    StateEntered,
    StateExited,
    StateFailed,
    StateRetried,
)
from sfnorch.simulator.mocks.table import AttemptCounts
from sfnorch.simulator.partition import refuse_other_partition
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.progress import ScopeProgress
from sfnorch.simulator.record import MAX_EVENTS, MAX_EXPRESS_TRANSITIONS, Execution
from sfnorch.simulator.states import STATES
from sfnorch.simulator.visit import StateContext, StateOutcome, Visit
from sfnorch.simulator.world import StartExecution, World
from sfnorch.template.contents import Machine
from sfnorch.template.states import LocatedState, StateScope

_HISTORY_FULL = "The execution reached the maximum number of history events (25000)."
_SCOPED = ("Parallel", "Map")
_ABORTED = ("Task", "Parallel", "Map", "Wait")


class Interpreter:
    """Runs the states of one execution. It is the `StateRunner` of their visits."""

    def __init__(
        self,
        world: World,
        machine: Machine,
        execution: Execution,
        start_execution: StartExecution,
        mock_attempts: AttemptCounts | None = None,
    ) -> None:
        self.world = world
        self.machine = machine
        self.execution = execution
        self.start_execution = start_execution
        self.mock_attempts = AttemptCounts() if mock_attempts is None else mock_attempts
        self._is_express = execution.express
        self._is_recorded = execution.is_recorded
        self._progress = ScopeProgress()

    def execute(self, scope: StateScope) -> Steps[Json]:
        """Run the scope and return the execution's output; after a failure, from the states that failed.

        Raises StatesError if it fails.
        """
        return self._run_whole(scope, StateContext(variables={}, progress=self._progress))

    def _run_whole(self, scope: StateScope, place: StateContext) -> Steps[Json]:
        """Run the scope as all states of the execution: its start or redrive, and its success are events."""
        self.record_state_event(1)
        output = yield from self.run_scope(scope, self.execution.input, place)
        self.record_state_event(1)
        return output

    def run_scope(self, scope: StateScope, data: Json, place: StateContext) -> Steps[Json]:
        """Return the output of the scope's last state. Raises StatesError if a state fails and no catcher matches."""
        progress = place.progress.find_inner(scope, place.item_index)
        if progress.is_done:
            return progress.output
        if not progress.state:
            progress.variables = dict(place.variables)
            progress.enter(scope.start_at, data)
        inner = StateContext(variables=progress.variables, progress=progress, item=place.item)
        transitions = 0
        while True:
            transitions += 1
            if transitions > MAX_EXPRESS_TRANSITIONS and self._is_express:
                found = f"an Express workflow has more than {MAX_EXPRESS_TRANSITIONS:,} transitions"
                raise UnsupportedSimulationError(
                    f"{self.execution.title}: {found}",
                    hint=f"check whether the loop with {progress.state} ends; on AWS, it ends after five minutes",
                )
            state = scope.states.get(progress.state)
            if state is None:
                raise StatesError(RUNTIME, f"Unknown state {progress.state!r}")
            try:
                outcome = yield from self.visit_state(state, progress.input, inner)
            except (StatesError, simpy.Interrupt) as end:
                self._record_aborted_state(scope, state, end)
                raise
            if outcome.assigned:
                inner.variables.update(outcome.assigned)
                self._note_variables(outcome.assigned, inner.variables)
            if not outcome.next:
                progress.finish(outcome.output)
                return outcome.output
            progress.enter(outcome.next, outcome.output)

    def _note_variables(self, assigned: Mapping[str, Json], variables: Mapping[str, Json]) -> None:
        """Note the variables that the record of an execution shows."""
        if RUN in assigned or PARAMS in assigned:
            self.execution.run, self.execution.params = read_run(variables), read_params(variables)
        if ItemVariable.ITEM_NAME in assigned and self.execution.map_run is not None:
            self.execution.name_item(read_string(variables[ItemVariable.ITEM_NAME]))

    def _record_aborted_state(self, scope: StateScope, state: LocatedState, end: Exception) -> None:
        """Count the event of a state that is aborted because its branch or its iteration ends.

        For a Task, whose own failure ends the branch, it is recorded; for the other types it is assumed.
        """
        is_inner = scope.parent is not None and not scope.distributed
        if isinstance(end, StatesError):
            is_aborted = state.kind == "Task" and end.error != RUNTIME
        else:
            is_aborted = state.kind in _ABORTED
        if is_inner and is_aborted:
            self.record_state_event(1)

    def visit_state(self, state: LocatedState, data: Json, place: StateContext) -> Steps[StateOutcome]:
        """Return the outcome of the state, after its retriers and catchers."""
        self.record_state_event(1)
        world, execution = self.world, self.execution
        execution.states.append(state.name)
        world.record.reached.add((state, ""))
        now = world.at
        if not self._is_express:
            world.record.entered[int(now)] += 1
        if self._is_recorded:
            world.record_event(execution, StateEntered(state.kind), state.name)
        visit = Visit(self, state, world.languages.find_language(state), data, place, now, execution.history)
        if world.record.visits is not None:
            keep_visit(visit, world.record.visits)
        attempts: Attempts | None = None
        while True:
            try:
                outcome = yield from self.begin_attempt(visit)
                if world.watch is not None or visit.kept is not None:
                    show_attempt(visit, outcome)
                break
            except StatesError as error:
                if error.error == RUNTIME:
                    show_attempt(visit, error, error)
                    raise
                attempts = attempts or Attempts(state)
                retrier = attempts.find_retrier(error)
                if retrier is not None:
                    visit.reach(f"Retry[{retrier}]")
                used, delay = attempts.count_uses(retrier), attempts.take_delay(retrier, world.rng)
                if delay is None:
                    if state.kind in _SCOPED:
                        self.record_state_event(1)  # MapStateFailed, ParallelStateFailed
                    try:
                        outcome = self.catch_error(visit, attempts, error)
                    except StatesError as failure:
                        show_attempt(visit, failure, error, used)
                        raise
                    show_attempt(visit, outcome, error, used)
                    break
                show_attempt(visit, delay, error, used)
                place.progress.restart()
                visit.retries += 1
                execution.retries += 1
                world.record_event(execution, StateRetried(error.error, visit.retries, delay), state.name)
                yield world.clock.timeout(delay)
        if visit.is_too_large(outcome.output):
            raise visit.refuse_size(f"The state/task '{state.name}' returned a result")
        if state.kind != "Fail":
            self.record_state_event(1)
        if self._is_recorded:
            branches = len(state.scopes) if state.kind == "Parallel" else None
            world.record_event(execution, StateExited(state.kind, outcome.next, branches), state.name)
        return outcome

    def begin_attempt(self, visit: Visit) -> Steps[StateOutcome]:
        """Return the steps of one attempt. Raises StatesError if it cannot begin."""
        visit.produced, visit.attempt_began = (), self.world.at
        refuse_other_partition(self.machine.arn, visit.state)
        run_state = STATES.get(visit.state.kind)
        if run_state is None:
            raise StatesError(RUNTIME, f"Unknown state type {visit.state.kind!r}")
        return run_state(visit)

    def catch_error(self, visit: Visit, attempts: Attempts, error: StatesError) -> StateOutcome:
        """Return the outcome by the first matching catcher. Raises the error if no catcher matches."""
        state = visit.state
        for index, catcher in state.list_objects("Catch"):
            if state.kind in RETRYING and attempts.is_match(catcher, error):
                visit.reach(f"Catch[{index}]")
                following = str(catcher.get("Next", ""))
                self.world.record_event(self.execution, ErrorCaught(error.error, error.cause, following), state.name)
                try:
                    return visit.build_outcome(
                        catcher, error.build_output(), following, {"errorOutput": error.build_output()}
                    )
                except StatesError as inner:
                    raise StatesError(inner.error, f"Catch[{index}]: {inner.cause}") from None
        self.world.record_event(self.execution, StateFailed(error.error, error.cause), state.name)
        raise error

    def build_context(self, visit: Visit) -> dict[str, Json]:
        """Return the context object.

        Only states that can be retried have a RetryCount. A synchronous execution of an Express workflow has no
        RedriveCount, an asynchronous one has one, as that of a standard workflow. Only Tasks that can be answered by a
        token have one. All three are recorded.
        https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
        """
        role = self.machine.role
        execution: dict[str, Json] = {
            "Id": self.execution.arn,
            "Input": self.execution.input,
            "Name": self.execution.name,
            "RoleArn": role.arn if role else "",
            "StartTime": self.world.write_time(self.execution.started),
        }
        if not self._is_express or self.execution.parent:
            execution["RedriveCount"] = self.execution.redrives
        state: dict[str, Json] = {"Name": visit.state.name, "EnteredTime": self.world.write_time(visit.entered)}
        if visit.state.kind in RETRYING:
            state["RetryCount"] = visit.retries
        found: dict[str, Json] = {
            "Execution": execution,
            "StateMachine": {"Id": self.machine.arn, "Name": self.machine.name},
            "State": state,
        }
        if visit.place.item is not None:
            found["Map"] = {"Item": visit.place.item}
        if visit.has_token:
            found["Task"] = {"Token": visit.read_token()}
        return found

    def record_state_event(self, events: int) -> None:
        """Count history events. Raises StatesError (States.Runtime) if the history is full.

        The failure itself is the 25,000th event: https://github.com/floci-io/floci/issues/2734
        The history of an Express workflow has no limit (documented).
        """
        execution = self.execution
        execution.history += events
        if execution.history >= MAX_EVENTS and not self._is_express:
            execution.history = MAX_EVENTS
            raise StatesError(RUNTIME, _HISTORY_FULL)

    def begin_child(self, label: str, title: str, given: Json, *, express: bool) -> Execution:
        """Return a new child execution of a distributed Map with the input; it has not entered a state.

        The ARN of an Express execution is assumed to be formed as that of an Express machine.
        """
        world, parent, name = self.world, self.execution, self.world.generate_id()
        kind, end = ("express", f":{world.generate_id()}") if express else ("execution", "")
        child = Execution(
            arn=f"{self.machine.arn.replace(':stateMachine:', f':{kind}:', 1)}/{label}:{name}{end}",
            name=name,
            machine=intern(f"{self.machine.arn}/{label}"),
            title=intern(f"{parent.title}/{title}"),
            parent=parent.arn,
            input=given,
            started=world.at,
        )
        world.record.executions.append(child)
        world.languages.count_child()
        return child

    def run_child(self, visit: Visit, child: Execution, scope: StateScope, item: dict[str, Json]) -> Steps[None]:
        """Run the states of a child execution, whose status says how it ended; it does not see outer variables."""
        world = self.world
        if child.status == "RUNNING":
            world.record_event(child, ExecutionStarted(child.parent))
        else:
            child.redrive()
            world.record_event(child, ExecutionRedriven(child.redrives))
        inner = Interpreter(world, self.machine, child, self.start_execution, self.mock_attempts)
        place = StateContext(variables={}, progress=visit.place.progress, item=item)
        try:
            child.output = yield from inner._run_whole(scope, place)
            child.status = "SUCCEEDED"
            place.progress.forget_inner(scope, place.item_index)
        except StatesError as error:
            child.status, child.error, child.cause = "FAILED", error.error, error.cause
            child.history += 1
        except BaseException:
            child.status = "ABORTED"
            raise
        finally:
            child.ended = world.at
            world.record_event(child, ExecutionEnded(child.status, child.error))
