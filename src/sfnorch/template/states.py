"""A definition's states as a graph: scopes (a machine, a branch, a Map's items), their states, and the transitions.

It accepts any JSON. Rules report invalid states and dangling transitions.
https://states-language.net/spec.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from sfnorch.json_values import find_value, read_string, read_strings
from sfnorch.template.located import Object, Path, read_objects

_ANY_ERROR = {"States.ALL", "States.TaskFailed"}


class TransitionKind(Enum):
    """The kind of a transition between states."""

    NEXT = "next"
    CHOICE = "choice"
    DEFAULT = "default"
    CATCH = "catch"


class Transition(NamedTuple):
    """A transition to a state, by name; `rule` is the choice rule or the catcher with the transition."""

    way: TransitionKind
    target: str
    path: Path
    rule: Object | None = None

    def list_errors(self) -> tuple[str, ...]:
        """Return the error names that a catcher matches."""
        return (
            tuple(read_strings(self.rule.get("ErrorEquals"))) if self.rule and self.way is TransitionKind.CATCH else ()
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocatedState:
    """A state: its body, its path in the definition, and its scope."""

    name: str
    kind: str
    body: Object
    path: Path
    scope: StateScope
    jsonata: bool
    transitions: tuple[Transition, ...]
    scopes: list[StateScope] = field(default_factory=list)
    """A Parallel's branches, or a Map's item processor."""

    @property
    def ends(self) -> bool:
        """Return whether an execution of the scope can end here."""
        return self.kind in ("Succeed", "Fail") or self.body.get("End") is True

    def read_text(self, key: str) -> str:
        """Return the body's text with this key; empty if it is missing."""
        return read_string(self.body.get(key))

    def list_resources(self) -> Iterator[tuple[Path, str]]:
        """Yield each resource in the state with its path: the call, and the reads and writes of a Map."""
        for path in (("Resource",), ("ItemReader", "Resource"), ("ResultWriter", "Resource")):
            if resource := read_string(find_value(self.body, *path)):
                yield (*self.path, *path), resource

    def list_objects(self, key: str) -> Iterator[tuple[int, Object]]:
        """Yield the mappings in the body's list with this key, and their indexes."""
        return read_objects(self.body.get(key))

    @property
    def distributed(self) -> bool:
        """Return whether it is a distributed Map."""
        return any(scope.distributed for scope in self.scopes)

    @property
    def catches_all(self) -> bool:
        """Return whether one of its catchers matches all errors."""
        return any(_ANY_ERROR & set(transition.list_errors()) for transition in self.catches)

    @property
    def catches(self) -> list[Transition]:
        """Return the transitions of its catchers."""
        return [transition for transition in self.transitions if transition.way is TransitionKind.CATCH]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateScope:
    """A set of states with transitions only between them: a machine's, a branch's, or those for each item."""

    body: Object
    path: Path
    parent: LocatedState | None
    states: dict[str, LocatedState] = field(default_factory=dict)

    @property
    def start_at(self) -> str:
        """Return the name of the first state; empty if it is missing."""
        return read_string(self.body.get("StartAt"))

    @property
    def distributed(self) -> bool:
        """Return whether it belongs to a distributed Map: it runs as child executions, which see no outer variable."""
        return find_value(self.body, "ProcessorConfig", "Mode") == "DISTRIBUTED"

    def list_states(self) -> Iterator[LocatedState]:
        """Yield every state; the states of inner scopes follow the state that contains them."""
        for state in self.states.values():
            yield state
            for scope in state.scopes:
                yield from scope.list_states()

    def list_scopes(self) -> Iterator[StateScope]:
        """Yield the scope itself and all inner scopes."""
        yield self
        for state in self.states.values():
            for scope in state.scopes:
                yield from scope.list_scopes()


def build_scope(definition: Object) -> StateScope:
    """Return the machine's scope with all its states."""
    return _build_scope(definition, (), None, _is_jsonata(definition, jsonata=False))


def _build_scope(body: Object, path: Path, parent: LocatedState | None, jsonata: bool) -> StateScope:
    scope = StateScope(body=body, path=path, parent=parent)
    for name, state in body.find_object("States").entries():
        scope.states[name] = _build_state(name, state, (*path, "States", name), scope, jsonata)
    return scope


def _build_state(name: str, body: Object, path: Path, scope: StateScope, jsonata: bool) -> LocatedState:
    state = LocatedState(
        name=name,
        kind=read_string(body.get("Type")),
        body=body,
        path=path,
        scope=scope,
        jsonata=_is_jsonata(body, jsonata=jsonata),
        transitions=tuple(_list_transitions(body, path)),
    )
    if state.kind == "Parallel":
        for index, branch in read_objects(body.get("Branches")):
            state.scopes.append(
                _build_scope(branch, (*path, "Branches", index), state, _is_jsonata(branch, jsonata=jsonata))
            )
    if state.kind == "Map":
        for key in ("ItemProcessor", "Iterator"):
            if (items := body.get_object(key)) is not None:
                state.scopes.append(_build_scope(items, (*path, key), state, _is_jsonata(items, jsonata=jsonata)))
    return state


def _is_jsonata(body: Object, *, jsonata: bool) -> bool:
    language = body.get("QueryLanguage")
    return jsonata if language is None else language == "JSONata"


def _list_transitions(body: Object, path: Path) -> Iterator[Transition]:
    if body.get("Type") != "Choice":
        yield from _transition(TransitionKind.NEXT, "Next", body, path)
    for index, rule in read_objects(body.get("Choices")):
        yield from _transition(TransitionKind.CHOICE, "Next", rule, (*path, "Choices", index), rule)
    yield from _transition(TransitionKind.DEFAULT, "Default", body, path)
    for index, rule in read_objects(body.get("Catch")):
        yield from _transition(TransitionKind.CATCH, "Next", rule, (*path, "Catch", index), rule)


def _transition(
    way: TransitionKind, key: str, body: Object, path: Path, rule: Object | None = None
) -> Iterator[Transition]:
    match body.get(key):
        case str(target):
            yield Transition(way=way, target=target, path=(*path, key), rule=rule)
