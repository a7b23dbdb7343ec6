"""Compare the simulator with Step Functions: definitions by validation, and states by TestState."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from sfnorch.app.account import AwsAccount
from sfnorch.app.simulated.behaviour_checks import refuse_unknown
from sfnorch.app.simulated.preparation import read_simulated_template
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulation import simulate_template
from sfnorch.app.verification.comparison import (
    StateStatus,
    ValueDifference,
    compare_answer,
    list_left_out,
    name_status,
)
from sfnorch.app.verification.state_tests import Untested, build_state_test
from sfnorch.aws import definition_validation, state_tests
from sfnorch.aws.definition_validation import DefinitionValidation, validate_definition
from sfnorch.aws.polling import Pace
from sfnorch.aws.state_tests import RefusedTest, StateAnswer, run_state_test
from sfnorch.definitions.machines import describe_faults
from sfnorch.errors import RequestError
from sfnorch.json_values import write_compact

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.simulator.watched_attempts import WatchedAttempt
    from sfnorch.template.contents import Machine, Template

StateVerdict: TypeAlias = Literal["equal", "different", "refused", "untested"]
"""What a test says: AWS refuses some tests, and some states cannot be tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What to compare with Step Functions: the definitions of a template or a plan, and the states of its runs."""

    simulation: SimulateRequest = field(default_factory=SimulateRequest)
    """The run whose states are tested. If its behaviour has failures or throttling, the run without them is too."""
    state: str = ""
    """The only state to test; by default all that the runs reach."""
    every_attempt: bool = False
    """Whether each attempt of a state is tested, instead of the first one with each end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDefinition:
    """A definition, and what Step Functions and the simulator report about it."""

    machine: str
    """The name of the state machine without that of the stack."""
    validation: DefinitionValidation
    faults: tuple[Finding, ...]
    """The reasons for which the simulator refuses it."""

    @property
    def is_accepted(self) -> bool:
        """Return whether both accept it."""
        return self.validation.accepted and not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedState:
    """An attempt of a state, and whether Step Functions makes the same of it as the simulator."""

    machine: str
    execution: str
    state: str
    type: str
    status: StateStatus
    """The status in the simulation, in the words of TestState."""
    next: str
    """The next state in the simulation; empty if there is none."""
    verdict: StateVerdict
    reason: str = ""
    """Why AWS refuses the test, or the state is not tested."""
    differences: tuple[ValueDifference, ...] = ()
    note: str = ""
    """What AWS rejects in the mocked result, if it is not of the form of the service's API. It is no difference: the
    API's model has other types than the results of some integrations, such as those with `.sync:2`."""
    left_out: tuple[str, ...] = ()
    """The fields that are not compared, because a function of the state has another value each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The definitions and states that were compared."""

    definitions: tuple[VerifiedDefinition, ...]
    states: tuple[VerifiedState, ...] = ()
    """Empty if a definition is refused."""

    @property
    def is_equal(self) -> bool:
        """Return whether all definitions are accepted, and no state differs or is refused."""
        return all(each.is_accepted for each in self.definitions) and not any(
            each.verdict in ("different", "refused") for each in self.states
        )


def verify(request: VerifyRequest, account: AwsAccount | None = None) -> Verification:
    """Compare the definitions and the states of simulated runs with Step Functions, as `sfnorch verify` does.

    Nothing in the account is read or changed. The calls keep the rate of AWS: one test of a state each second.

    Raises SfnorchError for a template or plan that cannot be simulated, and for calls that AWS does not allow, and
    RequestError for a state that does not exist, or that the runs do not reach.
    """
    account = account or AwsAccount()
    simulation = request.simulation
    if simulation.region is None and account.session.region:
        simulation = replace(simulation, region=account.session.region)
    with account.waits("Reading the template"):
        template = read_simulated_template(simulation)
    machines = _choose_machines(template, request.state)
    definitions = tuple(_validate_machines(template, machines, account))
    if not all(each.is_accepted for each in definitions):
        return Verification(definitions=definitions)
    chosen = _ChosenAttempts(request.state, every=request.every_attempt)
    for run in _list_runs(simulation):
        simulate_template(template, run, waits=account.waits, watch=chosen.add)
    if not chosen.attempts:
        raise RequestError(f": the run does not reach {request.state}; choose another input or failure", field="state")
    return Verification(definitions=definitions, states=tuple(verify_attempts(template, chosen.attempts, account)))


