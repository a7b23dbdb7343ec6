"""Format Python literals and calls as `ruff format` and Black do: on one line if they fit.

https://docs.astral.sh/ruff/formatter/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import category, east_asian_width

MAX_LINE_LENGTH = 88
_STEP = "    "


@dataclass(frozen=True, slots=True)
class SourceCode:
    """Source code that is written unchanged: a name, an expression."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCall:
    """A call of `function` with positional arguments first."""

    function: str
    arguments: tuple[Literal, ...] = ()
    keywords: Mapping[str, Literal]


Literal: TypeAlias = str | int | bool | SourceCode | SourceCall | Sequence["Literal"] | Mapping[str, "Literal"] | None


def quote_text(text: str) -> str:
    """Return the text as a literal, as `repr` does, in double quotes unless that needs more backslashes."""
    shown = repr(text)
    if shown[0] == '"':
        return shown
    inner = shown[1:-1]
    if text.count('"') > text.count("'"):
        return shown
    return '"' + inner.replace("\\'", "'").replace('"', '\\"') + '"'


def format_source(value: Literal, indent: str = "", *, used: int = 0, behind: int = 0) -> str:
    """Return the value's source. `used` columns of its first line are occupied; `behind` follow its last character."""
    one_line = _format_line(value)
    if len(indent) + used + _measure_width(one_line) + behind <= MAX_LINE_LENGTH:
        return one_line
    inner = indent + _STEP
    match value:
        case SourceCall():
            rows = [format_source(argument, inner, behind=1) for argument in value.arguments]
            named = [(key, item, len(key) + 1) for key, item in value.keywords.items()]
            rows += [f"{key}={format_source(item, inner, used=width, behind=1)}" for key, item, width in named]
            return _format_block(f"{value.function}(", rows, ")", indent)
        case Mapping() if value:
            pairs = [(quote_text(key), item) for key, item in value.items()]
            rows = [f"{key}: {format_source(item, inner, used=len(key) + 2, behind=1)}" for key, item in pairs]
            return _format_block("{", rows, "}", indent)
        case [_, *_]:
            return _format_block("[", [format_source(item, inner, behind=1) for item in value], "]", indent)
    return one_line


def _measure_width(text: str) -> int:
    """Return the columns of the text as ruff counts them: 2 for wide characters, 0 for combining marks."""
    if text.isascii():
        return len(text)
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _format_block(begin: str, rows: list[str], end: str, indent: str) -> str:
    return "\n".join([begin, *(f"{indent}{_STEP}{row}," for row in rows), f"{indent}{end}"])


def _format_line(value: Literal) -> str:
    match value:
        case str():
            return quote_text(value)
        case SourceCode(text):
            return text
        case SourceCall():
            arguments = [*map(_format_line, value.arguments)]
            arguments += [f"{key}={_format_line(item)}" for key, item in value.keywords.items()]
            return f"{value.function}({', '.join(arguments)})"
        case Mapping():
            return "{" + ", ".join(f"{quote_text(key)}: {_format_line(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(_format_line, value)) + "]"
    return repr(value)
