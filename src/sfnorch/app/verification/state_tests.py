"""From an attempt of a state in a simulation to a test of the state by Step Functions, or the reason for none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sfnorch.aws.state_tests import (
    MOST_CHARACTERS,
    MOST_DEFINITION_CHARACTERS,
    MockedFailure,
    MockedResult,
    StateTest,
)
from sfnorch.durations import format_duration, parse_timestamp
from sfnorch.expressions import find_names, parse_code
from sfnorch.json_values import Json, find_value, read_mapping, read_string, walk_strings, write_compact
from sfnorch.simulator.errors import DATA_LIMIT, RUNTIME
from sfnorch.simulator.mocks.table import MOCKABLE
from sfnorch.simulator.watched_attempts import WatchedAttempt
from sfnorch.template.states import LocatedState

LONGEST_WAIT = 30.0
"""The longest Wait that is tested, in seconds: it really waits."""

CONTEXT_VARIABLE = "sfnorchContext"
"""The variable that replaces the context object in expressions for which the operation does not accept one."""

_INNER = ("Branches", "ItemProcessor", "Iterator")
_OF_ITEMS = ("ItemSelector", "ItemBatcher")
"""Fields of a Map that are evaluated for its own items: their context object has another item."""

_ACCEPTED = {
    "Execution": ("Id", "Input", "Name", "RoleArn", "StartTime"),
    "State": ("Name", "EnteredTime", "RetryCount"),
    "StateMachine": ("Id", "Name"),
    "Task": ("Token",),
}
"""What the operation accepts in a context object, by recorded tests; it refuses a Map, and unknown fields."""

_CONTEXT = re.compile(r"\$states\s*\.\s*context\b")
_ACCEPTED_PARTS = "|".join(rf"{name}\.(?:{'|'.join(fields)})" for name, fields in _ACCEPTED.items())
_ACCEPTED_USE = re.compile(rf"\$states\.context\.(?:{_ACCEPTED_PARTS})\b")
_ACCEPTED_PATH = re.compile(rf"\$\$\.(?:{_ACCEPTED_PARTS})\b")

_VOLATILE = ("random", "uuid", "now", "millis")
_VOLATILE_CALL = re.compile(r"States\.(UUID|MathRandom)\(")


class Untested(NamedTuple):
    """Why an attempt is not tested, as a sentence without an end."""

    reason: str


def build_state_test(attempt: WatchedAttempt, now: datetime) -> StateTest | Untested:
    """Return the test of the attempt's state with the same input, variables and context, and its result as a mock.

    `now` is the real date and time.
    """
    reason = _find_obstacle(attempt, now)
    if reason:
        return Untested(reason)
    definition = attempt.machine.definition
    text = write_compact(definition.data if definition else {})
    variables = dict(attempt.variables)
    mock = _make_mock(attempt)
    context: dict[str, Json] | None = None
    if reads_context(attempt.state):
        if mock is not None and not _needs_more_context(attempt.state):
            context = _cut_context(dict(attempt.context))
        elif attempt.state.jsonata:
            text = _replace_context(text, attempt.state)
            variables[CONTEXT_VARIABLE] = dict(attempt.context)
        else:
            return Untested("it reads parts of the context object that TestState does not accept")
    test = StateTest(
        definition=text,
        state=attempt.state.name,
        input=attempt.input,
        variables=variables,
        mock=mock,
        context=context,
        retries=attempt.used if isinstance(mock, MockedFailure) and attempt.state.body.get("Retry") else None,
    )
    return _refuse_size(test) or test


def reads_context(state: LocatedState) -> bool:
    """Return whether an expression or a path of the state itself reads the context object."""
    return any(_CONTEXT.search(text) if state.jsonata else "$$" in text for _, text in _list_own_texts(state))


def is_volatile(state: LocatedState) -> bool:
    """Return whether the state calls a function with another value each time, such as `$uuid` or `States.UUID`."""
    if state.jsonata:
        return any(
            name in find_names(code).calls
            for _, text in _list_own_texts(state)
            if (code := parse_code(text)) is not None
            for name in _VOLATILE
        )
    return any(_VOLATILE_CALL.search(text) for _, text in _list_own_texts(state))


def _find_obstacle(attempt: WatchedAttempt, now: datetime) -> str:
    """Return why TestState cannot test the attempt; empty if it can."""
    thrown, kind = attempt.thrown, attempt.state.kind
    if thrown is not None and kind in MOCKABLE and not attempt.is_evaluation:
        if thrown.error == RUNTIME:
            return f"{RUNTIME} is not an error of this state"
        if thrown.error == DATA_LIMIT:
            return "its data are larger than a test can have"
        if not thrown.error:
            return "its error has no name, and a mocked error requires one"
    if attempt.is_evaluation and attempt.used:
        return "a test counts the retries of mocked errors only"
    if kind == "Wait" and (seconds := _find_wait(attempt, now)) > LONGEST_WAIT:
        return f"it waits {format_duration(seconds)}, and a test really waits"
    return ""


def _find_wait(attempt: WatchedAttempt, now: datetime) -> float:
    """Return for how many seconds a test of the Wait takes: until a time, or as long as in the simulation."""
    seconds = attempt.ended - attempt.entered
    entered = parse_timestamp(read_string(find_value(dict(attempt.context), "State", "EnteredTime")))
    if entered is None or not any(name in attempt.state.body for name in ("Timestamp", "TimestampPath")):
        return seconds
    return (entered + timedelta(seconds=seconds) - now).total_seconds()


def _make_mock(attempt: WatchedAttempt) -> MockedResult | MockedFailure | None:
    """Return the mock of the work; a failed evaluation before the work gets a result that it does not reach."""
    state = attempt.state
    if state.kind not in MOCKABLE:
        return None
    if attempt.results:
        return MockedResult(attempt.results[0])
    if attempt.thrown is not None and not attempt.is_evaluation:
        return MockedFailure(attempt.thrown.error, attempt.thrown.cause)
    unused: dict[str, Json] = {
        "Task": {},
        "Map": {} if "ResultWriter" in state.body else [],
        "Parallel": [{} for _ in state.scopes],
    }
    return MockedResult(unused[state.kind])


def _list_own_texts(state: LocatedState) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each text of the state with its path in it, without those of inner states and of the items of a Map."""
    left = (*_INNER, *_OF_ITEMS) if state.kind == "Map" else _INNER
    yield from walk_strings({key: value for key, value in state.body.items() if key not in left})


