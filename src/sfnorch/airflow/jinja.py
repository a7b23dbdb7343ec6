"""Translate JSONata paths such as `$clean.orders[0].id` or `$states.context.Execution.Name` to Jinja.

A chain of paths and texts with the operator & becomes a chain with Jinja's operator ~.

https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sfnorch.expressions import evaluate_constant, parse_code

_WAY = re.compile(r"\$([A-Za-z]\w*)((?:\.[A-Za-z_]\w*|\[\d+\])*)")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_TOKEN = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^"'&]+ | . """, re.DOTALL | re.VERBOSE)
_LITERAL = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """, re.DOTALL | re.VERBOSE)
_STRING = re.compile(r"\$string\((.*)\)", re.DOTALL)
_CONTEXT = {
    ("context", "Execution", "Name"): "run_id",
    ("context", "Execution", "StartTime"): "dag_run.start_date.isoformat()",
}

TEXT_FILTER = " | text"
"""The filter, defined in the DAG, that converts a value to a text."""

ValuePath: TypeAlias = Sequence[str | int]
VariableLookup: TypeAlias = Callable[[str, ValuePath], str]
"""Returns the Jinja expression of a path into a variable. Raises UnsupportedInAirflowError for others."""


class UnsupportedInAirflowError(ValueError):
    """Raised for what Airflow's templates can't express."""


def convert_expression(text: str, source: VariableLookup) -> str:
    """Return the Jinja expression, without braces, of a JSONata path, or of paths and texts that & joins.

    Raises UnsupportedInAirflowError for other expressions.

    It keeps the type of the value, unless $string converts it to a text.
    """
    found, is_text = _convert_expression(text, source)
    return f"({found}{TEXT_FILTER})" if is_text else found


def _convert_expression(text: str, source: VariableLookup) -> tuple[str, bool]:
    """Return the Jinja expression, and whether a path is within $string."""
    inner = (parse_code(text) or "").strip()
    operands = _split_operands(inner)
    if len(operands) > 1 or _LITERAL.fullmatch(inner):
        return f"({' ~ '.join(_convert_operand(operand, text, source) for operand in operands)})", False
    return _convert_path(inner, text, source)


def _split_operands(code: str) -> list[str]:
    """Return the parts between the operators & outside of texts."""
    parts = [""]
    for piece in _TOKEN.findall(code):
        if piece == "&":
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def _convert_operand(operand: str, text: str, source: VariableLookup) -> str:
    """Return the Jinja expression of an operand, whose value is a text."""
    if _LITERAL.fullmatch(operand):
        value = evaluate_constant(operand)
        if not isinstance(value, str):
            raise UnsupportedInAirflowError(text)
        return format_literal(value)
    return _convert_path(operand, text, source)[0] + TEXT_FILTER


def _convert_path(inner: str, text: str, source: VariableLookup) -> tuple[str, bool]:
    """Return the Jinja expression of the path in the expression `text`, and whether it is within $string."""
    made_text = _STRING.fullmatch(inner)
    match = _WAY.fullmatch(made_text[1].strip() if made_text else inner)
    if match is None:
        raise UnsupportedInAirflowError(text)
    name, way = match[1], tuple(step[1] or int(step[2]) for step in _STEP.finditer(match[2]))
    if name != "states":
        return source(name, way), made_text is not None
    if way not in _CONTEXT:
        raise UnsupportedInAirflowError(text)
    return _CONTEXT[way], made_text is not None


def append_path(begin: str, way: ValuePath) -> str:
    """Return the Jinja expression with the path appended.

    Raises UnsupportedInAirflowError for keys that Jinja reads as methods.
    """
    if methods := [step for step in way if isinstance(step, str) and hasattr(dict, step)]:
        raise UnsupportedInAirflowError(f"the key {methods[0]}, which is a method in Python")
    return begin + "".join(f"[{format_literal(step)}]" for step in way)


def render_jinja_text(text: str, source: VariableLookup, length: int | None = None) -> str:
    """Return a text for Jinja: an expression in braces; other texts escaped.

    The value of an expression is converted to a text, as by JSONata's $string, and truncated to the length.
    """
    if parse_code(text) is None:
        return escape_text(text)
    made = _convert_expression(text, source)[0] + TEXT_FILTER
    return f"{{{{ ({made})[:{length}] }}}}" if length else f"{{{{ {made} }}}}"


def escape_text(text: str) -> str:
    """Return the text escaped for Jinja, including line breaks."""
    return quote_jinja_text(text) if re.search(r"\{\{|\{%|\{#|\r|\n\Z", text) else text


def quote_jinja_text(text: str) -> str:
    """Return the text as a literal of Jinja, in braces."""
    return f"{{{{ {format_literal(text)} }}}}"


def render_document(value: Any, source: VariableLookup) -> str:
    """Return the value as JSON for Jinja. Expressions keep the type of their value."""
    if not _has_expression(value):
        return escape_text(json.dumps(value, ensure_ascii=False))
    return f"{{{{ {convert_value(value, source)} | tojson }}}}"


def convert_value(value: Any, source: VariableLookup) -> str:
    """Return the Jinja expression of a value that contains expressions."""
    match value:
        case dict():
            return (
                "{"
                + ", ".join(f"{format_literal(key)}: {convert_value(item, source)}" for key, item in value.items())
                + "}"
            )
        case list():
            return "[" + ", ".join(convert_value(item, source) for item in value) + "]"
        case str() if parse_code(value) is not None:
            return convert_expression(value, source)
    return format_literal(value)


def format_literal(value: str | float | bool | None) -> str:
    """Return the value as a literal of Jinja."""
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _has_expression(value: Any) -> bool:
    match value:
        case str():
            return parse_code(value) is not None
        case dict():
            return any(map(_has_expression, value.values()))
        case list():
            return any(map(_has_expression, value))
    return False
