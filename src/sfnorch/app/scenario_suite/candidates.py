"""A scenario that may become part of a suite: its data as in a file, without what is expected of the run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sfnorch.json_values import Json, read_mapping

FIRST = "first"
"""The family of the first scenario of a state machine, in which everything succeeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A scenario to try."""

    family: str
    """What it has in common with others: those that are kept become a table of examples."""
    name: str
    column: str = "name"
    """The column of the table with what the names differ in: `job`, `state`."""
    data: dict[str, Any] = field(default_factory=dict)
    """The keys of the scenario in a file, without `name` and `expect`."""
    is_expected: bool = False
    """Whether a person expects it, so that it is kept although it reaches nothing new."""
    start: str = ""
    """The name of the scenario of which it is a variant; empty if that is the first one of its state machine."""

    def give(self, kind: str, values: dict[str, Json], *, family: str, name: str, column: str) -> Candidate:
        """Return another candidate: this one with more values under a key of `given`, such as `mocks`."""
        given = read_mapping(self.data.get("given"))
        merged = {**given, kind: {**read_mapping(given.get(kind)), **values}}
        start = "" if self.family == FIRST else self.name
        return Candidate(family=family, name=name, column=column, data={**self.data, "given": merged}, start=start)

    def limit(self, until: str) -> Candidate:
        """Return the candidate with a simulation that ends after this duration."""
        return replace(self, data={**self.data, "given": {**read_mapping(self.data.get("given")), "until": until}})

    def has_given(self, kind: str, name: str) -> bool:
        """Return whether `given` has this kind of value under the name."""
        return name in read_mapping(read_mapping(self.data.get("given")).get(kind))

    @property
    def weight(self) -> int:
        """Return how much is said in it: of two scenarios that reach a state, the lighter one is the better start."""
        given = read_mapping(self.data.get("given"))
        return len(self.data) + sum(len(value) if isinstance(value, dict) else 1 for value in given.values())
