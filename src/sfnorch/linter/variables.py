"""The variables that are set when a state starts: on every path to it, and on at least one path.

A variable that a state, a choice rule or a catcher assigns is set from the next state. A variable of a branch or an
item is not visible outside of it. A distributed Map does not see outer variables.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sfnorch.expressions import parse_code
from sfnorch.linter.jsonata import find_names
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState, StateScope, TransitionKind

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class KnownVariables:
    """The variables that are set when a state starts: on every path to it, and on at least one path."""

    always: Names
    sometimes: Names


def list_assigned(body: Object | None) -> Names:
    """Return the variables that a state, a choice rule or a catcher assigns."""
    return frozenset(name.removesuffix(".$") for name in body.find_object("Assign")) if body else frozenset()


def find_known_variables(machine: StateScope) -> dict[LocatedState, KnownVariables]:
    """Return the variables that are set when each state starts; unreachable states are left out."""
    found: dict[LocatedState, KnownVariables] = {}
    _follow_scope(machine, KnownVariables(frozenset(), frozenset()), found)
    return found


def _follow_scope(scope: StateScope, entry: KnownVariables, found: dict[LocatedState, KnownVariables]) -> None:
    reached: dict[str, KnownVariables] = {}
    todo = [(scope.start_at, entry)]
    while todo:
        name, arriving = todo.pop()
        state = scope.states.get(name)
        if state is None:
            continue
        before = reached.get(name)
        known = arriving if before is None else _join_known(before, arriving)
        if known == before:
            continue
        reached[name] = known
        todo.extend(_list_leaving(state, known))
    for name, known in reached.items():
        state = scope.states[name]
        found[state] = known
        for inner in state.scopes:
            _follow_scope(inner, KnownVariables(frozenset(), frozenset()) if inner.distributed else known, found)


def _join_known(one: KnownVariables, other: KnownVariables) -> KnownVariables:
    return KnownVariables(one.always & other.always, one.sometimes | other.sometimes)


def _list_leaving(state: LocatedState, known: KnownVariables) -> Iterator[tuple[str, KnownVariables]]:
    for transition in state.transitions:
        by_rule = transition.way in (TransitionKind.CHOICE, TransitionKind.CATCH)
        more = list_assigned(transition.rule) if by_rule else list_assigned(state.body)
        if transition.way is TransitionKind.CHOICE and transition.rule is not None:
            condition = parse_code(transition.rule.get("Condition"))
            more |= find_names(condition).guarded & known.sometimes if condition is not None else frozenset()
        yield transition.target, KnownVariables(known.always | more, known.sometimes | more)


def list_assigned_within(scope: StateScope, *, without_catchers: LocatedState) -> Names:
    """Return the variables that are assigned in the scope itself, without inner scopes and a state's own catchers."""
    names: Names = frozenset()
    for state in scope.states.values():
        names |= list_assigned(state.body)
        for transition in state.transitions:
            if state is not without_catchers or transition.way is not TransitionKind.CATCH:
                names |= list_assigned(transition.rule)
    return names
