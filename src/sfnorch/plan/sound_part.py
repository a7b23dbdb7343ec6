"""The valid part of a plan: all of a valid plan, or what is left of an invalid one without its invalid values.

The checks of rules across several keys work on the models of this part, so that their errors are reported together
with the errors of single keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from sfnorch.plan.model_fields import find_fields
from sfnorch.plan.paths import Path

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

AnyModel = TypeVar("AnyModel", bound=BaseModel)

_DEFINING_KEYS = ("name", "save_as", "as")
_MOST_PASSES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidPart:
    """What the checks need to know about the part of a plan that they see.

    `left_out` are the paths in the file of invalid values: the part is without them, or has an example in place of a
    required one. `moved` are the positions in the file of the items of lists that lack items. `defined` are the names
    and variables that the left-out values define: references to them are valid.
    """

    left_out: frozenset[Path] = frozenset()
    moved: Mapping[Path, Sequence[int]] = field(default_factory=dict)
    defined: frozenset[str] = frozenset()

    def restore(self, path: Path) -> Path:
        """Return the path in the file of a path into the valid part."""
        restored: Path = ()
        for step in path:
            if not isinstance(step, str) and restored in self.moved:
                step = self.moved[restored][step]
            restored = (*restored, step)
        return restored

    def is_incomplete(self, path: Path) -> bool:
        """Return whether the value at the path, or a part of it, was left out."""
        if not self.left_out:
            return False
        whole = self.restore(path)
        return any(each[: len(whole)] == whole for each in self.left_out)

    def is_replaced(self, path: Path) -> bool:
        """Return whether the path in the file leads to a value that was left out, or into it."""
        return any(path[: len(each)] == each for each in self.left_out)

    def list_lacking(self, path: Path) -> Iterator[str]:
        """Yield the keys of the mapping at the path in the file whose values were left out."""
        for each in sorted(self.left_out, key=str):
            match each[len(path) : len(path) + 1]:
                case (str() as key,) if each[: len(path)] == path:
                    yield key


def validate_parts(model: type[AnyModel], data: object) -> tuple[AnyModel | None, ValidPart, list[ErrorDetails]]:
    """Return the plan, what it leaves out, and pydantic's errors. The plan is None if nothing valid is left of it."""
    try:
        return model.model_validate(data), ValidPart(), []
    except ValidationError as error:
        rows = errors = error.errors(include_url=False)
    examples: dict[Path, object] = {}
    removed: set[Path] = set()
    part = ValidPart()
    for _ in range(_MOST_PASSES):
        for row in errors:
            path = part.restore(tuple(step for step in row["loc"] if step != "[key]"))
            if row["type"] == "missing" and path not in examples:
                examples[path] = _find_example(model, path, data, len(examples))
                continue
            path = _find_written(data, path[:-1] if row["type"] == "missing" else path)
            if not path:
                return None, part, rows
            removed.add(path)
        moved: dict[Path, list[int]] = {}
        left = _remove_paths(data, frozenset(removed), (), moved)
        for path, example in examples.items():
            _put(left, path, example, moved)
        defined = frozenset(name for path in removed for name in _list_defined(_find_value(data, path), path))
        unknown = {row["loc"] for row in rows if row["type"] == "extra_forbidden"}
        part = ValidPart(left_out=frozenset({*removed, *examples} - unknown), moved=moved, defined=defined)
        try:
            return model.model_validate(left), part, rows
        except ValidationError as error:
            errors = error.errors(include_url=False)
    return None, part, rows


def _find_example(model: type[BaseModel], path: Path, data: object, number: int) -> object:
    """Return a valid value for a required key, whose names no other part of the plan has."""
    found = find_fields(model, path[:-1], data)[str(path[-1])].examples or [None]
    return _rename(found[0], str(path[-1]), f"unnamed-{number}")


def _rename(example: object, key: str, name: str) -> object:
    match example:
        case dict():
            return {inner: _rename(value, str(inner), name) for inner, value in example.items()}
        case list():
            return [_rename(value, key, f"{name}-{index}") for index, value in enumerate(example)]
    return name if key == "name" else example


def _find_written(data: object, path: Path) -> Path:
    """Return the path as far as the data has it: a job can be a name without a key, and a single retry has no list."""
    found: Path = ()
    for step in path:
        match data, step:
            case dict(), 0:
                continue
            case dict(), str() if step in data:
                data = data[step]
            case list(), int() if step < len(data):
                data = data[step]
            case _:
                return found
        found = (*found, step)
    return found


def _remove_paths(data: object, removed: frozenset[Path], path: Path, moved: dict[Path, list[int]]) -> object:
    """Return a copy of the data without the removed values; `moved` gets the positions of items that are left."""
    match data:
        case dict():
            kept = [key for key in data if (*path, key) not in removed]
            return {key: _remove_paths(data[key], removed, (*path, key), moved) for key in kept}
        case list():
            indexes = [index for index in range(len(data)) if (*path, index) not in removed]
            if len(indexes) < len(data):
                moved[path] = indexes
            return [_remove_paths(data[index], removed, (*path, index), moved) for index in indexes]
    return data


def _put(data: object, path: Path, value: object, moved: Mapping[Path, Sequence[int]]) -> None:
    """Put a value into the copied data, unless what contains it was left out."""
    done: Path = ()
    for step in path[:-1]:
        match data, step:
            case dict(), str() if step in data:
                data = data[step]
            case list(), int() if step in (indexes := moved.get(done, range(len(data)))):
                data = data[indexes.index(step)]
            case _:
                return
        done = (*done, step)
    if isinstance(data, dict):
        data[path[-1]] = value


def _find_value(data: object, path: Path) -> object:
    for step in path:
        match data, step:
            case dict(), str():
                data = data[step]
            case list(), int():
                data = data[step]
    return data


def _list_defined(data: object, path: Path) -> Iterator[str]:
    """Yield the names and variables that a value defines: those under the keys name, save_as and as."""
    match data:
        case dict():
            for key, value in data.items():
                yield from _list_defined(value, (*path, key))
        case list():
            for index, value in enumerate(data):
                yield from _list_defined(value, (*path, index))
        case str() if path[-1:] and path[-1] in _DEFINING_KEYS:
            yield data
