"""A scope's loops, the limits of the loops, and the maximum number of history events of a machine.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from sfnorch.expressions import evaluate_constant, parse_code
from sfnorch.json_values import Json, list_values
from sfnorch.linter.expressions import list_expressions
from sfnorch.linter.jsonata import find_names
from sfnorch.linter.variables import list_assigned
from sfnorch.template.calls import parse_call
from sfnorch.template.located import Object, read_objects
from sfnorch.template.states import LocatedState, StateScope

_ORDERED = re.compile(r"(Numeric|Timestamp)(Less|Greater)Than(Equals)?(Path)?")
_COUNTS = re.compile(r"States\.MathAdd\(")
_EXECUTION_EVENTS = 2
_ATTEMPTS = 3
"""The default MaxAttempts of a retrier."""


@dataclass(frozen=True, slots=True)
class Loop:
    """States in a cycle of transitions: the seconds that one round waits, and the maximum number of rounds.

    `rounds` is None if the limit is not a number in the definition. `bounded` is whether a limit exists.
    """

    states: tuple[LocatedState, ...]
    seconds: float
    rounds: float | None
    bounded: bool

    @property
    def waits(self) -> bool:
        """Return whether a round pauses, as a polling loop does."""
        return any(state.kind == "Wait" for state in self.states)


def build_transition_graph(scope: StateScope) -> nx.DiGraph:
    """Return a graph of the scope's states by name, with the transitions between existing states."""
    graph = nx.DiGraph()
    graph.add_nodes_from(scope.states)
    for state in scope.states.values():
        graph.add_edges_from((state.name, way.target) for way in state.transitions if way.target in scope.states)
    return graph


def find_loops(scope: StateScope, timeout: float | None) -> Iterator[Loop]:
    """Yield the scope's loops, without those of inner scopes; `timeout` is the machine's own, in seconds."""
    graph = build_transition_graph(scope)
    for component in nx.strongly_connected_components(graph):
        inside = [state for name, state in scope.states.items() if name in component]
        if len(inside) > 1 or graph.has_edge(inside[0].name, inside[0].name):
            yield _describe_loop(inside, timeout, timed_out=_is_stopped_by_sibling(scope))


def _is_stopped_by_sibling(scope: StateScope) -> bool:
    """Return whether the scope is a branch, and another branch waits and then fails, which stops this branch."""
    for branch in scope.parent.scopes if scope.parent else ():
        kinds = {state.kind for state in branch.states.values()}
        if (
            branch is not scope
            and {"Wait", "Fail"} <= kinds
            and nx.is_directed_acyclic_graph(build_transition_graph(branch))
        ):
            return True
    return False


def _describe_loop(states: list[LocatedState], timeout: float | None, *, timed_out: bool) -> Loop:
    seconds = sum(_convert_to_number(state.body.get("Seconds")) or 0 for state in states if state.kind == "Wait")
    counts = any(_COUNTS.search(str(state.body)) for state in states)
    limits = [limit for state in states for limit in _list_counter_limits(state, states, in_data=counts)]
    orders = any(_has_order_comparison(state) for state in states if state.kind == "Choice")
    rounds = max(limits) if limits else None
    if timeout and seconds:
        rounds = min(math.ceil(timeout / seconds), rounds or math.inf)
    return Loop(
        states=tuple(states),
        seconds=seconds,
        rounds=rounds,
        bounded=bool(limits or timeout or orders or counts or timed_out),
    )


def _list_counter_limits(choice: LocatedState, states: list[LocatedState], *, in_data: bool) -> Iterator[float]:
    """Yield the numbers that a Choice compares with a counter of the loop.

    `in_data`: JSONPath, so the counter is in the data.
    """
    if choice.kind != "Choice":
        return
    counters = {name for state in states for name in _list_counters(state)}
    for _, rule in choice.list_objects("Choices"):
        text = parse_code(rule.get("Condition"))
        if text is not None:
            yield from (limit for name, limit in find_names(text).compared.items() if name in counters)
        for comparison in _list_comparisons(rule) if in_data else ():
            limits = (_convert_to_number(value) for key, value in comparison.items() if _ORDERED.fullmatch(key))
            yield from (limit for limit in limits if limit is not None)


def _list_counters(state: LocatedState) -> Iterator[str]:
    """Yield the variables that a state assigns from their own values."""
    places = [state.body, *(rule for key in ("Choices", "Catch") for _, rule in state.list_objects(key))]
    for body in places:
        for name in list_assigned(body):
            text = parse_code(body.find_object("Assign").get(name))
            if text is not None and name in find_names(text).variables:
                yield name


def _has_order_comparison(state: LocatedState) -> bool:
    if any(expression.names.orders for expression in list_expressions(state)):
        return True
    comparisons = (body for _, rule in state.list_objects("Choices") for body in _list_comparisons(rule))
    return any(_ORDERED.fullmatch(key) for body in comparisons for key in body)


def _list_comparisons(rule: Object) -> Iterator[Object]:
    """Yield a JSONPath choice rule and its nested rules."""
    yield rule
    for key in ("And", "Or", "Not"):
        for _, inner in read_objects(list_values(rule.get(key))):
            yield from _list_comparisons(inner)


def count_events(scope: StateScope, timeout: float | None) -> float:
    """Return the number of events on the longest path through the scope; a loop without a known limit counts once."""
    graph = build_transition_graph(scope)
    rounds = {
        state.name: loop.rounds
        for loop in find_loops(scope, timeout)
        if loop.rounds is not None
        for state in loop.states
    }
    weights = {name: _count_state_events(state, timeout) * rounds.get(name, 1) for name, state in scope.states.items()}
    whole = nx.condensation(graph)
    longest: dict[int, float] = {}
    for node in reversed(list(nx.topological_sort(whole))):
        own = sum(weights[name] for name in whole.nodes[node]["members"])
        longest[node] = own + max((longest[after] for after in whole.successors(node)), default=0)
    return max(longest.values(), default=0) + (_EXECUTION_EVENTS if scope.parent is None else 0)


def _count_state_events(state: LocatedState, timeout: float | None) -> float:
    """Return the events of one visit: entered, exited, and the events between; each attempt counts."""
    inner = [count_events(scope, timeout) for scope in state.scopes]
    match state.kind:
        case "Task":
            call = parse_call(state)
            attempt = 4 if call and call.way else 3
            return 2 + attempt * (1 + _count_attempts(state))
        case "Parallel":
            return 2 + (2 + sum(inner)) * (1 + _count_attempts(state))
        case "Map":
            items = 0 if state.distributed else _count_items(state)
            return 2 + (3 + items * (2 + sum(inner))) * (1 + _count_attempts(state))
        case "Fail":
            return 1
    return 2


def _count_attempts(state: LocatedState) -> float:
    return sum(
        _ATTEMPTS if (number := _convert_to_number(retrier.get("MaxAttempts"))) is None else number
        for _, retrier in state.list_objects("Retry")
    )


def _count_items(state: LocatedState) -> float:
    """Return the number of items of a Map, if the definition contains the items; else 1."""
    items = state.body.get("Items")
    if (text := parse_code(items)) is not None:
        items = evaluate_constant(text)
    return len(items) if isinstance(items, list) else 1


def _convert_to_number(value: Json) -> float | None:
    match value:
        case bool():
            return None
        case int() | float():
            return float(value)
    return None


def read_timeout(machine: StateScope) -> float | None:
    """Return the machine's own TimeoutSeconds; None if it has none."""
    return _convert_to_number(machine.body.get("TimeoutSeconds"))
