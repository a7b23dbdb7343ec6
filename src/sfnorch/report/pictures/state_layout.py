"""The places of the states of a machine in a picture: one below the other, and branches in columns in their state.

States that follow each other are joined by a straight line. All other transitions run in lanes beside the column, those
of catchers on its left, so that no line crosses a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sfnorch.graph.words import list_labelled_transitions, sort_states
from sfnorch.template.states import LocatedState, StateScope, Transition, TransitionKind

BOX_WIDTH, BOX_HEIGHT = 210, 38
TITLE = 30
"""The height of the title of a state with branches."""
_GAP, _PADDING, _LANE = 24, 14, 12
_MOST_SIDE_BY_SIDE = 5


@dataclass(slots=True)
class StateBox:
    """A state, the place of its upper left corner, its size, and the columns in it."""

    state: LocatedState
    x: float
    y: float
    width: float
    height: float
    columns: list[StateColumn] = field(default_factory=list)

    def move(self, x: float, y: float) -> None:
        """Move the box and all that is in it."""
        self.x, self.y = self.x + x, self.y + y
        for column in self.columns:
            column.move(x, y)


@dataclass(slots=True)
class StateLine:
    """A transition as a line through these points."""

    source: LocatedState
    transition: Transition
    label: str
    points: list[tuple[float, float]]


@dataclass(slots=True)
class StateColumn:
    """The states of a scope, and their transitions."""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    boxes: list[StateBox] = field(default_factory=list)
    lines: list[StateLine] = field(default_factory=list)

    def move(self, x: float, y: float) -> None:
        """Move the column and all that is in it."""
        self.x, self.y = self.x + x, self.y + y
        for box in self.boxes:
            box.move(x, y)
        for line in self.lines:
            line.points = [(left + x, top + y) for left, top in line.points]


def place_states(scope: StateScope) -> StateColumn:
    """Return the column of the scope, with its upper left corner at 0, 0."""
    boxes = [_place_state(state) for state in sort_states(scope)]
    column = StateColumn(boxes=boxes)
    widest = max((box.width for box in boxes), default=0)
    top = 0.0
    for box in boxes:
        box.move((widest - box.width) / 2, top)
        top += box.height + _GAP
    indexes = {box.state.name: index for index, box in enumerate(boxes)}
    lanes: dict[bool, list[list[tuple[int, int]]]] = {True: [], False: []}
    for index, box in enumerate(boxes):
        for transition, label in list_labelled_transitions(box.state):
            target = indexes.get(transition.target)
            if target is None:
                continue
            is_catch = transition.way is TransitionKind.CATCH
            points = (
                _join_neighbors(box, boxes[target])
                if target == index + 1 and not is_catch
                else _join_by_lane(
                    box, boxes[target], widest, _take_lane(lanes[is_catch], index, target), is_left=is_catch
                )
            )
            column.lines.append(StateLine(box.state, transition, label, points))
    left = len(lanes[True]) * _LANE + (_LANE if lanes[True] else 0)
    right = len(lanes[False]) * _LANE + (_LANE if lanes[False] else 0)
    column.move(left, 0)
    column.x = 0
    column.width, column.height = widest + left + right, max(top - _GAP, 0)
    return column


def _place_state(state: LocatedState) -> StateBox:
    """Return the box of a state at 0, 0; its branches are columns in it, in rows of five."""
    if not state.scopes:
        return StateBox(state, 0, 0, BOX_WIDTH, BOX_HEIGHT)
    columns = [place_states(scope) for scope in state.scopes]
    width, top = 0.0, float(TITLE)
    for begin in range(0, len(columns), _MOST_SIDE_BY_SIDE):
        row: Sequence[StateColumn] = columns[begin : begin + _MOST_SIDE_BY_SIDE]
        left = float(_PADDING)
        for column in row:
            column.move(left, top)
            left += column.width + _PADDING
        width = max(width, left)
        top += max(column.height for column in row) + _PADDING
    return StateBox(state, 0, 0, max(width, BOX_WIDTH), top, columns)


def _take_lane(lanes: list[list[tuple[int, int]]], source: int, target: int) -> int:
    """Return the first lane that is free between the two states, and occupy it."""
    first, last = min(source, target), max(source, target)
    for number, taken in enumerate(lanes):
        if all(last <= begin or first >= end for begin, end in taken):
            taken.append((first, last))
            return number
    lanes.append([(first, last)])
    return len(lanes) - 1


def _join_neighbors(source: StateBox, target: StateBox) -> list[tuple[float, float]]:
    middle = source.x + source.width / 2
    return [(middle, source.y + source.height), (middle, target.y)]


def _join_by_lane(
    source: StateBox, target: StateBox, widest: float, lane: int, *, is_left: bool
) -> list[tuple[float, float]]:
    """Return a line from the side of the source through the lane to the side of the target."""
    away = _LANE * (lane + 1)
    x = -away if is_left else widest + away
    begin = source.x if is_left else source.x + source.width
    end = target.x if is_left else target.x + target.width
    leaves, arrives = source.y + source.height / 2 + 7, target.y + min(target.height, BOX_HEIGHT) / 2 - 7
    return [(begin, leaves), (x, leaves), (x, arrives), (end, arrives)]
