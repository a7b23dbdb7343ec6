"""Expressions: the one place where values become JSONata, and where what would be code is refused.

Step Functions evaluates a string that stands between `{%` and `%}`; CloudFormation fills in `${Name}` from
DefinitionSubstitutions, textually, and replaces `{{resolve:…}}` anywhere in a template by the value that it refers to.
Whatever a user typed is none of these: see `literal_text`.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.errors import SfnorchError

REFERENCE = "{{resolve:"
"""How a dynamic reference of CloudFormation begins (documented)."""

CODE = ("{%", "%}", "${", REFERENCE)
"""Marks that turn a string into code somewhere on its way: no string of a user's may hold one."""

_INSERTION = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True, slots=True)
class Expression:
    """A JSONata expression, evaluated when the state runs; it stands as `{% code %}` in the definition."""

    code: str

    def __str__(self) -> str:
        return f"{{% {self.code} %}}"


@dataclass(frozen=True, slots=True)
class Substitution:
    """A value that CloudFormation fills in at deploy; it stands alone as the whole string `${name}`."""

    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}"


Value: TypeAlias = (
    bool | int | float | str | Expression | Substitution | Sequence["Value"] | Mapping[str, "Value"] | None
)
"""What may stand in a state's Arguments, Assign and Output: JSON with expressions and substitutions in it."""


def jsonata(code: str, **values: object) -> Expression:
    """Return an expression of this project's own code, with `<<name>>` in it replaced by the named value's literal.

    >>> jsonata('$threads[<<child>>].skip = true', child=0).code
    '$threads[0].skip = true'
    """
    return Expression(_INSERTION.sub(lambda match: literal(values[match[1]]), code).strip())


def given(value: Value) -> Value:
    """Return a user's value, in which a text that stands as an expression, `{% … %}`, is one.

    Raises SfnorchError where an expression holds what CloudFormation would fill in, or another expression's end.
    """
    if isinstance(value, str):
        return Expression(given_code(value)) if is_expression(value) else value
    if isinstance(value, Mapping):
        return {key: given(item) for key, item in value.items()}
    return [given(item) for item in value] if isinstance(value, Sequence) else value


def is_expression(value: object) -> bool:
    """Whether the value is a text that Step Functions takes for an expression."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def given_code(text: str) -> str:
    """Return the JSONata of a user's value: of an expression what stands in it, of another text its literal."""
    return literal_text(text[2:-2]).strip() if is_expression(text) else literal(text)


def given_text(text: str) -> Value:
    """Return a user's text; what an expression in its place yields is made one."""
    return Expression(f"$string(({given_code(text)}))") if is_expression(text) else text


def literal(value: object) -> str:
    """Return the JSONata text of a JSON value: JSON itself is JSONata. Raises SfnorchError where it would be code."""
    text = json.dumps(value, ensure_ascii=False)
    literal_text(text)
    return text


def literal_text(text: str) -> str:
    """Return the same text, to stand as it is. Raises SfnorchError where Step Functions or CloudFormation would run it."""
    if mark := code_mark(text):
        raise SfnorchError(
            f"{text!r} holds {mark!r}, which Step Functions or CloudFormation would take for code",
            hint=f"write it without {' '.join(CODE)}",
        )
    return text


def code_mark(text: str) -> str:
    """Return the mark that would turn the text into code; empty where it holds none."""
    return next((mark for mark in CODE if mark in text), "")
