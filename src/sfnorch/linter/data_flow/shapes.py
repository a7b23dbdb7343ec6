"""The shape of a value: what is known of it before a run.

A shape says which values are possible. ANY is a value of which nothing is known. A value that can come from two states
has what is common to both shapes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from sfnorch.json_values import Json, name_type
from sfnorch.query_syntax.paths import Step
from sfnorch.template.intrinsics import UNKNOWN


class AnyShape:
    """A value of which nothing is known. There is one, ANY."""


@dataclass(frozen=True, slots=True)
class ScalarShape:
    """A text, a number, a boolean or null: its JSON type."""

    type: str


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list, and the shape of its items."""

    item: Shape


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """An object: the shapes of its fields. It can have further fields if it is open."""

    fields: dict[str, Shape] = field(default_factory=dict)
    is_open: bool = False


Shape: TypeAlias = "AnyShape | ScalarShape | ListShape | ObjectShape"
ANY = AnyShape()
STRING = ScalarShape("string")
ERROR_OUTPUT = ObjectShape({"Error": STRING, "Cause": STRING})
"""What a catcher passes on."""


class NoValueError(Exception):
    """A path that leads to no value in any value of a shape; the text is the reason."""


def find_shape(value: Json) -> Shape:
    """Return the shape of a value in a definition. A text with a placeholder can become another value."""
    match value:
        case dict():
            return ObjectShape({key: find_shape(item) for key, item in value.items()})
        case list():
            return ListShape(join_shapes([find_shape(item) for item in value]))
        case str() if "${" in value or UNKNOWN.search(value):
            return ANY
    return ScalarShape(name_type(value))


def join_shapes(shapes: list[Shape]) -> Shape:
    """Return what is common to all shapes; ANY for no shapes."""
    if not shapes:
        return ANY
    joined = shapes[0]
    for shape in shapes[1:]:
        joined = _join(joined, shape)
    return joined


def _join(one: Shape, other: Shape) -> Shape:
    match one, other:
        case ScalarShape(), ScalarShape() if one == other:
            return one
        case ListShape(), ListShape():
            return ListShape(_join(one.item, other.item))
        case ObjectShape(), ObjectShape():
            common = {key: _join(shape, other.fields[key]) for key, shape in one.fields.items() if key in other.fields}
            has_same_names = one.fields.keys() == other.fields.keys()
            return ObjectShape(common, is_open=one.is_open or other.is_open or not has_same_names)
    return ANY


def follow_steps(shape: Shape, steps: tuple[Step, ...]) -> Shape:
    """Return the shape of the value at a path of names and indexes. Raises NoValueError if there is never a value."""
    for index, step in enumerate(steps):
        match shape, step:
            case AnyShape(), _:
                return ANY
            case ObjectShape(), str() if step in shape.fields:
                shape = shape.fields[step]
            case ObjectShape(), str() if shape.is_open:
                return ANY
            case ObjectShape(), str():
                raise NoValueError(f"the object there has no field {step!r}" + _list_fields(shape))
            case ListShape(), int():
                shape = shape.item
            case _:
                where = "the input" if not index else f"{steps[index - 1]!r}"
                raise NoValueError(f"{where} is {describe_shape(shape)}")
    return shape


def place_shape(into: Shape, steps: tuple[Step, ...], placed: Shape) -> Shape:
    """Return the shape of a value in which a result is stored at a path. Raises NoValueError if it never can be."""
    if not steps:
        return placed
    step = steps[0]
    match into, step:
        case AnyShape(), _:
            return ANY
        case ObjectShape(), str():
            inner = into.fields.get(step, ANY if into.is_open else ObjectShape())
            return ObjectShape({**into.fields, step: place_shape(inner, steps[1:], placed)}, into.is_open)
        case ListShape(), int():
            return ListShape(ANY)
    raise NoValueError(f"the value there is {describe_shape(into)}")


def describe_shape(shape: Shape) -> str:
    """Return the shape in words: a string, a list, an object."""
    match shape:
        case ScalarShape():
            return "null" if shape.type == "null" else f"a {shape.type}"
        case ListShape():
            return "a list"
        case ObjectShape():
            return "an object"
    return "unknown"


def _list_fields(shape: ObjectShape) -> str:
    names = ", ".join(list(shape.fields)[:5])
    return f"; it has {names}" if names else "; it is empty"
