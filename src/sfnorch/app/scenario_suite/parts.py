"""Scenarios for a part of a state machine that no run has reached: runs that reach its state, with other results."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sfnorch.app.scenario_suite.answers import list_answers
from sfnorch.app.scenario_suite.candidates import Candidate
from sfnorch.app.scenario_suite.errors import choose_error
from sfnorch.json_values import Json, is_number, read_string
from sfnorch.scenarios.coverage import Part
from sfnorch.template.calls import can_start_itself
from sfnorch.template.contents import Machine
from sfnorch.template.states import LocatedState

_CAUSE = "simulated error"
_MOST_POLLS = re.compile(r"\$polls < ([0-9]+)")
"""The limit of polls in the condition of a loop."""
_RETURN: Json = {"Return": {}}


class PartPlace(NamedTuple):
    """A part, with the state that has it and the machine of the state."""

    part: Part
    state: LocatedState
    machine: Machine


class StateNames:
    """The names of states in mocks: the name alone if no other state has it, or else the path."""

    def __init__(self, states: Iterable[tuple[str, LocatedState]]) -> None:
        self._titles: dict[str, list[str]] = {}
        for title, state in states:
            self._titles.setdefault(state.name, []).append(title)

    def name(self, title: str, state: LocatedState) -> str:
        """Return the name of one state."""
        return state.name if len(self._titles[state.name]) == 1 else f"{title}/{state.name}"

    def is_shared(self, state: LocatedState) -> bool:
        """Return whether states of several machines have the name."""
        return len(self._titles[state.name]) > 1


def list_part_candidates(
    place: PartPlace, starts: Mapping[tuple[str, str], list[Candidate]], names: StateNames, others: list[PartPlace]
) -> Iterator[Candidate]:
    """Yield scenarios that may reach the part.

    `starts` has the scenarios that reach a state, `others` the Tasks whose results may decide about the part.
    """
    part, state = place.part, place.state
    key, _, index = part.name.partition("[")
    begins = _sort_wide(starts, place)
    if key in ("Retry", "Catch"):
        error = choose_error(state, key, int(index[:-1]))
        if error:
            for begin in begins[:3]:
                yield from _throw(begin, place, error, names)
    elif key == "Next" and state.kind == "Task":
        for begin in begins[:3]:
            for answer in list_answers(state):
                yield from _answer(begin, place, answer.name, answer.mock, names)
    else:
        for other in others:
            reaching = starts.get((other.part.machine, other.part.state), [])
            for answer in list_answers(other.state):
                for begin in _order(reaching, begins)[:4]:
                    for candidate in _answer(begin, other, answer.name, answer.mock, names):
                        yield candidate
                        if until := _find_patience(other.machine):
                            yield candidate.limit(until)


def stop_job_run(begin: Candidate, name: str) -> Candidate:
    """Return the scenario in which somebody stops the job run of a state, which the state counts as a failure."""
    mock: Json = {"Return": {"Id": "jr_1", "JobRunState": "STOPPED"}}
    found = begin.give(
        "mocks", {name: mock}, family="stopped", column="state", name=f"The job run of {name} is stopped"
    )
    return replace(found, is_expected=True)


def _sort_wide(starts: Mapping[tuple[str, str], list[Candidate]], place: PartPlace) -> list[Candidate]:
    """Return the scenarios that reach the state, first those that reach it in the most state machines."""
    reaching = [begins for (_, name), begins in starts.items() if name == place.state.name]
    found = starts.get((place.part.machine, place.part.state), [])
    return sorted(found, key=lambda begin: (-sum(begin in begins for begins in reaching), begin.weight))


def _order(reaching: list[Candidate], preferred: list[Candidate]) -> list[Candidate]:
    """Return the scenarios, first those that reach the state with the part too."""
    return sorted(reaching, key=lambda each: (each not in preferred, each.weight))


def _throw(begin: Candidate, place: PartPlace, error: str, names: StateNames) -> Iterator[Candidate]:
    mock: Json = {"Throw": {"Error": error, "Cause": _CAUSE}}
    for name in _list_names(place, names):
        if not begin.has_given("mocks", name):
            yield begin.give(
                "mocks", {name: mock}, family=f"error {error}", column="state", name=f"{name} ends with {error}"
            )


def _answer(begin: Candidate, place: PartPlace, what: str, mock: Json, names: StateNames) -> Iterator[Candidate]:
    for name in _list_names(place, names):
        if not begin.has_given("mocks", name):
            yield begin.give("mocks", {name: mock}, family=f"answer {what}", column="state", name=f"{name} {what}")


def _find_patience(machine: Machine) -> str:
    """Return after which duration a state machine that starts itself has polled as often as it does; else empty."""
    states = machine.list_states()
    waits = [seconds for state in states if is_number(seconds := state.body.get("Seconds"))]
    polls = [
        int(match[1])
        for state in states
        for _, rule in state.list_objects("Choices")
        for match in _MOST_POLLS.finditer(read_string(rule.get("Condition")))
    ]
    if not waits or not polls or not any(map(can_start_itself, states)):
        return ""
    return f"{math.ceil(max(waits) * (max(polls) + 2) / 60) + 5}m"


def _list_names(place: PartPlace, names: StateNames) -> list[str]:
    """Return the names for a mock: first the one for all states of this name."""
    one = names.name(place.part.machine, place.state)
    return [place.state.name, one] if names.is_shared(place.state) else [one]
