"""The document of the results of scenarios: `sfnorch test`."""

from __future__ import annotations

from typing import Literal, TypedDict

from sfnorch.documents.errors import Error
from sfnorch.documents.types import Seconds
from sfnorch.json_values import Json


class ScenarioMismatch(TypedDict):
    """A difference between a run and what is expected of it."""

    path: str
    """Path of the expectation in the scenario."""
    line: int
    """Line of the expectation in the file."""
    at: Seconds | None
    """Time at which it happened; null if there is none."""
    expected: str
    """What is expected, in words; a value as JSON."""
    found: Json
    """Value that was found, or what was found in words."""


class ScenarioMoment(TypedDict):
    """A line of the timeline of a run."""

    at: Seconds
    """Time."""
    text: str
    """What happened."""


class ScenarioData(TypedDict):
    """A scenario that ran."""

    file: str
    """Path of its file."""
    line: int
    """Line in the file: of the scenario, or of the value that is the reason of an error."""
    name: str
    """Name."""
    outcome: Literal["passed", "failed", "error"]
    """`failed`: the run differs from what is expected; `error`: the run cannot be simulated."""
    seconds: Seconds | None
    """Virtual duration of the run; null after an error."""
    transitions: int | None
    """State transitions; null after an error."""
    error: Error | None
    """Why the run cannot be simulated; null if it can."""
    mismatches: list[ScenarioMismatch]
    """Differences between the run and what is expected of it."""
    timeline: list[ScenarioMoment]
    """Timeline of the run; empty if the scenario passed, and after an error."""


class PartCounts(TypedDict):
    """The number of parts of state machines that the runs have reached, and of all of them."""

    reached: int
    """Parts that were reached."""
    all: int
    """All parts."""


class MissedPart(TypedDict):
    """A part of a state machine that no run has reached."""

    state: str
    """Name of the state."""
    part: str
    """`Next`, `Choices[0]`, `Default`, `Retry[0]` or `Catch[0]`; empty for the state itself."""


class MachineCoverage(TypedDict):
    """The coverage of a state machine."""

    machine: str
    """Name of the state machine without the stack's name."""
    states: PartCounts
    """States."""
    transitions: PartCounts
    """Transitions, also those of choice rules and catchers."""
    choiceRules: PartCounts
    """Choice rules, and defaults of Choice states."""
    catchers: PartCounts
    """Catchers."""
    retriers: PartCounts
    """Retriers."""
    missed: list[MissedPart]
    """Parts that no run has reached."""


class TargetCoverage(TypedDict):
    """The coverage of a plan, a template or a definition."""

    target: str
    """Path of the file, with the environment of a plan."""
    parts: PartCounts
    """Parts of all state machines."""
    machines: list[MachineCoverage]
    """State machines."""


class ScenariosDocument(TypedDict):
    """The results of scenarios. All times are in seconds after the start of a run."""

    scenarios: list[ScenarioData]
    """Scenarios that ran, in the order of their files."""
    skipped: int
    """Number of scenarios that did not run, after one that did not pass (`-x`)."""
    coverage: list[TargetCoverage]
    """Coverage of each target."""
