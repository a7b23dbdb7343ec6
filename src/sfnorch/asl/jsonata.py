"""Expressions: this module turns values into JSONata, and rejects strings that would be code.

Step Functions evaluates a string between `{%` and `%}`. CloudFormation replaces `${Name}` with the text from
DefinitionSubstitutions, and `{{resolve:…}}` anywhere in a template with the value that it refers to. What a user typed
must not contain them: see `check_literal_text`.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.errors import SfnorchError

REFERENCE = "{{resolve:"
"""The beginning of a dynamic reference in CloudFormation (documented)."""

CODE = ("{%", "%}", "${", REFERENCE)
"""Marks that Step Functions or CloudFormation evaluates as code. A user's string must not contain them."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A JSONata expression, which is evaluated when the state runs. In the definition it is `{% code %}`."""

    code: str

    def __str__(self) -> str:
        return f"{{% {self.code} %}}"


@dataclass(frozen=True, slots=True)
class Substitution:
    """A value that CloudFormation inserts during the deployment. In the definition it is the whole string `${name}`."""

    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}"


Value: TypeAlias = (
    bool | int | float | str | Expression | Substitution | Sequence["Value"] | Mapping[str, "Value"] | None
)
"""A value in a state's Arguments, Assign and Output: JSON with expressions and substitutions."""


def convert_expressions(value: Value) -> Value:
    """Return a user's value, in which each string `{% … %}` is an Expression.

    Raises SfnorchError if an expression contains what CloudFormation would replace, or the end of an expression.
    """
    match value:
        case str():
            return Expression(convert_to_code(value)) if is_expression(value) else value
        case Mapping():
            return convert_mapping(value)
        case Sequence():
            return [convert_expressions(item) for item in value]
    return value


def convert_mapping(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return a user's mapping, in which each string `{% … %}` is an Expression; see `convert_expressions`."""
    return {key: convert_expressions(item) for key, item in values.items()}


def is_expression(value: object) -> bool:
    """Return whether Step Functions evaluates the value as an expression."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def convert_to_code(text: str) -> str:
    """Return the JSONata of a user's string: the code of an expression, or the literal of any other string."""
    return check_literal_text(text[2:-2]).strip() if is_expression(text) else format_literal(text)


def convert_to_text(text: str) -> Value:
    """Return a user's string, or an expression that converts the result of the user's expression to a string."""
    return Expression(f"$string(({convert_to_code(text)}))") if is_expression(text) else text


def has_expression(value: Value) -> bool:
    """Return whether the value is or contains an Expression."""
    match value:
        case str() | Substitution():
            return False
        case Expression():
            return True
        case Mapping():
            return any(map(has_expression, value.values()))
        case Sequence():
            return any(map(has_expression, value))
    return False


def format_value(value: Value) -> Expression:
    """Return the expression for a value, in which expressions are evaluated.

    Raises SfnorchError if a string in it contains code, and TypeError for a substitution, which is not JSONata.
    """
    return Expression(_format_code(value))


def _format_code(value: Value) -> str:
    match value:
        case Expression():
            return f"({value.code})"
        case Substitution():
            raise TypeError(f"a substitution is no part of an expression: {value}")
        case str():
            return format_literal(value)
        case Mapping():
            members = ", ".join(f"{format_literal(key)}: {_format_code(item)}" for key, item in value.items())
            return f"{{{members}}}"
        case Sequence():
            return f"[{', '.join(map(_format_code, value))}]"
    return format_literal(value)


def format_literal(value: object) -> str:
    """Return the JSONata of a JSON value, which is JSON. Raises SfnorchError if the value contains code."""
    text = json.dumps(value, ensure_ascii=False)
    check_literal_text(text)
    return text


def check_literal_text(text: str) -> str:
    """Return the text unchanged. Raises SfnorchError if Step Functions or CloudFormation would evaluate it."""
    if mark := find_code_mark(text):
        raise SfnorchError(
            f"{text!r} contains {mark!r}, which Step Functions or CloudFormation would evaluate as code",
            hint=f"write it without {' '.join(CODE)}",
        )
    return text


def find_code_mark(text: str) -> str:
    """Return the first mark in the text that would be evaluated as code; empty if it contains none."""
    return next((mark for mark in CODE if mark in text), "")