def _needs_more_context(state: LocatedState) -> bool:
    """Return whether the state reads a part of the context object that a test does not accept, or all of it."""
    accepted, use = (_ACCEPTED_USE, _CONTEXT) if state.jsonata else (_ACCEPTED_PATH, re.compile(r"\$\$"))
    return any(use.search(accepted.sub("", text)) for _, text in _list_own_texts(state))


def _cut_context(context: Json) -> dict[str, Json]:
    """Return the parts of the context object that a test accepts."""
    return {
        name: {key: value for key, value in read_mapping(part).items() if key in _ACCEPTED[name]}
        for name, part in read_mapping(context).items()
        if name in _ACCEPTED
    }


def _replace_context(definition: str, state: LocatedState) -> str:
    """Return the definition with a variable in the place of the context object in the state's expressions."""
    data: Json = json.loads(definition)
    for path, text in _list_own_texts(state):
        if parse_code(text) is None or not _CONTEXT.search(text):
            continue
        holder = find_value(data, *state.path, *path[:-1])
        replaced = _CONTEXT.sub(f"${CONTEXT_VARIABLE}", text)
        match holder, path[-1]:
            case dict(), str(key):
                holder[key] = replaced
            case list(), int(index):
                holder[index] = replaced
    return write_compact(data)


def _refuse_size(test: StateTest) -> Untested | None:
    """Return why the test is too large for a request; None if it is not."""
    if len(test.definition) > MOST_DEFINITION_CHARACTERS:
        return Untested("the definition is larger than a test accepts")
    values: list[Json] = [test.input, dict(test.variables)]
    if isinstance(test.mock, MockedResult):
        values.append(test.mock.value)
    if any(len(write_compact(value)) > MOST_CHARACTERS for value in values):
        return Untested("its data are larger than a test can have")
    return None
