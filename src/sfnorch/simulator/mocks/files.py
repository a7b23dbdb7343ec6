"""Files of mocks, in the format of Step Functions Local and LocalStack, or as results by the names of states.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from sfnorch.findings import Finding
from sfnorch.json_values import Json, name_type, walk_values
from sfnorch.simulator.mocks.names import match_name
from sfnorch.simulator.mocks.responses import InvalidMockError, MockFault, parse_mock, parse_sequence
from sfnorch.simulator.mocks.table import MOCKABLE, MockTable
from sfnorch.source import SourceError, SourceKind, read_text
from sfnorch.template.contents import Machine, Template
from sfnorch.template.located import Object, Path, find_place, format_path
from sfnorch.template.reader import parse_value

_MACHINES, _CASES, _RESPONSES = "StateMachines", "TestCases", "MockedResponses"


class MockFileError(SourceError):
    """A file of mocks with faults: all of them, each with its line and key."""


MOCK_FILE = SourceKind(
    name="mock file",
    error=MockFileError,
    max_bytes=4_194_304,
    max_depth=200,
    max_values=500_000,
    aliases=True,
    hints={"large": "pass a large result with --mock STATE=@FILE"},
)


@dataclass(frozen=True, slots=True)
class MockFile:
    """The content of a file of mocks. Without test cases, it is a result or a mock for each state."""

    file: str
    data: Object

    @property
    def has_test_cases(self) -> bool:
        """Return whether the file has the format of Step Functions Local."""
        return _MACHINES in self.data or _RESPONSES in self.data

    def list_mocks(
        self, template: Template, started: Machine, test_case: str = "", given: Iterable[str] = ()
    ) -> dict[str, Json]:
        """Return the mocks for the states of the template, by the names of states.

        `test_case` is the name of a test case, or `MACHINE#NAME` with the name of a state machine in the file. Without
        it, the only one of each state machine applies. Mocks of `given`, names of states, replace those of the file.

        Raises MockFileError with all faults of the file.
        """
        reading = _MockFileReading(self, template)
        if self.has_test_cases:
            reading.check_test_cases()
            found = reading.select_mocks(started, test_case, list(given))
        elif test_case:
            raise reading.refuse((), "the file has no test cases", f"add {_MACHINES}, or leave out the test case")
        else:
            found = reading.read_plain(given)
        plain: dict[str, Json] = json.loads(json.dumps(found))  # without the places in the file
        return plain


def read_mock_file(path: FilePath) -> MockFile:
    """Return the content of the file. Raises SfnorchError if it cannot be read, and MockFileError if it is invalid."""
    file = str(path)
    data = parse_value(read_text(path, MOCK_FILE), file, MOCK_FILE)
    if not isinstance(data, Object):
        hint = f"write an object with {_MACHINES} and {_RESPONSES}, or with a result for each state"
        found = "it is empty" if data is None else f"expected an object, got {name_type(data)}"
        raise MockFileError([MOCK_FILE.create_finding(file, 1, found, hint)])
    found_numbers = [
        MOCK_FILE.create_finding(file, find_place(data, at).line, f"{format_path(at)} is not a JSON number")
        for at, value in walk_values(data)
        if isinstance(value, float) and not math.isfinite(value)
    ]
    if found_numbers:
        raise MockFileError(found_numbers)
    return MockFile(file, data)


@dataclass(slots=True)
class _MockFileReading:
    """The check of a file, with the faults that it has found."""

    content: MockFile
    template: Template
    faults: list[Finding] = field(default_factory=list)

    def add(self, path: Path, message: str, hint: str = "") -> None:
        place = find_place(self.content.data, path)
        rule, key = MOCK_FILE.name, format_path(path)
        self.faults.append(Finding(rule=rule, file=place.file, line=place.line, path=key, message=message, hint=hint))

    def add_all(self, path: Path, faults: Iterable[MockFault]) -> None:
        for fault in faults:
            self.add((*path, *fault.path), fault.message)

    def refuse(self, path: Path, message: str, hint: str = "") -> MockFileError:
        """Return the error with the faults so far and this one."""
        self.add(path, message, hint)
        return self.create_error()

    def create_error(self) -> MockFileError:
        return MockFileError(sorted(self.faults, key=lambda fault: fault.line or 0))

    def read_object(self, value: Json, path: Path, contents: str) -> Object:
        """Return the value if it is an object, otherwise an empty one, with a fault."""
        if isinstance(value, Object):
            return value
        self.add(path, f"expected an object with {contents}, got {name_type(value)}")
        return Object(self.content.data.place)

    def read_plain(self, given: Iterable[str]) -> dict[str, Json]:
        """Return the mocks of a file without test cases."""
        mocks = {name: value for name, value in self.content.data.items() if name not in set(given)}
        for name, value in mocks.items():
            try:
                parse_mock(value)
            except InvalidMockError as error:
                self.add_all((name,), error.faults)
        if not self.faults:
            known = [state.name for machine in self.template.machines for state in machine.list_states()]
            for name in MockTable(self.template, mocks).list_unknown():
                self.add((name,), f"unknown Task, Map or Parallel state {name!r}", _suggest(name, known))
        if self.faults:
            raise self.create_error()
        return mocks

    def check_test_cases(self) -> None:
        """Raise MockFileError with the faults of all state machines, test cases and responses."""
        data = self.content.data
        for key in data:
            if key not in (_MACHINES, _RESPONSES):
                self.add((key,), f"unknown key {key!r}", f"available: {_MACHINES}, {_RESPONSES}")
        responses = self.read_object(data.get(_RESPONSES, Object(data.place)), (_RESPONSES,), "responses by name")
        for name, value in responses.items():
            try:
                parse_sequence(value)
            except InvalidMockError as error:
                self.add_all((_RESPONSES, name), error.faults)
        if _MACHINES not in data:
            self.add((), f"{_MACHINES} is missing", f"add the test cases of a state machine under {_MACHINES}")
        for path, states in self.walk_test_cases():
            for state, response in states.items():
                if not isinstance(response, str):
                    self.add((*path, state), f"expected the name of a response, got {name_type(response)}")
                elif response not in responses:
                    hint = _suggest(response, responses) or f"add it to {_RESPONSES}"
                    self.add((*path, state), f"unknown response {response!r}", hint)
        if self.faults:
            raise self.create_error()

    def walk_test_cases(self) -> Iterator[tuple[Path, Object]]:
        """Yield the path and the states of each test case, and add a fault for each value of a wrong type."""
        machines = self.read_object(
            self.content.data.get(_MACHINES, Object(self.content.data.place)), (_MACHINES,), "state machines by name"
        )
        for name, machine in machines.items():
            path: Path = (_MACHINES, name)
            body = self.read_object(machine, path, _CASES)
            for key in body:
                if key != _CASES:
                    self.add((*path, key), f"unknown key {key!r}", f"available: {_CASES}")
            if isinstance(machine, Object) and _CASES not in body:
                self.add(path, f"{_CASES} is missing", "add a test case with the responses of states")
            cases = self.read_object(body.get(_CASES, Object(body.place)), (*path, _CASES), "test cases by name")
            for case, states in cases.items():
                at = (*path, _CASES, case)
                yield at, self.read_object(states, at, "names of responses by state")

    def select_mocks(self, started: Machine, test_case: str, given: list[str]) -> dict[str, Json]:
        """Return the mocks of the test case for the started state machine and the others of the template."""
        in_file = self.content.data.find_object(_MACHINES)
        before, mark, after = test_case.partition("#")
        named = before if mark and before in in_file else ""
        case = after if named else test_case
        found: dict[str, Json] = {}
        entry = named or self.find_entry(started)
        if not entry and not any(map(self.find_entry, self.template.machines)):
            title = self.template.build_title(started)
            raise self.refuse((_MACHINES,), f"no test cases for {title}", self.suggest_test_cases(in_file))
        if entry:
            found |= self.take_mocks(started, entry, self.choose_case(entry, case), given)
        for machine in self.template.machines:
            other = "" if machine is started else self.find_entry(machine)
            cases = in_file.find_object(other, _CASES) if other else {}
            if chosen := case if case in cases else next(iter(cases), "") if len(cases) == 1 and not case else "":
                found |= self.take_mocks(machine, other, chosen, given)
        if self.faults:
            raise self.create_error()
        return found

    def find_entry(self, machine: Machine) -> str:
        """Return the name of the state machine in the file; empty if it has none.

        If the file and the template have one state machine each, the names need not be the same.
        """
        names = list(self.content.data.find_object(_MACHINES))
        if len(names) == 1 and len(self.template.machines) == 1:
            return names[0]
        return next((name for name in names if name in self.template.list_names(machine)), "")

    def choose_case(self, entry: str, case: str) -> str:
        """Return the test case; without a name, the only one. Raises MockFileError if there is none."""
        cases = self.content.data.find_object(_MACHINES, entry, _CASES)
        if case in cases or (not case and len(cases) == 1):
            return case or next(iter(cases))
        path = (_MACHINES, entry, _CASES)
        if not case:
            hint = f"choose one with --test-case: {', '.join(cases)}" if cases else "add one"
            raise self.refuse(path, "several test cases" if cases else "no test cases", hint)
        near = _suggest(case, cases)
        available = f"available: {', '.join(cases) or 'none'}"
        raise self.refuse(path, f"no test case {case!r}", f"{near} {available}".strip())

    def suggest_test_cases(self, in_file: Object) -> str:
        cases = [f"{name}#{case}" for name in in_file for case in in_file.find_object(name, _CASES)]
        return f"choose one with --test-case: {', '.join(cases)}" if cases else "add test cases"

    def take_mocks(self, machine: Machine, entry: str, case: str, given: list[str]) -> dict[str, Json]:
        """Return the mocks of a test case, and add a fault for each state that the state machine does not have."""
        path = (_MACHINES, entry, _CASES, case)
        states = {state.name: state for state in machine.list_states() if state.kind in MOCKABLE}
        every = [state.name for other in self.template.machines for state in other.list_states()]
        names = self.template.list_names(machine)
        found: dict[str, Json] = {}
        for name, response in self.content.data.find_object(*path).items():
            if name not in states:
                title = self.template.build_title(machine)
                self.add((*path, name), f"{title} has no Task, Map or Parallel state {name!r}", _suggest(name, states))
            elif not any((match := match_name(one, states[name], names)) and match.index is None for one in given):
                key = name if every.count(name) == 1 else f"{machine.logical_id}/{name}"
                found[key] = self.content.data.find_object(_RESPONSES)[str(response)]
        return found


def _suggest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(dict.fromkeys(known)), n=1)
    return f"did you mean {near[0]}?" if near else ""
