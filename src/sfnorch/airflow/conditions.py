"""Translate a JSONata condition such as `$not($item.active = false)` to Jinja.

A condition consists of paths, comparisons of a path with a literal, `and`, `or`, $not, $exists and $boolean. A path to
no value is an undefined value of Jinja, and the filter `truth` of the DAG converts values as $boolean does.

https://docs.jsonata.org/comparison-operators, https://jinja.palletsprojects.com/en/stable/templates/
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sfnorch.airflow.jinja import UnsupportedInAirflowError, format_literal
from sfnorch.evaluation.engine import parse
from sfnorch.expressions import parse_code

if TYPE_CHECKING:
    from jsonata.parser import Parser

    from sfnorch.airflow.jinja import VariableLookup

_SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def convert_condition(text: str, source: VariableLookup) -> str:
    """Return the Jinja expression, without braces, of a condition. Raises UnsupportedInAirflowError for others."""
    try:
        return _Condition(source).convert(parse((parse_code(text) or "").strip()))
    except UnsupportedInAirflowError as fault:
        raise UnsupportedInAirflowError(str(fault) or text) from None


class _Condition:
    """Converts the nodes of a tree; an error without a text means the whole expression."""

    def __init__(self, source: VariableLookup) -> None:
        self._source = source

    def convert(self, node: Parser.Symbol) -> str:
        """Return the Jinja expression of a node, whose value is true or false; false for no value."""
        match node.type:
            case "block" if len(node.expressions or ()) == 1:
                return self.convert(node.expressions[0])
            case "binary" if node.value in ("and", "or"):
                return f"({self.convert(node.lhs)} {node.value} {self.convert(node.rhs)})"
            case "binary" if node.value in ("=", "!=", *_SWAPPED):
                return self._compare(node)
            case "function" if len(node.arguments or ()) == 1 and node.procedure.type == "variable":
                return self._call(str(node.procedure.value), node.arguments[0])
            case "value" if isinstance(node.value, bool):
                return format_literal(node.value)
        return f"({self._find_path(node)} | truth)"

    def _call(self, function: str, argument: Parser.Symbol) -> str:
        match function:
            case "exists":
                return f"({self._find_path(argument)} is defined)"
            case "boolean":
                return self.convert(argument)
            case "not" if argument.type in ("path", "variable"):  # no value of no value
                return f"({self._find_path(argument)} is defined and not {self.convert(argument)})"
            case "not" if argument.type == "binary" or self._is_call(argument, "exists"):
                return f"(not {self.convert(argument)})"
        raise UnsupportedInAirflowError

    @staticmethod
    def _is_call(node: Parser.Symbol, function: str) -> bool:
        return node.type == "function" and str(node.procedure.value) == function

    def _compare(self, node: Parser.Symbol) -> str:
        operator, path, literal = str(node.value), node.lhs, node.rhs
        if path.type in ("string", "number", "value"):
            operator, path, literal = _SWAPPED.get(operator, operator), literal, path
        if literal.type not in ("string", "number", "value"):
            raise UnsupportedInAirflowError
        found, value = self._find_path(path), literal.value
        if operator in _SWAPPED:
            return f"({found} is defined and {found} {operator} {_write(value)})"
        if value is None or isinstance(value, bool):
            equal = f"{found} is sameas {_write(value)}"
        elif isinstance(value, str):
            equal = f"{found} == {_write(value)}"
        else:
            equal = f"({found} is not boolean and {found} == {_write(value)})"  # Python's True is 1
        return f"({found} is defined and {equal if operator == '=' else f'not {equal}'})"

    def _find_path(self, node: Parser.Symbol) -> str:
        """Return the Jinja expression of a variable, or of a path of names that begins with one."""
        steps = list(node.steps or ()) if node.type == "path" else [node]
        is_plain = all(not step.predicate and not step.stages and not step.group for step in (node, *steps))
        if not is_plain or not steps or [step.type for step in steps] != ["variable", *["name"] * (len(steps) - 1)]:
            raise UnsupportedInAirflowError
        name, *way = [str(step.value) for step in steps]
        return self._source(name, way)


def _write(value: object) -> str:
    if isinstance(value, float) and (math.isinf(value) or math.isnan(value)):
        raise UnsupportedInAirflowError
    if value is None or isinstance(value, str | float | int | bool):
        return format_literal(value)
    raise UnsupportedInAirflowError