class _ChosenAttempts:
    """The attempts to test: of one state or of all, each or the first one with each status, error and next state."""

    def __init__(self, state: str, *, every: bool) -> None:
        self.attempts: list[WatchedAttempt] = []
        self._state = state
        self._every = every
        self._seen: set[tuple[str, tuple[str | int, ...], StateStatus, str, str]] = set()

    def add(self, attempt: WatchedAttempt) -> None:
        """Keep the attempt if it is to be tested: a run can have very many of them."""
        if self._state not in ("", attempt.state.name):
            return
        error = attempt.thrown.error if attempt.thrown else ""
        key = (attempt.machine.arn, attempt.state.path, name_status(attempt), error, attempt.next)
        if self._every or key not in self._seen:
            self._seen.add(key)
            self.attempts.append(attempt)


def verify_attempts(
    template: Template, attempts: Sequence[WatchedAttempt], account: AwsAccount
) -> Iterator[VerifiedState]:
    """Yield each attempt with its verdict, at the rate of AWS."""
    pace = Pace(account.clock, state_tests.SECONDS_BETWEEN)
    for number, attempt in enumerate(attempts, start=1):
        with account.waits(f"Testing state {number} of {len(attempts)}: {attempt.state.name}"):
            yield _verify_attempt(template, attempt, account, pace)


def _verify_attempt(template: Template, attempt: WatchedAttempt, account: AwsAccount, pace: Pace) -> VerifiedState:
    test = build_state_test(attempt, account.now)
    answer = test if isinstance(test, Untested) else run_state_test(account.session.stepfunctions, test, pace)
    verdict: StateVerdict
    reason, differences = "", tuple[ValueDifference, ...]()
    match answer:
        case Untested(reason):
            verdict = "untested"
        case RefusedTest(code, message):
            verdict, reason = "refused", message if code in message else f"{message} ({code})"
        case StateAnswer():
            differences = compare_answer(attempt, answer)
            verdict = "different" if differences else "equal"
    return VerifiedState(
        machine=template.build_title(attempt.machine),
        execution=attempt.execution,
        state=attempt.state.name,
        type=attempt.state.kind,
        status=name_status(attempt),
        next=attempt.next,
        verdict=verdict,
        reason=reason,
        differences=differences,
        note=answer.result_fault if isinstance(answer, StateAnswer) else "",
        left_out=list_left_out(attempt),
    )


def _validate_machines(
    template: Template, machines: Sequence[Machine], account: AwsAccount
) -> Iterator[VerifiedDefinition]:
    pace = Pace(account.clock, definition_validation.SECONDS_BETWEEN)
    for machine in machines:
        title = template.build_title(machine)
        if machine.definition is None:
            continue  # the simulation reports why it cannot be read
        with account.waits(f"Validating the definition of {title}"):
            found = validate_definition(
                account.session.stepfunctions,
                write_compact(machine.definition.data),
                pace,
                express=machine.express,
            )
        yield VerifiedDefinition(machine=title, validation=found, faults=tuple(describe_faults(machine)))


def _choose_machines(template: Template, state: str) -> Sequence[Machine]:
    """Return the state machines with the state; all without one. Raises RequestError for an unknown state."""
    if not state:
        return template.machines
    names = {each.name for machine in template.machines for each in machine.list_states()}
    refuse_unknown("state", "state", {state} - names, [state], names)
    return [machine for machine in template.machines if any(each.name == state for each in machine.list_states())]


def _list_runs(request: SimulateRequest) -> list[SimulateRequest]:
    """Return the runs to watch: without failures and throttling, and with those of the request."""
    behaviour = request.chosen_behaviour
    if not behaviour.faults and not behaviour.throttles:
        return [request]
    return [replace(request, behaviour=replace(behaviour, faults=[], throttles={})), request]
