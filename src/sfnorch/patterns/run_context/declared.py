"""The parameters of a plan: the data that a state machine has of them, and the stack parameters with their defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Substitution, Value, jsonata
from sfnorch.expressions import write_regex
from sfnorch.json_values import write_as_text
from sfnorch.naming import name_parameter_default
from sfnorch.protocol.run_context import DATE_WORDS, TIME_WORDS
from sfnorch.workflow import Parameter, ParameterValue

if TYPE_CHECKING:
    from sfnorch.plan.models.parameters import RunParameter

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TEXT = r"""[^\x00-\x1f"%\\{}]*"""
"""No quote, brace, percent or backslash: the value becomes part of definitions as text."""

_PATTERNS = {
    "integer": r"(-?[0-9]+)?",
    "boolean": "(true|false)?",
    "date": f"({DATE}|{'|'.join(DATE_WORDS)})?",
    "timestamp": rf"({DATE}T[0-9:.]+(Z|[-+][0-9]{{2}}:[0-9]{{2}})|{'|'.join(TIME_WORDS)})?",
}


def declare_parameters(parameters: Mapping[str, RunParameter]) -> list[Value]:
    """Return a `DeclaredParameter` for each parameter. Patterns are in the program, because they are no data there."""
    return [_declare(name, each) for name, each in parameters.items()]


def _declare(name: str, given: RunParameter) -> Value:
    found: dict[str, Value] = {
        "name": name,
        "type": given.type,
        "atDeploy": Substitution(name_parameter_default(name)),
    }
    if given.default is not None:
        found["default"] = given.default
    if given.values:
        found["values"] = list(given.values)
    if given.pattern:
        found["pattern"] = given.pattern
    found["required"] = given.is_required
    return found


def match_patterns(parameters: Mapping[str, RunParameter]) -> Expression:
    """Return the expression for whether the text `$value` matches the pattern of the parameter `$name`, as a whole.

    JSONata reports an error for a pattern that matches an empty text. So this case is a constant.
    """
    found = jsonata("true")
    for name, given in parameters.items():
        if given.pattern:
            pattern = Expression(write_regex(given.pattern))
            whole = jsonata("$match($value, <{pattern}>)[0].match = $value", pattern=pattern)
            found = jsonata(
                '$name = <<name>> ? ($value = "" ? <<empty>> : <{whole}>) : <{others}>',
                name=name,
                empty=re.fullmatch(given.pattern, "") is not None,
                whole=whole,
                others=found,
            )
    return found


def build_default_parameters(parameters: Mapping[str, RunParameter]) -> tuple[Parameter, ...]:
    """Return the stack parameter with another default for each parameter."""
    return tuple(_build_default(name, given) for name, given in parameters.items())


def _build_default(name: str, given: RunParameter) -> Parameter:
    about = f": {given.description}" if given.description else ""
    if given.type == "enum":
        pattern = f"({'|'.join(re.escape(write_as_text(value)) for value in given.values)})?"
    else:
        pattern = _PATTERNS.get(given.type, _TEXT)
    return Parameter(
        name=name_parameter_default(name),
        description=f"Default of the run parameter {name}{about}; empty: the default in the plan",
        default="",
        pattern=f"^{pattern}$",
    )


def bind_defaults(parameters: Mapping[str, RunParameter]) -> dict[str, ParameterValue]:
    """Return the substitutions of a state machine that declares the parameters."""
    return {key: ParameterValue(key) for key in map(name_parameter_default, parameters)}
