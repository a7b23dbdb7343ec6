"""A limit for cfn-lint on a template that is not like others: function calls are counted, and so no time matters.

cfn-lint walks lists within lists twice at each level, and a reference in a text for each resource: a template of a few
kilobytes can take it hours. Counting costs about as much as cfn-lint itself takes, and so it is done only where
something in the template stands out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sfnorch.evaluation.budget import MOST_MEMORY, process_memory

_FEWEST_CALLS = 1_000_000
_CALLS_PER_VALUE = 600
"""An ordinary template takes 450 for each of its values (measured)."""

_CALLS_PER_LOOK = 65_536

_USUAL_VALUES = 30_000
_USUAL_NESTED_LISTS = 3
_USUAL_CONDITIONS = 20
_USUAL_REFERENCES = 300
_USUAL_CHARACTERS = 100_000


class CallLimitError(BaseException):
    """cfn-lint goes beyond the limit. No `except Exception` of its own takes it."""


@dataclass(slots=True)
class _Shape:
    """What of a template stands out."""

    values: int = 0
    nested_lists: int = 0
    references: int = 0
    characters: int = 0
    loops: bool = False


def most_calls(data: dict[str, Any]) -> int | None:
    """Return how many function calls cfn-lint may take for the template; None where it looks like others."""
    shape = _Shape()
    _look(data, shape)
    conditions = data.get("Conditions")
    usual = (
        shape.values <= _USUAL_VALUES
        and shape.nested_lists <= _USUAL_NESTED_LISTS
        and shape.references <= _USUAL_REFERENCES
        and shape.characters <= _USUAL_CHARACTERS
        and not shape.loops
        and (not isinstance(conditions, dict) or len(conditions) <= _USUAL_CONDITIONS)
    )
    return None if usual else _FEWEST_CALLS + _CALLS_PER_VALUE * shape.values


def _look(root: Any, shape: _Shape) -> None:
    todo = [(root, 0)]
    while todo:
        value, lists = todo.pop()
        shape.values += 1
        if isinstance(value, dict):
            shape.loops = shape.loops or any(key.startswith("Fn::ForEach") for key in value)
            todo += [(item, 0) for item in value.values()]
        elif isinstance(value, list):
            shape.nested_lists = max(shape.nested_lists, lists + 1)
            todo += [(item, lists + 1) for item in value]
        elif isinstance(value, str):
            shape.references = max(shape.references, value.count("${"))
            shape.characters = max(shape.characters, len(value))


@contextmanager
def limited_calls(most: int) -> Iterator[None]:
    """Raise CallLimitError when what runs within takes more function calls, or more memory than an evaluation may."""
    calls = 0
    memory = process_memory()

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        if event != "call":
            return
        calls += 1
        if calls > most:
            sys.setprofile(None)
            raise CallLimitError(f"more than {most:,} function calls")
        if calls % _CALLS_PER_LOOK == 0 and process_memory() - memory > MOST_MEMORY:
            sys.setprofile(None)
            raise CallLimitError(f"more than {MOST_MEMORY:,} bytes of memory")

    before: Callable[..., Any] | None = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
