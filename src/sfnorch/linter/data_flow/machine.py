"""The shapes of the inputs of all states of a machine, and the faults of its paths.

The input of a state has what is common to all transitions to it. A fault is reported only when the shapes do not
change any more: each is then a fault of every execution that reaches the state.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator

from sfnorch.json_values import walk_values
from sfnorch.linter.data_flow.paths import FlowFault
from sfnorch.linter.data_flow.shapes import ANY, Shape, join_shapes
from sfnorch.linter.data_flow.states import StateFlow
from sfnorch.template.states import LocatedState, StateScope

_MOST_VISITS = 4
"""After so many visits, nothing is assumed of a state's input: in a loop, its shape can grow without end."""

_TESTS_SHAPE = re.compile(r"Is(Present|Null|String|Numeric|Boolean|Timestamp)")
Report = Callable[[FlowFault], None]


def find_flow_faults(root: StateScope) -> Iterator[FlowFault]:
    """Yield the faults of the paths of a machine, each once. Nothing is known of the input of an execution."""
    faults: dict[FlowFault, None] = {}
    _check_scope(root, ANY, ANY, lambda fault: faults.setdefault(fault))
    yield from faults


def _check_scope(scope: StateScope, given: Shape, item: Shape, report: Report) -> None:
    for name, shape in _find_inputs(scope, given, item).items():
        state = scope.states[name]
        if not state.jsonata:
            flow = StateFlow(state, shape, item, report)
            flow.list_targets()  # reports the faults of its fields
            for index, inner, inner_item in flow.list_scopes():
                _check_scope(state.scopes[index], inner, inner_item, report)
        else:
            for inner_scope in state.scopes:
                _check_scope(inner_scope, ANY, ANY, report)


def _find_inputs(scope: StateScope, given: Shape, item: Shape) -> dict[str, Shape]:
    """Return the shapes of the inputs of the states that an execution can reach."""
    inputs: dict[str, Shape] = {}
    visits: dict[str, int] = {}
    if scope.start_at in scope.states:
        inputs[scope.start_at] = given
    waiting = deque(inputs)
    while waiting:
        name = waiting.popleft()
        state = scope.states[name]
        visits[name] = visits.get(name, 0) + 1
        for target, shape in _list_targets(state, inputs[name], item):
            if target not in scope.states:
                continue
            before = inputs.get(target)
            after = shape if before is None else join_shapes([before, shape])
            if visits.get(target, 0) >= _MOST_VISITS and after != before:
                after = ANY
            if after != before:
                inputs[target] = after
                waiting.append(target)
    return inputs


def _list_targets(state: LocatedState, given: Shape, item: Shape) -> Iterator[tuple[str, Shape]]:
    """Yield the next states with the shapes of their inputs.

    After a Choice that tests for the shape of a value, only some values of a shape are left, so nothing is known.
    """
    if state.jsonata or (state.kind == "Choice" and _tests_shape(state)):
        yield from ((transition.target, ANY) for transition in state.transitions)
    else:
        yield from StateFlow(state, given, item, _ignore).list_targets()


def _tests_shape(state: LocatedState) -> bool:
    return any(
        _TESTS_SHAPE.fullmatch(str(step)) for path, _ in walk_values(state.body.get("Choices")) for step in path[-1:]
    )


def _ignore(_: FlowFault) -> None:
    """Report nothing: the shapes can still change."""
