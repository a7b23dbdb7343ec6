"""Values that a step is given: JSON, in which a text that stands as `{% … %}` is an expression.

What is wrong with an expression is told by `flow_expressions`, which knows the line that it stands on.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sfnorch.expressions import code
from sfnorch.plan.durations import seconds_within
from sfnorch.plan.read import Decimal

_EXPRESSION = {"type": "string", "pattern": r"^\{%[\s\S]*%\}$"}


def is_expression(value: object) -> bool:
    """Whether the value is a text that stands as an expression."""
    return code(value) is not None


def _given(value: Any) -> Any:
    """Return the value, its numbers with a point made numbers."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items()}
    return [_given(item) for item in value] if isinstance(value, list) else value


def _mapping(value: object) -> object:
    if isinstance(value, dict) or is_expression(value):
        return _given(value)
    raise PydanticCustomError("given", "a mapping is wanted, or an expression: '{% … %}'")


def _items(value: object) -> object:
    if isinstance(value, list) or is_expression(value):
        return _given(value)
    raise PydanticCustomError("given", "a list is wanted, or an expression: '{% … %}'")


def _scalar(value: object) -> object:
    """Arguments and parameters are texts: numbers and booleans are taken as they are written."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | Decimal) else value


def _wait(value: object) -> object:
    return value if is_expression(value) else seconds_within(value, 1, 31_536_000)


Given: TypeAlias = Annotated[Any, AfterValidator(_given)]
"""Any JSON value."""

GivenMapping: TypeAlias = Annotated[
    Any, AfterValidator(_mapping), WithJsonSchema({"anyOf": [{"type": "object"}, _EXPRESSION]})
]
GivenItems: TypeAlias = Annotated[
    Any, AfterValidator(_items), WithJsonSchema({"anyOf": [{"type": "array", "items": {}}, _EXPRESSION]})
]
ScalarText: TypeAlias = Annotated[
    str, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
"""A text, or an expression for one."""

Wait: TypeAlias = Annotated[
    Any, AfterValidator(_wait), WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
"""Seconds, as a duration or a number, or an expression for a number of them."""
