"""Condition expressions of DynamoDB: comparisons, attribute_exists and attribute_not_exists, AND, OR, NOT, parentheses.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from sfnorch.json_values import Json, find_value

Item = Mapping[str, Json]
"""An item: the typed value of each attribute, `{"S": "text"}`."""

_TOKEN = re.compile(r"\s*(?:(?P<word>[:#]?[A-Za-z0-9_]+)|(?P<sign><>|<=|>=|[=<>(),+-]))")
_COMPARISONS: Mapping[str, Callable[[Decimal | str, Decimal | str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MOST_NESTED = 50


class UnknownExpressionError(Exception):
    """An expression that this module cannot evaluate; the message is a clause."""


class InvalidExpressionError(Exception):
    """An expression that DynamoDB rejects; the message is the one of DynamoDB."""


@dataclass(slots=True)
class ExpressionReader:
    """The tokens of an expression, with the names and values that they refer to."""

    text: str
    names: Mapping[str, Json]
    values: Mapping[str, Json]
    tokens: list[str] = field(init=False)
    depth: int = 0

    def __post_init__(self) -> None:
        """Split the expression. Raises UnknownExpressionError for a path into an attribute, and other signs."""
        self.tokens = []
        at = 0
        while at < len(self.text.rstrip()):
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise UnknownExpressionError(f"{self.text[at:].strip()[:40]!r} is not simulated")
            self.tokens.append(found["word"] or found["sign"])
            at = found.end()
        self.tokens.reverse()

    def look_ahead(self) -> str:
        """Return the next token in lower case; empty at the end."""
        return self.tokens[-1].lower() if self.tokens else ""

    def take(self, *expected: str) -> str:
        """Return the next token. Raises InvalidExpressionError if it is not one of the expected ones."""
        token = self.tokens.pop() if self.tokens else ""
        if not token or (expected and token.lower() not in expected):
            raise InvalidExpressionError(f'Invalid expression: Syntax error; token: "{token or "<EOF>"}"')
        return token

    def take_name(self) -> str:
        """Return the name of the next attribute."""
        token = self.take()
        if token.startswith("#"):
            name = self.names.get(token)
            if not isinstance(name, str):
                message = "Invalid expression: An expression attribute name used in the document path is not defined"
                raise InvalidExpressionError(f"{message}; attribute name: {token}")
            return name
        if not token[0].isalpha():
            raise InvalidExpressionError(f'Invalid expression: Syntax error; token: "{token}"')
        if self.look_ahead() == "(":
            raise UnknownExpressionError(f"the function {token} is not simulated")
        return token

    def take_value(self, item: Item) -> Json:
        """Return the next operand: the value of an attribute, None without it, or a value of the expression."""
        if not self.look_ahead().startswith(":"):
            return item.get(self.take_name())
        token = self.take()
        if token not in self.values:
            message = "Invalid expression: An expression attribute value used in expression is not defined"
            raise InvalidExpressionError(f"{message}; attribute value: {token}")
        return self.values[token]

    def expect_end(self) -> None:
        """Raise InvalidExpressionError if tokens are left, UnknownExpressionError for an operator."""
        if self.look_ahead() in ("in", "between"):
            raise UnknownExpressionError(f"the operator {self.take().upper()} is not simulated")
        if self.tokens:
            raise InvalidExpressionError(f'Invalid expression: Syntax error; token: "{self.take()}"')


def is_condition_true(text: str, item: Item, names: Mapping[str, Json], values: Mapping[str, Json]) -> bool:
    """Return whether the item, which is empty if it does not exist, fulfils the condition.

    Raises InvalidExpressionError, and UnknownExpressionError for other operators and functions.
    """
    reader = ExpressionReader(text, names, values)
    found = _read_or(reader, item)
    reader.expect_end()
    return found


def _read_or(reader: ExpressionReader, item: Item) -> bool:
    found = _read_and(reader, item)
    while reader.look_ahead() == "or":
        reader.take()
        found = _read_and(reader, item) or found
    return found


def _read_and(reader: ExpressionReader, item: Item) -> bool:
    found = _read_not(reader, item)
    while reader.look_ahead() == "and":
        reader.take()
        found = _read_not(reader, item) and found
    return found


def _read_not(reader: ExpressionReader, item: Item) -> bool:
    reader.depth += 1
    if reader.depth > _MOST_NESTED:
        raise UnknownExpressionError(f"more than {_MOST_NESTED} nested operators are not simulated")
    if reader.look_ahead() == "not":
        reader.take()
        found = not _read_not(reader, item)
    else:
        found = _read_term(reader, item)
    reader.depth -= 1
    return found


def _read_term(reader: ExpressionReader, item: Item) -> bool:
    match reader.look_ahead():
        case "(":
            reader.take()
            found = _read_or(reader, item)
            reader.take(")")
            return found
        case "attribute_exists" | "attribute_not_exists" as function:
            reader.take()
            reader.take("(")
            exists = reader.take_name() in item
            reader.take(")")
            return exists if function == "attribute_exists" else not exists
    left = reader.take_value(item)
    if reader.look_ahead() in ("in", "between"):
        reader.expect_end()
    sign = reader.take("=", "<>", *_COMPARISONS)
    return _compare(left, sign, reader.take_value(item))


def _compare(left: Json, sign: str, right: Json) -> bool:
    """Return the result of a comparison. Values of different types differ, and so does an attribute that is missing."""
    if sign in ("=", "<>"):
        is_equal = left is not None and right is not None and _unwrap(left) == _unwrap(right)
        return is_equal if sign == "=" else not is_equal
    first, second = _unwrap(left), _unwrap(right)
    if not isinstance(first, tuple) or not isinstance(second, tuple) or first[0] != second[0]:
        return False
    return _COMPARISONS[sign](first[1], second[1])


def _unwrap(value: Json) -> Json | tuple[str, Decimal | str]:
    """Return the type and the value of a number or a string; other values unchanged."""
    match value:
        case {"N": number}:
            return "N", convert_number(number)
        case {"S": str() as text}:
            return "S", text
    return value


def convert_number(value: Json) -> Decimal:
    """Return a number of DynamoDB, which is a string. Raises InvalidExpressionError for other values."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise InvalidExpressionError(f"The parameter cannot be converted to a numeric value: {value}") from None


def read_number(value: Json) -> Decimal | None:
    """Return the number in a typed value; None for other types."""
    number = find_value(value, "N")
    return None if number is None else convert_number(number)
