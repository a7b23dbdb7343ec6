"""Update expressions of DynamoDB: SET with +, - and if_not_exists, REMOVE of attributes, ADD of numbers.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sfnorch.json_values import Json
from sfnorch.simulator.services.table_conditions import (
    ExpressionReader,
    InvalidExpressionError,
    Item,
    UnknownExpressionError,
    read_number,
)

_CLAUSES = ("set", "remove", "add", "delete")


def update_item(text: str, item: Item, names: Mapping[str, Json], values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the item after the update. All operands are read from the item before it.

    Raises InvalidExpressionError, and UnknownExpressionError for other functions and types.
    """
    reader = ExpressionReader(text, names, values)
    changed = dict(item)
    while reader.tokens:
        clause = reader.take(*_CLAUSES).lower()
        if clause == "delete":
            raise UnknownExpressionError("the clause DELETE is not simulated")
        while True:
            _change_attribute(clause, reader, item, changed)
            if reader.look_ahead() != ",":
                break
            reader.take()
    return changed


def _change_attribute(clause: str, reader: ExpressionReader, item: Item, changed: dict[str, Json]) -> None:
    name = reader.take_name()
    match clause:
        case "set":
            reader.take("=")
            changed[name] = _read_sum(reader, item)
        case "remove":
            changed.pop(name, None)
        case _:
            before = read_number(item.get(name, {"N": "0"}))
            added = read_number(reader.take_value(item))
            if before is None or added is None:
                raise UnknownExpressionError("ADD to a set is not simulated")
            changed[name] = _wrap_number(before + added)


def _read_sum(reader: ExpressionReader, item: Item) -> Json:
    value = _read_operand(reader, item)
    if reader.look_ahead() not in ("+", "-"):
        return value
    sign = 1 if reader.take() == "+" else -1
    first, second = read_number(value), read_number(_read_operand(reader, item))
    if first is None or second is None:
        message = "An operand in the update expression has an incorrect data type"
        raise InvalidExpressionError(message)
    return _wrap_number(first + sign * second)


def _read_operand(reader: ExpressionReader, item: Item) -> Json:
    if reader.look_ahead() == "if_not_exists":
        reader.take()
        reader.take("(")
        name = reader.take_name()
        reader.take(",")
        default = reader.take_value(item)
        reader.take(")")
        return item.get(name, default)
    value = reader.take_value(item)
    if value is None:
        raise InvalidExpressionError("The provided expression refers to an attribute that does not exist in the item")
    return value


def _wrap_number(number: Decimal) -> Json:
    return {"N": format(number.normalize(), "f")}
