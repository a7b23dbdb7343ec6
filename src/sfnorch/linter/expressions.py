"""All JSONata expressions of a machine: their locations, and the parts of $states that each can use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sfnorch.expressions import ExpressionNames, parse_code
from sfnorch.json_values import Json, walk_strings
from sfnorch.linter.jsonata import find_names
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_INNER = ("Branches", "ItemProcessor", "Iterator", "Catch", "Choices")
_NAMES_OF_STATES = ("Type", "Next", "Default", "Resource", "Comment", "QueryLanguage")
RESULT, ERROR = "result", "errorOutput"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedExpression:
    """An expression in a state: its text, the names that it refers to, and the parts of $states that it can use."""

    state: LocatedState
    path: Path
    text: str
    names: ExpressionNames
    available: frozenset[str]


def list_expressions(state: LocatedState) -> Iterator[LocatedExpression]:
    """Yield the expressions of a state, its catchers and its choice rules; nothing for a JSONPath state."""
    if not state.jsonata:
        return
    always = frozenset({"input", "context"})
    after = always | {RESULT} if state.kind in ("Task", "Parallel", "Map") else always
    for key, value in state.body.items():
        if key not in _INNER and key not in _NAMES_OF_STATES:
            available = after if key in ("Output", "Assign") else always
            yield from _find_expressions(state, value, (*state.path, key), available)
    for key, more in (("Choices", frozenset[str]()), ("Catch", frozenset({ERROR}))):
        for index, rule in state.list_objects(key):
            for name, value in rule.items():
                yield from _find_expressions(state, value, (*state.path, key, index, name), always | more)


def _find_expressions(
    state: LocatedState, value: Json, path: Path, available: frozenset[str]
) -> Iterator[LocatedExpression]:
    for inner, string in walk_strings(value):
        if (text := parse_code(string)) is not None:
            yield LocatedExpression(
                state=state, path=(*path, *inner), text=text, names=find_names(text), available=available
            )
