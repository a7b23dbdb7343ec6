"""The responses of a mock: one for all attempts, or a sequence by attempt, as in mock files of Step Functions Local.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, name_type, read_mapping
from sfnorch.simulator.errors import TASK_FAILED

_ATTEMPTS = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_RETURN, _THROW = "Return", "Throw"
_EXAMPLE = '{"Return": …} or {"Throw": {"Error": "…", "Cause": "…"}}'


class MockedResult(NamedTuple):
    """The result of an attempt."""

    value: Json


class MockedError(NamedTuple):
    """The error of an attempt."""

    error: str
    cause: str


MockedResponse: TypeAlias = MockedResult | MockedError


class MockFault(NamedTuple):
    """A fault in a mock: the keys of the wrong part, and what is wrong with it and how to fix it."""

    path: tuple[str, ...]
    message: str


class InvalidMockError(SfnorchError):
    """A mock that cannot be read, with all its faults."""

    def __init__(self, faults: list[MockFault]) -> None:
        super().__init__("; ".join(f"{'.'.join(fault.path)}: {fault.message}".lstrip(": ") for fault in faults))
        self.faults = faults


class Mock(NamedTuple):
    """The responses of a mocked state: `sequence` by attempt from 0, or the one in `always` for every attempt."""

    always: MockedResponse | None = None
    sequence: tuple[MockedResponse, ...] = ()
    is_bare: bool = False
    """Whether it is a value without `Return`, which for a Map with an ItemReader is its items."""

    def find_response(self, attempt: int) -> MockedResponse | None:
        """Return the response to an attempt; the first is 0. None if the sequence is shorter."""
        if self.always is not None:
            return self.always
        return self.sequence[attempt] if attempt < len(self.sequence) else None


def parse_mock(value: Json) -> Mock:
    """Return the mock: of a sequence `{"0": RESPONSE, "1-2": RESPONSE}`, of one response, or of a bare result.

    A response is `{"Return": RESULT}` or `{"Throw": {"Error": NAME, "Cause": TEXT}}`.

    Raises InvalidMockError with all faults.
    """
    if is_sequence(value):
        return parse_sequence(value)
    if not _is_response(value):
        return Mock(always=MockedResult(value), is_bare=True)
    faults: list[MockFault] = []
    response = _parse_response(value, (), faults)
    if response is None:
        raise InvalidMockError(faults)
    return Mock(always=response)


def is_sequence(value: Json) -> bool:
    """Return whether the value is a sequence: all its keys are numbers of attempts, and one value is a response."""
    given = read_mapping(value)
    return all(map(_ATTEMPTS.fullmatch, given)) and any(map(_is_response, given.values()))


def parse_sequence(value: Json) -> Mock:
    """Return the mock with responses by attempt. Raises InvalidMockError with all faults."""
    if not isinstance(value, dict):
        found = f"expected an object with responses by attempt, got {name_type(value)}"
        raise InvalidMockError([MockFault((), f'{found}; write {{"0": {_EXAMPLE}}}')])
    faults: list[MockFault] = []
    ranges = _read_ranges(value, faults)
    responses = {key: _parse_response(value[key], (key,), faults) for key in ranges}
    sequence: list[MockedResponse] = []
    for key, (first, last) in sorted(ranges.items(), key=lambda item: item[1]):
        if first > len(sequence):
            faults.append(MockFault((key,), f"no response for attempt {_name_range(len(sequence), first - 1)}; add it"))
        elif first < len(sequence):
            overlap = _name_range(first, min(last, len(sequence) - 1))
            faults.append(MockFault((key,), f"a second response for attempt {overlap}; remove one"))
        response = responses[key] or MockedResult(None)
        sequence += [response] * (last + 1 - len(sequence))
    if faults:
        raise InvalidMockError(faults)
    return Mock(sequence=tuple(sequence))


def _read_ranges(value: Mapping[str, Json], faults: list[MockFault]) -> dict[str, tuple[int, int]]:
    """Return the first and the last attempt of each key, and add a fault for each key that has none."""
    ranges: dict[str, tuple[int, int]] = {}
    for key in value:
        match = _ATTEMPTS.fullmatch(key)
        if match is None:
            faults.append(MockFault((key,), 'not a number of attempts; write "0", or a range such as "1-2"'))
            continue
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            faults.append(MockFault((key,), f'a range ends before it begins; write "{last}-{first}"'))
        elif last >= MOST_ATTEMPTS:
            faults.append(MockFault((key,), f"more than {MOST_ATTEMPTS:,} attempts; write a smaller number"))
        else:
            ranges[key] = (first, last)
    return ranges


MOST_ATTEMPTS = 100_000
"""The maximum number of attempts in a sequence."""


def _is_response(value: Json) -> bool:
    return read_mapping(value).keys() in ({_RETURN}, {_THROW})


def _parse_response(value: Json, path: tuple[str, ...], faults: list[MockFault]) -> MockedResponse | None:
    """Return the response; None after a fault, which is added."""
    match value:
        case {"Return": result, **more} if not more:
            return MockedResult(result)
        case {"Throw": dict() as thrown, **more} if not more:
            wrong = [
                MockFault((*path, _THROW, key), f"expected a string, got {name_type(text)}")
                for key, text in thrown.items()
                if key in ("Error", "Cause") and not isinstance(text, str)
            ]
            wrong += [
                MockFault((*path, _THROW, key), "unknown key; available: Error, Cause")
                for key in thrown
                if key not in ("Error", "Cause")
            ]
            faults += wrong
            return None if wrong else MockedError(str(thrown.get("Error", TASK_FAILED)), str(thrown.get("Cause", "")))
    faults.append(MockFault(path, f"not a response; write {_EXAMPLE}"))
    return None


def _name_range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
