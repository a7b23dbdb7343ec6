"""Mocks of the states of a recorded execution: what each attempt returned or failed with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sfnorch.app.recorded.calls import LocatedAttempt, RecordedCalls
from sfnorch.json_values import Json
from sfnorch.simulator.mocks.names import name_path
from sfnorch.simulator.mocks.table import MOCKABLE

if TYPE_CHECKING:
    from sfnorch.runs.task_attempts import TaskAttempt
    from sfnorch.template.contents import Template
    from sfnorch.template.states import LocatedState


class MockNames:
    """The names of mocks: of a state whose name is unique in the template, that name; of others the path."""

    def __init__(self, template: Template) -> None:
        self._template = template
        states = (state for machine in template.machines for state in machine.list_states() if state.kind in MOCKABLE)
        names = [state.name for state in states]
        self._repeated = {name for name in names if names.count(name) > 1}

    def name(self, located: LocatedAttempt) -> str:
        """Return the name of the state of an attempt."""
        if located.state.name not in self._repeated:
            return located.state.name
        return name_path(located.state, self._template.build_title(located.machine))

    def name_item(self, located: LocatedAttempt, index: int) -> str:
        """Return the name of the state for the item with this index of the Map around it."""
        around = _find_map(located.state)
        title = self._template.build_title(located.machine)
        of_map = f"{around.name}[{index}]/{located.state.name}" if around else located.state.name
        return of_map if located.state.name not in self._repeated else f"{title}/{of_map}"


def describe_mocks(calls: RecordedCalls) -> tuple[dict[str, Json], list[str]]:
    """Return the mocks by name, and what they cannot reproduce, in words."""
    names, notes = MockNames(calls.template), list[str]()
    mocks: dict[str, Json] = {}
    by_state: dict[tuple[str, str], list[LocatedAttempt]] = {}
    for each in calls.attempts:
        by_state.setdefault(each.place[:2], []).append(each)
    for attempts in by_state.values():
        mocked = [each for each in attempts if each.place in calls.mocked]
        found = list(_list_mocks_by_execution(mocked, names, is_part=len(mocked) < len(attempts)))
        if any(each != found[0] for each in found[1:]):
            what = f"the results of {names.name(attempts[0])}, which differ in {len(found)} executions"
            notes.append(f"{what}: the mock has those of the first")
        if found:
            mocks |= found[0]
    return mocks, notes


def _list_mocks_by_execution(
    attempts: Sequence[LocatedAttempt], names: MockNames, *, is_part: bool
) -> Iterator[dict[str, Json]]:
    """Yield the mocks of a state for each execution that entered it. `is_part`: not of all of its items."""
    for arn in dict.fromkeys(each.counted_in for each in attempts):
        own = [each for each in attempts if each.counted_in == arn]
        items = sorted({each.place.item for each in own if each.place.item is not None})
        whole = _describe_sequence([each.attempt for each in own])
        is_same = "Return" in whole or "Throw" in whole
        if not items or (not is_part and (is_same or len(items) < 2)):
            yield {names.name(own[0]): whole}
        else:
            yield {
                names.name_item(own[0], item): _describe_sequence(
                    [each.attempt for each in own if each.place.item == item]
                )
                for item in items
            }


def _find_map(state: LocatedState) -> LocatedState | None:
    """Return the innermost Map around a state."""
    parent = state.scope.parent
    while parent is not None and parent.kind != "Map":
        parent = parent.scope.parent
    return parent


def _describe_sequence(attempts: Sequence[TaskAttempt]) -> dict[str, Json]:
    """Return the mock with the responses in order: one response if all are the same, or a sequence by attempt."""
    responses = [_describe_response(attempt) for attempt in attempts]
    ranges: list[tuple[int, int]] = []
    for index, response in enumerate(responses):
        if ranges and responses[ranges[-1][0]] == response:
            ranges[-1] = (ranges[-1][0], index)
        else:
            ranges.append((index, index))
    if len(ranges) == 1:
        return responses[0]
    return {str(first) if first == last else f"{first}-{last}": responses[first] for first, last in ranges}


def _describe_response(attempt: TaskAttempt) -> dict[str, Json]:
    if attempt.status == "SUCCEEDED":
        return {"Return": attempt.result}
    if attempt.ended is None:  # whatever it would have answered
        return {"Throw": {"Error": "States.TaskFailed", "Cause": "The execution was stopped before the task ended."}}
    thrown: dict[str, Json] = {"Error": attempt.error or "States.TaskFailed"}
    if attempt.cause:
        thrown["Cause"] = attempt.cause
    return {"Throw": thrown}
