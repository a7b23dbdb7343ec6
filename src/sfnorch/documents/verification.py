"""The documents of `sfnorch verify`: what Step Functions makes of definitions and states, and of assumed facts."""

from __future__ import annotations

from typing import Literal, TypedDict

from sfnorch.json_values import Json


class DiagnosticData(TypedDict):
    """An error or a warning of Step Functions about a definition."""

    severity: Literal["ERROR", "WARNING"]
    """Only an error prevents a state machine."""
    code: str
    """Code of AWS, such as `MISSING_TRANSITION_TARGET`."""
    message: str
    """What is wrong."""
    location: str
    """Place in the definition, such as `/States/Load/Next`; empty if AWS reports none."""


class VerifiedDefinitionData(TypedDict):
    """A definition that Step Functions and the simulator have checked."""

    machine: str
    """Name of the state machine without the stack's name."""
    accepted: bool
    """Whether Step Functions accepts the definition."""
    diagnostics: list[DiagnosticData]
    """Errors and warnings of Step Functions, errors first."""
    truncated: bool
    """Whether there are more diagnostics than AWS returns."""
    faults: list[str]
    """Reasons for which the simulator refuses the definition."""


class DifferenceData(TypedDict):
    """A value in which Step Functions and the simulator differ."""

    field: str
    """`status`, `output`, `variables`, `next`, `error`, `cause`, `delay` in seconds, or `errors` of a definition."""
    aws: Json
    """Value of Step Functions."""
    simulator: Json
    """Value of the simulator."""


class VerifiedStateData(TypedDict):
    """An attempt of a state in the simulated run."""

    machine: str
    """Name of the state machine without the stack's name."""
    execution: str
    """Title of the execution."""
    state: str
    """Name of the state."""
    type: str
    """Type of the state, such as `Task`."""
    status: Literal["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"]
    """Status in the simulation, in the words of TestState."""
    next: str | None
    """Next state in the simulation; null if there is none."""
    verdict: Literal["equal", "different", "refused", "untested"]
    """Whether Step Functions makes the same of it, or refuses the test, or it cannot be tested."""
    reason: str
    """Why the test is refused or not possible; empty otherwise."""
    differences: list[DifferenceData]
    """Values that differ."""
    note: str
    """What AWS rejects in the mocked result, if it is not of the form of the service's API, which is no difference."""
    notCompared: list[str]
    """Fields that are not compared, because a function of the state has another value each time."""


class VerificationDocument(TypedDict):
    """The definitions and states that were compared with Step Functions."""

    equal: bool
    """Whether all definitions are accepted, and no state differs or is refused."""
    definitions: list[VerifiedDefinitionData]
    """Definitions of the state machines."""
    states: list[VerifiedStateData]
    """States that the simulated runs reach; empty if a definition is refused."""


class CheckedFactData(TypedDict):
    """A fact about AWS that the simulator assumes."""

    id: str
    """ID of the fact."""
    claim: str
    """What the simulator assumes."""
    page: str
    """Page and section of the documentation with the assumption."""
    operation: str
    """`TestState`, `ValidateStateMachineDefinition`, or `execution` if only one can answer."""
    verdict: Literal["holds", "differs", "refused", "open"]
    """Whether AWS does so, or refuses the test; `open` if only an execution can answer."""
    reason: str
    """Why the test is refused, or why only an execution can answer; empty otherwise."""
    how: str
    """How an execution answers; empty for other facts."""
    differences: list[DifferenceData]
    """Values that differ."""


class FactsDocument(TypedDict):
    """The facts about AWS that the simulator assumes, with the answers of AWS."""

    region: str
    """AWS Region that answered."""
    facts: list[CheckedFactData]
    """Facts, in the order of their pages."""
