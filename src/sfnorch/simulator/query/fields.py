"""Fields of states with JSONata, prepared once: which of their parts are expressions, and which are constant.

A field is evaluated in each execution. Then only its expressions are: what is constant is the same value each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sfnorch.evaluation.plain_programs import PlainProgram, build_plain
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json

ReadStates: TypeAlias = Callable[[frozenset[str] | None], Mapping[str, Json]]
"""Returns `$states` with the parts of these names, such as `input`; None stands for all parts."""

_CHANCE = re.compile(r"\$(?:random|uuid|shuffle|eval)\b")
_STATES = re.compile(r"\$states(?!\w)(?:\.([A-Za-z]+)(?!\w))?")


class FieldProgram(NamedTuple):
    """The code of an expression, and what it reads of `$states`."""

    text: str
    name: str
    """The name of the field, for errors."""
    parts: frozenset[str] | None
    """The names of the parts that it can read; None stands for all parts."""
    reads_states: bool
    plain: PlainProgram | None
    is_repeatable: bool
    """Whether it has the same value each time that a field evaluates it."""


class FieldNames:
    """What the expressions of a field can read: the variables, and `$states` as far as they need it."""

    __slots__ = ("_bound", "known", "read_states", "variables")

    def __init__(self, variables: Mapping[str, Json], read_states: ReadStates | None) -> None:
        self.variables = variables
        self.read_states = read_states
        self._bound: dict[frozenset[str] | None, Mapping[str, Json]] | None = None
        self.known: dict[str, tuple[Json, int, int]] = {}
        """The values of the programs that the engine has evaluated, each with its steps and the size of its value."""

    def bind(self, program: FieldProgram) -> Mapping[str, Json]:
        """Return the variables for the expression."""
        if self.read_states is None or not program.reads_states:
            return self.variables
        if self._bound is None:
            self._bound = {}
        found = self._bound.get(program.parts)
        if found is None:
            states: Json = dict(self.read_states(program.parts))
            found = self._bound[program.parts] = {**self.variables, "states": states}
        return found


ComputeField: TypeAlias = Callable[[FieldNames], Json]
EvaluateProgram: TypeAlias = Callable[[FieldProgram, FieldNames], Json]


class PreparedField(NamedTuple):
    """A field: its value, or the function that computes it if it contains an expression."""

    constant: Json
    compute: ComputeField | None


def prepare_field(field: Json, name: str, evaluate: EvaluateProgram) -> PreparedField:
    """Return the prepared field, whose expressions `evaluate` evaluates."""
    match field:
        case str():
            program = parse_program(field, name)
            return PreparedField(field, None if program is None else lambda names: evaluate(program, names))
        case dict():
            parts = {key: prepare_field(item, f"{name}/{key}", evaluate) for key, item in field.items()}
            return _join_parts({key: part.constant for key, part in parts.items()}, parts.items())
        case list():
            items = [prepare_field(item, f"{name}[{index}]", evaluate) for index, item in enumerate(field)]
            return _join_parts([item.constant for item in items], enumerate(items))
    return PreparedField(field, None)


def _join_parts(frame: Any, parts: Iterable[tuple[object, PreparedField]]) -> PreparedField:
    """Return an object or a list whose constant parts are in the frame."""
    computed = [(key, part.compute) for key, part in parts if part.compute is not None]

    def compute(names: FieldNames) -> Json:
        found: Any = frame.copy()
        for key, compute_part in computed:
            found[key] = compute_part(names)
        return found  # type: ignore[no-any-return]  # it is JSON

    return PreparedField(frame, compute if computed else None)


@lru_cache(maxsize=10_000)
def parse_program(field: str, name: str) -> FieldProgram | None:
    """Return the program of a text; None if the text is no expression."""
    code = parse_code(field)
    if code is None:
        return None
    text = code.strip()
    found = [match[1] for match in _STATES.finditer(text)]
    reads_parent = "%" in text  # `$states.input.%` is all of $states
    parts = None if found and (reads_parent or None in found) else frozenset(found)
    return FieldProgram(text, name, parts, bool(found), _build_plain(text), not _CHANCE.search(text))


_build_plain = lru_cache(maxsize=10_000)(build_plain)
