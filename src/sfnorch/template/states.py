"""A definition's states as a graph: scopes (a machine, a branch, a Map's items), the states in each, the ways between.

It takes any JSON: what is no state, and what leads nowhere, is left to the rules that tell of it.
https://states-language.net/spec.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sfnorch.template.located import Object, Path

_ANY_ERROR = {"States.ALL", "States.TaskFailed"}


class Way(Enum):
    """Why an execution goes from one state to the next."""

    NEXT = "next"
    CHOICE = "choice"
    DEFAULT = "default"
    CATCH = "catch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A way from a state to another, by name; `rule` is the choice rule or the catcher that takes it."""

    way: Way
    target: str
    path: Path
    rule: Object | None = None

    def errors(self) -> tuple[str, ...]:
        """Return the error names that a catcher takes."""
        names = self.rule.get("ErrorEquals") if self.rule is not None and self.way is Way.CATCH else None
        return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """A state: its body as AWS reads it, its way in the definition, the scope it stands in."""

    name: str
    kind: str
    body: Object
    path: Path
    scope: Scope
    jsonata: bool
    transitions: tuple[Transition, ...]
    scopes: list[Scope] = field(default_factory=list)
    """A Parallel's branches, or a Map's item processor."""

    @property
    def ends(self) -> bool:
        """Whether an execution of the scope can end here."""
        return self.kind in ("Succeed", "Fail") or self.body.get("End") is True

    def text(self, key: str) -> str:
        """Return the body's text under the key; empty where there is none."""
        value = self.body.get(key)
        return value if isinstance(value, str) else ""

    def resources(self) -> Iterator[tuple[Path, str]]:
        """Each resource that the state names, and where: what it calls, what its Map reads from and writes to."""
        for path in (("Resource",), ("ItemReader", "Resource"), ("ResultWriter", "Resource")):
            body: Any = self.body
            for key in path:
                body = body.get(key) if isinstance(body, Object) else None
            if isinstance(body, str):
                yield (*self.path, *path), body

    def objects(self, key: str) -> Iterator[tuple[int, Object]]:
        """Yield the mappings in the body's list under the key, with their positions."""
        yield from _objects(self.body, key)

    @property
    def distributed(self) -> bool:
        """Whether it is a distributed Map."""
        return any(scope.distributed for scope in self.scopes)

    @property
    def catches_all(self) -> bool:
        """Whether a catcher of its own takes an error of any name."""
        return any(_ANY_ERROR & set(transition.errors()) for transition in self.catches)

    @property
    def catches(self) -> list[Transition]:
        """The ways that its catchers take."""
        return [transition for transition in self.transitions if transition.way is Way.CATCH]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """States that lead only to each other: the machine's own, a branch's, or those run for each item."""

    body: Object
    path: Path
    parent: State | None
    states: dict[str, State] = field(default_factory=dict)

    @property
    def start_at(self) -> str:
        """The name of the first state; empty where none is told."""
        value = self.body.get("StartAt")
        return value if isinstance(value, str) else ""

    @property
    def distributed(self) -> bool:
        """Whether it is a distributed Map's: child executions of their own, which see no outer variable."""
        config = self.body.get("ProcessorConfig")
        return isinstance(config, Object) and config.get("Mode") == "DISTRIBUTED"

    def walk(self) -> Iterator[State]:
        """Every state, those of inner scopes behind the state that holds them."""
        for state in self.states.values():
            yield state
            for scope in state.scopes:
                yield from scope.walk()

    def scopes(self) -> Iterator[Scope]:
        """Yield the scope itself, and all within it."""
        yield self
        for state in self.states.values():
            for scope in state.scopes:
                yield from scope.scopes()


def states_of(definition: Object) -> Scope:
    """Return the machine's scope, with all its states."""
    return _scope(definition, (), None, _language(definition, jsonata=False))


def _scope(body: Object, path: Path, parent: State | None, jsonata: bool) -> Scope:
    scope = Scope(body=body, path=path, parent=parent)
    states = body.get("States")
    if isinstance(states, Object):
        for name, state in states.items():
            if isinstance(state, Object):
                scope.states[name] = _state(name, state, (*path, "States", name), scope, jsonata)
    return scope


def _state(name: str, body: Object, path: Path, scope: Scope, jsonata: bool) -> State:
    kind = body.get("Type")
    state = State(
        name=name,
        kind=kind if isinstance(kind, str) else "",
        body=body,
        path=path,
        scope=scope,
        jsonata=_language(body, jsonata=jsonata),
        transitions=tuple(_transitions(body, path)),
    )
    if state.kind == "Parallel":
        for index, branch in _objects(body, "Branches"):
            state.scopes.append(_scope(branch, (*path, "Branches", index), state, _language(branch, jsonata=jsonata)))
    if state.kind == "Map":
        for key in ("ItemProcessor", "Iterator"):
            if isinstance(items := body.get(key), Object):
                state.scopes.append(_scope(items, (*path, key), state, _language(items, jsonata=jsonata)))
    return state


def _language(body: Object, *, jsonata: bool) -> bool:
    language = body.get("QueryLanguage")
    return jsonata if language is None else language == "JSONata"


def _transitions(body: Object, path: Path) -> Iterator[Transition]:
    if isinstance(target := body.get("Next"), str) and body.get("Type") != "Choice":
        yield Transition(way=Way.NEXT, target=target, path=(*path, "Next"))
    for index, rule in _objects(body, "Choices"):
        if isinstance(target := rule.get("Next"), str):
            yield Transition(way=Way.CHOICE, target=target, path=(*path, "Choices", index, "Next"), rule=rule)
    if isinstance(target := body.get("Default"), str):
        yield Transition(way=Way.DEFAULT, target=target, path=(*path, "Default"))
    for index, rule in _objects(body, "Catch"):
        if isinstance(target := rule.get("Next"), str):
            yield Transition(way=Way.CATCH, target=target, path=(*path, "Catch", index, "Next"), rule=rule)


def _objects(body: Object, key: str) -> Iterator[tuple[int, Object]]:
    values: Any = body.get(key)
    if isinstance(values, list):
        yield from ((index, value) for index, value in enumerate(values) if isinstance(value, Object))
