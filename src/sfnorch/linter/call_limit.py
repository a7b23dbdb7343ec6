"""A limit on function calls for cfn-lint on unusual templates. The limit does not depend on the machine's speed.

cfn-lint walks each level of nested lists twice, and walks the references in a text for each resource. So a template of
a few kilobytes can take hours. Counting calls takes about as long as cfn-lint itself. So calls are counted only if the
template has an unusual shape.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from sfnorch.evaluation.budget import MOST_MEMORY, read_process_memory
from sfnorch.json_values import Json, read_mapping

_FEWEST_CALLS = 1_000_000
_CALLS_PER_VALUE = 2_500
"""A rendered template takes up to 1,250 calls for each of its values (measured, with cfn-lint 1.58)."""

_CALLS_PER_LOOK = 65_536

_USUAL_VALUES = 30_000
_USUAL_NESTED_LISTS = 3
_USUAL_CONDITIONS = 20
_USUAL_REFERENCES = 300
_USUAL_CHARACTERS = 100_000


class CallLimitError(BaseException):
    """cfn-lint exceeds the limit. This is a BaseException, so that cfn-lint's `except Exception` does not catch it."""


@dataclass(slots=True)
class _Shape:
    """The figures of a template that can be unusual."""

    values: int = 0
    nested_lists: int = 0
    references: int = 0
    characters: int = 0
    loops: bool = False


def estimate_call_limit(data: dict[str, Json]) -> int | None:
    """Return the maximum number of function calls for cfn-lint on the template; None if its shape is usual."""
    shape = _Shape()
    _measure_shape(data, shape)
    usual = (
        shape.values <= _USUAL_VALUES
        and shape.nested_lists <= _USUAL_NESTED_LISTS
        and shape.references <= _USUAL_REFERENCES
        and shape.characters <= _USUAL_CHARACTERS
        and not shape.loops
        and len(read_mapping(data.get("Conditions"))) <= _USUAL_CONDITIONS
    )
    return None if usual else _FEWEST_CALLS + _CALLS_PER_VALUE * shape.values


def _measure_shape(root: Json, shape: _Shape) -> None:
    todo = [(root, 0)]
    while todo:
        value, lists = todo.pop()
        shape.values += 1
        match value:
            case str():
                shape.references = max(shape.references, value.count("${"))
                shape.characters = max(shape.characters, len(value))
            case dict():
                shape.loops = shape.loops or any(key.startswith("Fn::ForEach") for key in value)
                todo += [(item, 0) for item in value.values()]
            case list():
                shape.nested_lists = max(shape.nested_lists, lists + 1)
                todo += [(item, lists + 1) for item in value]


@contextmanager
def limit_calls(most: int) -> Iterator[None]:
    """Raise CallLimitError if the block exceeds the number of function calls or the memory limit of an evaluation."""
    calls = 0
    memory = read_process_memory()

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        if event != "call":
            return
        calls += 1
        if calls > most:
            sys.setprofile(None)
            raise CallLimitError(f"more than {most:,} function calls")
        if calls % _CALLS_PER_LOOK == 0 and read_process_memory() - memory > MOST_MEMORY:
            sys.setprofile(None)
            raise CallLimitError(f"more than {MOST_MEMORY:,} bytes of memory")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
