"""Facts about AWS that the simulator assumes: ask Step Functions about those that one call without a role settles.

The facts are in `simulator_facts.yaml`, each with the page of the documentation that has the assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, TypeAlias

from sfnorch.app.account import AwsAccount
from sfnorch.app.sources import evaluate_source
from sfnorch.app.verification.comparison import ValueDifference
from sfnorch.app.verifying import VerifiedState, verify_attempts
from sfnorch.aws import definition_validation
from sfnorch.aws.definition_validation import validate_definition
from sfnorch.aws.polling import Pace
from sfnorch.definitions.machines import describe_faults
from sfnorch.json_values import Json, read_mapping, read_mappings, read_string, read_strings, write_compact
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.run import run_machine
from sfnorch.simulator.watched_attempts import WatchedAttempt
from sfnorch.template.contents import Template
from sfnorch.template.located import Object
from sfnorch.template.reader import Source, parse_value

FILE = "simulator_facts.yaml"

FactVerdict: TypeAlias = Literal["holds", "differs", "refused", "open"]
"""Whether AWS does as the simulator assumes. `open`: only an execution can answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFact:
    """A fact that the simulator assumes, and what AWS says about it."""

    id: str
    claim: str
    page: str
    """The page under docs/, with its section, that has the assumption."""
    operation: str
    """`TestState`, `ValidateStateMachineDefinition`, or `execution` if only one can answer."""
    verdict: FactVerdict
    reason: str = ""
    """Why AWS refuses the test, or why only an execution can answer."""
    how: str = ""
    """How an execution answers; empty for other facts."""
    differences: tuple[ValueDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class FactReport:
    """The facts that were checked."""

    region: str
    facts: tuple[CheckedFact, ...]

    @property
    def is_equal(self) -> bool:
        """Return whether AWS does as the simulator assumes in all facts that it was asked about."""
        return not any(fact.verdict in ("differs", "refused") for fact in self.facts)


def verify_facts(account: AwsAccount | None = None) -> FactReport:
    """Ask Step Functions about the facts that the simulator assumes, as `sfnorch verify --facts` does.

    Nothing in the account is read or changed. Raises SfnorchError for calls that AWS does not allow.
    """
    account = account or AwsAccount()
    pace = Pace(account.clock, definition_validation.SECONDS_BETWEEN)
    facts = list(list_facts())
    answers = _test_states(facts, account)
    return FactReport(
        region=account.session.region,
        facts=tuple(answers.get(_read_id(fact)) or _check_fact(fact, account, pace) for fact in facts),
    )


def list_facts() -> Iterator[Object]:
    """Yield the facts of the file in their order."""
    text = files(__package__).joinpath(FILE).read_text("utf-8")
    facts = read_mapping(parse_value(text, FILE)).get("facts")
    return (fact for fact in read_mappings(facts) if isinstance(fact, Object))


def simulate_fact(fact: Object) -> tuple[Template, WatchedAttempt]:
    """Return the template of a fact with a test, and the first attempt of its first state in a simulation."""
    part = fact.find_object("test")
    template = _read_template(part)
    machine = template.machines[0]
    attempts: list[WatchedAttempt] = []
    behaviour = Behaviour(mocks=read_mapping(part.get("mocks")), enforce_permissions=False)
    run_machine(template, machine, part.get("input", {}), behaviour, watch=attempts.append)
    first = part.find_object("definition").get("StartAt")
    return template, next(attempt for attempt in attempts if attempt.state.name == first)


def _test_states(facts: list[Object], account: AwsAccount) -> dict[str, CheckedFact]:
    """Return the facts that TestState answers, by id."""
    tested = [fact for fact in facts if "test" in fact]
    simulated = [simulate_fact(fact) for fact in tested]
    if not simulated:
        return {}
    verdicts = verify_attempts(simulated[0][0], [attempt for _, attempt in simulated], account)
    return {_read_id(fact): _judge_fact(fact, found) for fact, found in zip(tested, verdicts, strict=True)}


def _judge_fact(fact: Object, found: VerifiedState) -> CheckedFact:
    """Return the fact with what the test of its state says."""
    compared = set(read_strings(fact.get("compare")))
    differences = tuple(each for each in found.differences if not compared or each.field in compared)
    return _make_fact(
        fact,
        operation="TestState",
        verdict="refused" if found.reason else "differs" if differences else "holds",
        reason=found.reason,
        differences=differences,
    )


def _check_fact(fact: Object, account: AwsAccount, pace: Pace) -> CheckedFact:
    """Return a fact that a validation answers, or that only an execution can answer."""
    if "validate" not in fact:
        run = fact.find_object("run")
        why, how = read_string(run.get("why")), read_string(run.get("how"))
        return _make_fact(fact, operation="execution", verdict="open", reason=why, how=how)
    machine = _read_template(fact.find_object("validate")).machines[0]
    definition: Json = machine.definition.data if machine.definition else {}
    with account.waits(f"Validating {_read_id(fact)}"):
        found = validate_definition(account.session.stepfunctions, write_compact(definition), pace, express=False)
    faults: list[Json] = [fault.message for fault in describe_faults(machine)]
    aws: list[Json] = [f"{error.code}: {error.message} {error.location}".rstrip() for error in found.errors]
    is_same = found.accepted is not bool(faults)
    return _make_fact(
        fact,
        operation="ValidateStateMachineDefinition",
        verdict="holds" if is_same else "differs",
        differences=() if is_same else (ValueDifference("errors", aws, faults),),
    )


def _read_template(part: Object) -> Template:
    """Return a template with the definition in a fact, in a Region of the partition of its ARNs."""
    definition = part.find_object("definition")
    source = Source(file=FILE, text=write_compact(definition), data=definition, is_definition=True)
    return evaluate_source(source)


def _read_id(fact: Object) -> str:
    return read_string(fact.get("id"))


def _make_fact(
    fact: Object,
    *,
    operation: str,
    verdict: FactVerdict,
    reason: str = "",
    how: str = "",
    differences: tuple[ValueDifference, ...] = (),
) -> CheckedFact:
    return CheckedFact(
        id=_read_id(fact),
        claim=read_string(fact.get("claim")),
        page=read_string(fact.get("page")),
        operation=operation,
        verdict=verdict,
        reason=reason,
        how=how,
        differences=differences,
    )
