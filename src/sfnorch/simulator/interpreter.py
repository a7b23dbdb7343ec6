"""An interpreter of the Amazon States Language. It runs the states of a scope in sequence until one ends the scope.

https://states-language.net/spec.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NoReturn

from sfnorch.simulator.attempts import Attempts
from sfnorch.simulator.errors import DATA_LIMIT, NO_CHOICE, QUERY, RUNTIME, StatesError
from sfnorch.simulator.execution import MAX_EVENTS
from sfnorch.simulator.expressions import timestamp
from sfnorch.simulator.partition import refuse_other_partition
from sfnorch.simulator.record import Execution, What
from sfnorch.simulator.world import Steps, World
from sfnorch.template.contents import Machine
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState, StateScope

MAX_BYTES = 262_144
MAX_SECONDS = 99_999_999.0
"""The maximum duration of a Wait, in seconds."""

_HISTORY_FULL = "The execution reached the maximum number of history events (25000)."
_CATCHING = ("Task", "Parallel", "Map")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateContext:
    """The context of a state in an execution: its variables, and the Map item that it runs for."""

    variables: dict[str, Any]
    item: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Visit:
    """A visit of a state: its input, when it was entered, and the number of retries."""

    state: LocatedState
    input: Any
    place: StateContext
    entered: str
    retries: int = 0


@dataclass(frozen=True, slots=True)
class StateOutcome:
    """The result of a state: its output, its assigned variables, and the next state; empty if it ends the scope."""

    output: Any
    assigned: Mapping[str, Any] = field(default_factory=dict)
    next: str = ""


class Interpreter:
    """Runs the states of one execution."""

    def __init__(self, world: World, machine: Machine, execution: Execution) -> None:
        self.world = world
        self.machine = machine
        self.execution = execution
        self.started = timestamp(world.moment(execution.started))

    def execute(self, scope: StateScope) -> Steps:
        """Run the scope and return the execution's output. Raises StatesError if it fails."""
        self.note(1)
        output = yield from self.scope(scope, self.execution.input, StateContext(variables={}))
        self.note(1)
        return output

    def scope(self, scope: StateScope, data: Any, place: StateContext) -> Steps:
        """Return the output of the scope's last state. Raises StatesError if a state fails and no catcher matches."""
        inner = StateContext(variables=dict(place.variables), item=place.item)
        name = scope.start_at
        while True:
            state = scope.states.get(name)
            if state is None:
                raise StatesError(RUNTIME, f"Unknown state {name!r}")
            outcome = yield from self.visit(state, data, inner)
            inner.variables.update(outcome.assigned)
            if not outcome.next:
                return outcome.output
            name, data = outcome.next, outcome.output

    def visit(self, state: LocatedState, data: Any, place: StateContext) -> Steps:
        """Return the outcome of the state, after its retriers and catchers."""
        self.note(1)
        self.execution.states.append(state.name)
        self.world.tell(What.STATE_ENTERED, self.execution, state.name, type=state.kind)
        visit = Visit(state, data, place, timestamp(self.world.now()))
        attempts = Attempts(state)
        while True:
            try:
                outcome = yield from self.attempt(visit)
                break
            except StatesError as error:
                if error.error == RUNTIME:
                    raise
                delay = attempts.delay(error.error, self.world.rng)
                if delay is None:
                    outcome = self.caught(visit, error)
                    break
                visit.retries += 1
                self.execution.retries += 1
                self.world.tell(
                    What.STATE_RETRIED,
                    self.execution,
                    state.name,
                    error=error.error,
                    attempt=visit.retries,
                    delay=delay,
                )
                yield self.world.clock.timeout(delay)
        self.limit(outcome.output, f"The state '{state.name}' returned a result")
        if state.kind != "Fail":
            self.note(1)
        branches = {"branches": len(state.scopes)} if state.kind == "Parallel" else {}
        self.world.tell(What.STATE_EXITED, self.execution, state.name, type=state.kind, next=outcome.next, **branches)
        return outcome

    def attempt(self, visit: Visit) -> Steps:
        """Return the outcome of one attempt. Raises StatesError if it fails."""
        refuse_other_partition(self.execution, visit.state)
        match visit.state.kind:
            case "Pass":
                return self.done(visit, visit.input)
            case "Choice":
                return self.choose(visit)
            case "Succeed":
                return self.done(visit, visit.input)
            case "Fail":
                return self.fail(visit)
            case "Wait":
                yield self.world.clock.timeout(self.seconds(visit))
                return self.done(visit, visit.input)
            case "Task":
                from sfnorch.simulator.task import run_task

                result = yield from run_task(self, visit)
            case "Parallel":
                from sfnorch.simulator.parallel import run_branches

                result = yield from run_branches(self, visit)
            case "Map":
                from sfnorch.simulator.items import run_items

                result = yield from run_items(self, visit)
            case other:
                raise StatesError(RUNTIME, f"Unknown state type {other!r}")
        return self.done(visit, result, {"result": result})

    def done(self, visit: Visit, default: Any, more: Mapping[str, Any] | None = None) -> StateOutcome:
        """Return the outcome by the state's Output and Assign; both use the values of variables before the state."""
        body = visit.state.body
        following = body.get("Next")
        return self.outcome(visit, body, default, following if isinstance(following, str) else "", more)

    def outcome(
        self, visit: Visit, body: Object, default: Any, following: str, more: Mapping[str, Any] | None = None
    ) -> StateOutcome:
        """Return the outcome by the Output and Assign of a state, a choice rule or a catcher."""
        assigned = self.value(visit, body["Assign"], "Assign", more) if "Assign" in body else {}
        if not isinstance(assigned, dict):
            raise StatesError(RUNTIME, f"The Assign of {visit.state.name} is not an object")
        output = self.value(visit, body["Output"], "Output", more) if "Output" in body else default
        return StateOutcome(output, assigned, following)

    def choose(self, visit: Visit) -> StateOutcome:
        """Return the outcome by the first rule whose condition is true, or by Default."""
        state = visit.state
        for index, rule in state.objects("Choices"):
            holds = self.value(visit, rule.get("Condition"), f"Choices[{index}]/Condition")
            if not isinstance(holds, bool):
                text = f"The JSONata expression for the field 'Choices[{index}]/Condition' must evaluate to a boolean"
                raise StatesError(QUERY, f"{text}, but it returned {json.dumps(holds)[:200]}.")
            if holds:
                return self.outcome(visit, rule, visit.input, str(rule.get("Next", "")))
        default = state.text("Default")
        if not default:
            raise StatesError(NO_CHOICE, f"No condition of {state.name} is true, and it has no Default")
        return self.outcome(visit, state.body, visit.input, default)

    def fail(self, visit: Visit) -> NoReturn:
        """Raise the Fail state's error."""
        error = self.value(visit, visit.state.body.get("Error", ""), "Error")
        cause = self.value(visit, visit.state.body.get("Cause", ""), "Cause")
        for name, value in (("Error", error), ("Cause", cause)):
            if not isinstance(value, str):
                raise StatesError(QUERY, f"The JSONata expression for the field '{name}' must evaluate to a string.")
        raise StatesError(error, cause)

    def seconds(self, visit: Visit) -> float:
        """Return the seconds that a Wait waits from now."""
        body = visit.state.body
        if "Timestamp" in body:
            text = self.value(visit, body["Timestamp"], "Timestamp")
            try:
                until = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
            except ValueError:
                raise StatesError(QUERY, f"The field 'Timestamp' is {text!r}, which is not a timestamp.") from None
            until = until if until.tzinfo else until.replace(tzinfo=timezone.utc)
            return min(max(0.0, (until - self.world.now()).total_seconds()), MAX_SECONDS)
        seconds = self.value(visit, body.get("Seconds", 0), "Seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
            raise StatesError(QUERY, f"The field 'Seconds' is {seconds!r}, which is not a valid number of seconds.")
        return float(seconds)

    def caught(self, visit: Visit, error: StatesError) -> StateOutcome:
        """Return the outcome by the first matching catcher. Raises the error if no catcher matches."""
        for index, catcher in visit.state.objects("Catch"):
            if visit.state.kind in _CATCHING and Attempts.fits(catcher, error.error):
                following = str(catcher.get("Next", ""))
                self.world.tell(
                    What.ERROR_CAUGHT,
                    self.execution,
                    visit.state.name,
                    error=error.error,
                    cause=error.cause,
                    next=following,
                )
                more = {"errorOutput": error.output()}
                try:
                    return self.outcome(visit, catcher, error.output(), following, more)
                except StatesError as inner:
                    raise StatesError(inner.error, f"Catch[{index}]: {inner.cause}") from None
        self.world.tell(What.STATE_FAILED, self.execution, visit.state.name, error=error.error, cause=error.cause)
        raise error

    def value(self, visit: Visit, field: Any, name: str, more: Mapping[str, Any] | None = None) -> Any:
        """Return the field's value, evaluated with $states and the variables. Raises StatesError."""
        states = {"input": visit.input, "context": self.context(visit), **(more or {})}
        try:
            return self.world.evaluator.value(field, {**visit.place.variables, "states": states}, name)
        except StatesError as error:
            self.note(1)  # the failed evaluation is an event
            where = f"An error occurred while executing the state '{visit.state.name}'."
            raise StatesError(error.error, f"{where} {error.cause}") from None

    def context(self, visit: Visit) -> dict[str, Any]:
        """Return the context object.

        https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
        """
        role = self.machine.role
        found: dict[str, Any] = {
            "Execution": {
                "Id": self.execution.arn,
                "Input": self.execution.input,
                "Name": self.execution.name,
                "RoleArn": role.arn if role else "",
                "StartTime": self.started,
                "RedriveCount": 0,
            },
            "StateMachine": {"Id": self.machine.arn, "Name": self.machine.name},
            "State": {"Name": visit.state.name, "EnteredTime": visit.entered, "RetryCount": visit.retries},
        }
        if visit.place.item is not None:
            found["Map"] = {"Item": visit.place.item}
        return found

    def note(self, events: int) -> None:
        """Count history events. Raises StatesError (States.Runtime) if the history is full.

        The failure itself is the 25,000th event: https://github.com/floci-io/floci/issues/2734
        """
        self.execution.history += events
        if self.execution.history >= MAX_EVENTS:
            self.execution.history = MAX_EVENTS
            raise StatesError(RUNTIME, _HISTORY_FULL)

    def limit(self, value: Any, what: str) -> None:
        """Raise StatesError (States.DataLimitExceeded) for a value larger than 256 KiB."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
            raise StatesError(DATA_LIMIT, f"{what} with a size exceeding the maximum number of bytes service limit.")
