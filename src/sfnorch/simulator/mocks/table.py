"""The mocks of a run: which one a state has, and the attempts that have used its responses.

A sequence has one count for each state of an execution, which continues with each attempt: of a retry, of another item
of a Map, of another visit in a loop. Step Functions Local counts so (https://github.com/localstack/localstack/pull/13693).
The child executions of a distributed Map continue with the count of the execution that started them.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError, UnsupportedSimulationError
from sfnorch.simulator.mocks.names import NameMatch, match_name, match_reader, name_path
from sfnorch.simulator.mocks.responses import InvalidMockError, Mock, MockedError, MockedResult, MockFault, parse_mock
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState

MOCKABLE = ("Task", "Map", "Parallel")
"""The types of states that can have a mock."""

AttemptCounts: TypeAlias = Counter[tuple[str, LocatedState]]
"""The number of attempts that a mock has answered in an execution, by its name and state."""


@dataclass(frozen=True, slots=True)
class MockUse:
    """An attempt of a state that can use a mock."""

    machine: Machine
    state: LocatedState
    index: float
    """The index of the item for which the state runs; -1 without one."""
    counts: AttemptCounts


class MockAnswer(NamedTuple):
    """The mock that answers an attempt."""

    name: str
    mock: Mock
    title: str
    use: MockUse

    def take_result(self) -> Json:
        """Return the next result of the mock, and count the attempt.

        Raises StatesError if the mock is an error, and UnsupportedSimulationError if it has no response left.
        """
        attempt = self.use.counts[self.name, self.use.state]
        self.use.counts[self.name, self.use.state] += 1
        match self.mock.find_response(attempt):
            case MockedResult(value):
                return value
            case MockedError(error, cause):
                raise StatesError(error, cause)
        raise UnsupportedSimulationError(
            f"{self.title}: {self.use.state.name} has more attempts than its mock {self.name!r} has responses",
            hint=f'add a response to the mock: "{attempt}": {{"Return": …}}',
        )


class _Candidate(NamedTuple):
    name: str
    mock: Mock
    found: NameMatch

    @property
    def weight(self) -> tuple[bool, int]:
        return (self.found.index is not None, self.found.weight)


class MockTable:
    """The mocks of a run, by name. Raises InvalidMockError with the faults of all mocks."""

    def __init__(self, template: Template, mocks: Mapping[str, Json]) -> None:
        self._template = template
        self._mocks = _parse_mocks(mocks)
        self._results: dict[LocatedState, list[_Candidate]] = {}
        self._readers: dict[LocatedState, list[_Candidate]] = {}
        self._used: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """Return whether no state has a mock."""
        return not self._mocks

    def find_result(self, use: MockUse) -> MockAnswer | None:
        """Return the mock of the state; None if the state has none."""
        if use.state not in self._results:
            self._results[use.state] = self._list_results(use.machine, use.state)
        return self._find(self._results[use.state], use)

    def find_items(self, use: MockUse) -> MockAnswer | None:
        """Return the mock of the ItemReader of a Map; None if it has none."""
        if use.state not in self._readers:
            self._readers[use.state] = self._list_readers(use.machine, use.state)
        return self._find(self._readers[use.state], use)

    def list_unknown(self) -> list[str]:
        """Return the names that match no state of the template that can be mocked."""
        states = [
            (state, names)
            for machine in self._template.machines
            for names in [self._template.list_names(machine)]
            for state in machine.list_states()
            if state.kind in MOCKABLE
        ]
        return [
            name
            for name in self._mocks
            if not any(match_name(name, state, names) or match_reader(name, state, names) for state, names in states)
        ]

    def list_unused(self) -> list[str]:
        """Return the names of the mocks that no state of the run has used."""
        return [name for name in self._mocks if name not in self._used]

    def suggest_option(self, machine: Machine, state: LocatedState, result: Json) -> str:
        """Return the option that mocks the state, with this result as an example, ready to be pasted in a shell."""
        states = [other for machine in self._template.machines for other in machine.list_states()]
        is_unique = sum(other.name == state.name and other.kind in MOCKABLE for other in states) == 1
        name = state.name if is_unique else name_path(state, self._template.build_title(machine))
        return f"--mock {shlex.quote(f'{name}={json.dumps(result, ensure_ascii=False)}')}"

    def _find(self, candidates: list[_Candidate], use: MockUse) -> MockAnswer | None:
        for candidate in candidates:
            if candidate.found.index in (None, use.index):
                self._used.add(candidate.name)
                title = self._template.build_title(use.machine)
                return MockAnswer(candidate.name, candidate.mock, title, use)
        return None

    def _list_results(self, machine: Machine, state: LocatedState) -> list[_Candidate]:
        reads = "ItemReader" in state.body
        names = self._template.list_names(machine)
        found = (
            _Candidate(name, mock, match)
            for name, mock in self._mocks.items()
            if (match := match_name(name, state, names)) and not (reads and mock.is_bare)
        )
        return sorted(found, key=lambda candidate: candidate.weight, reverse=True)

    def _list_readers(self, machine: Machine, state: LocatedState) -> list[_Candidate]:
        """Return the mocks of the ItemReader: those with its name, and bare values for the Map."""
        names = self._template.list_names(machine)
        found = []
        for name, mock in self._mocks.items():
            match = match_reader(name, state, names) or (match_name(name, state, names) if mock.is_bare else None)
            if match is not None:
                found.append(_Candidate(name, mock, match))
        return sorted(found, key=lambda candidate: candidate.weight, reverse=True)


def _parse_mocks(mocks: Mapping[str, Json]) -> dict[str, Mock]:
    parsed: dict[str, Mock] = {}
    faults: list[MockFault] = []
    for name, value in mocks.items():
        try:
            parsed[name] = parse_mock(value)
        except InvalidMockError as error:
            faults += [MockFault((name, *fault.path), fault.message) for fault in error.faults]
    if faults:
        raise InvalidMockError(faults)
    return parsed
