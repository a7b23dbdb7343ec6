"""Programs that only read a value, compare it or add to it, such as `$states.input.item` and `$done + 1`.

Most expressions of a Map's child execution are such programs. They are evaluated without the engine, with the same
result and the same number of steps. Any other program, and a value that is not the usual one, is for the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from sfnorch.json_values import Json

ReadStates: TypeAlias = Callable[[frozenset[str] | None], Mapping[str, Json]]
"""Returns `$states` with the parts of these names, such as `input`; None stands for all parts."""

_NAME = r"(?!(?:and|or|in|true|false|null)\b)[A-Za-z]\w*"
_PATH = re.compile(rf"\$({_NAME})((?:\.{_NAME})*)", re.ASCII)
_SUM = re.compile(rf"\$({_NAME}) ?([=+]) ?([0-9]{{1,9}})", re.ASCII)
_LARGEST = 2**31


class Missing:
    """No value: the engine has to evaluate the program."""


_MISSING: Final = Missing()


class PlainProgram(NamedTuple):
    """A program without the engine: the variable, the names of a path, and the number that is compared or added."""

    variable: str
    path: tuple[str, ...] = ()
    operator: str = ""
    number: int = 0

    @property
    def steps(self) -> int:
        """Return the number of steps as the engine counts them."""
        if self.operator:
            return 3
        return 2 + len(self.path) if self.path else 1

    def evaluate(self, variables: Mapping[str, Json], read_states: ReadStates | None) -> Json | Missing:
        """Return the value; Missing if the engine has to find it."""
        if self.variable == "states" and read_states is not None:
            found: Json | Missing = dict(read_states(frozenset(self.path[:1]))) if self.path else _MISSING
        else:
            found = variables.get(self.variable, _MISSING)
        for name in self.path:
            if not isinstance(found, dict) or name not in found:
                return _MISSING
            found = found[name]
        if not self.operator:
            return found
        if type(found) is not int or not -_LARGEST < found < _LARGEST:
            return _MISSING
        return found == self.number if self.operator == "=" else found + self.number


def parse_plain(text: str) -> PlainProgram | None:
    """Return the program; None if only the engine can evaluate it."""
    if match := _PATH.fullmatch(text):
        return PlainProgram(match[1], tuple(match[2].split(".")[1:]))
    if match := _SUM.fullmatch(text):
        return PlainProgram(match[1], (), match[2], int(match[3]))
    return None
