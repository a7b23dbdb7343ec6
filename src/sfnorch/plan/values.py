"""Types for the values of a step: JSON, in which a string `{% … %}` is an expression.

`checks.expressions` checks the expressions, because it has their lines.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sfnorch.expressions import is_expression
from sfnorch.plan.durations import parse_seconds
from sfnorch.plan.scalars import Decimal, write_scalar

_EXPRESSION = {"type": "string", "pattern": r"^\{%[\s\S]*%\}$"}


def _convert_decimals(value: Any) -> Any:
    """Return the value, with its decimals as floats."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {key: _convert_decimals(item) for key, item in value.items()}
        case list():
            return [_convert_decimals(item) for item in value]
    return value


def _check_mapping(value: object) -> object:
    if isinstance(value, dict) or is_expression(value):
        return _convert_decimals(value)
    raise PydanticCustomError("given", "expected a mapping or an expression, '{% … %}'")


def _check_items(value: object) -> object:
    if isinstance(value, list) or is_expression(value):
        return _convert_decimals(value)
    raise PydanticCustomError("given", "expected a list or an expression, '{% … %}'")


def _check_wait(value: object) -> object:
    return value if is_expression(value) else parse_seconds(value, 1, 31_536_000)


JsonValue: TypeAlias = Annotated[Any, AfterValidator(_convert_decimals)]
"""Any JSON value."""

MappingOrExpression: TypeAlias = Annotated[
    Any, AfterValidator(_check_mapping), WithJsonSchema({"anyOf": [{"type": "object"}, _EXPRESSION]})
]
ItemsOrExpression: TypeAlias = Annotated[
    Any, AfterValidator(_check_items), WithJsonSchema({"anyOf": [{"type": "array", "items": {}}, _EXPRESSION]})
]
ScalarText: TypeAlias = Annotated[
    str, BeforeValidator(write_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
"""A string, or an expression for one."""

Wait: TypeAlias = Annotated[
    Any, AfterValidator(_check_wait), WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
"""Seconds, as a duration or a number, or an expression for a number of seconds."""
