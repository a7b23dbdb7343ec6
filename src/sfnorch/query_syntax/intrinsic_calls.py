"""Calls of intrinsic functions: `States.Format('{} of {}', $.done, States.ArrayLength($.jobs))`, as a tree.

The grammar has five rules, so it is parsed here: a call has arguments in parentheses; an argument is a text in single
quotes, a number, true, false, null, a path or another call.
https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from sfnorch.json_values import parse_strict
from sfnorch.query_syntax.paths import ParsedPath, PathSyntaxError, parse_path

_NAME = re.compile(r"\s*(States\.\w+)\s*\(")
_TEXT = re.compile(r"'((?:[^'\\]|\\['{}\\])*)'")
_WORD = re.compile(r"(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s*[,)])")
_SPACE = re.compile(r"\s*")
_OPEN, _CLOSE, _QUOTES = "([", ")]", "'\""
_MOST_NESTED = 10
"""Calls can be nested to this depth."""


class QuotedText(NamedTuple):
    r"""A text argument as it is written, with its escapes: in a template, `\\{` differs from `{`."""

    raw: str


class IntrinsicCall(NamedTuple):
    """A call of a function with its arguments."""

    text: str
    name: str
    arguments: tuple[Argument, ...]


Literal: TypeAlias = "bool | int | float | None"
Argument: TypeAlias = "QuotedText | ParsedPath | IntrinsicCall | Literal"


class IntrinsicSyntaxError(ValueError):
    """A text that is not a call of an intrinsic function."""


@lru_cache(maxsize=4096)
def parse_call(text: str) -> IntrinsicCall:
    """Return the call. Raises IntrinsicSyntaxError with the position of the first fault."""
    call, end = _parse_call(text, 0, 1)
    if text[end:].strip():
        raise IntrinsicSyntaxError(f"'{text}' continues after the call, at character {end + 1}")
    return call


def _parse_call(text: str, start: int, depth: int) -> tuple[IntrinsicCall, int]:
    match = _NAME.match(text, start)
    if match is None:
        raise IntrinsicSyntaxError(f"'{text}' has no call of an intrinsic function at character {start + 1}")
    if depth > _MOST_NESTED:
        raise IntrinsicSyntaxError(f"'{text}' nests more than {_MOST_NESTED} calls")
    arguments: list[Argument] = []
    position = _skip_space(text, match.end())
    while text[position : position + 1] != ")":
        argument, position = _parse_argument(text, position, depth)
        arguments.append(argument)
        position = _skip_space(text, position)
        match text[position : position + 1]:
            case ",":
                position = _skip_space(text, position + 1)
            case ")":
                break
            case _:
                raise IntrinsicSyntaxError(f"'{text}' has no comma or parenthesis at character {position + 1}")
    name = match[1].removeprefix("States.")
    return IntrinsicCall(text[start : position + 1].strip(), name, tuple(arguments)), position + 1


def _parse_argument(text: str, start: int, depth: int) -> tuple[Argument, int]:
    if match := _TEXT.match(text, start):
        return QuotedText(match[1]), match.end()
    if match := _WORD.match(text, start):
        try:
            value = parse_strict(match[0])
        except ValueError:
            message = f"'{text}' has a number that is too large, at character {start + 1}"
            raise IntrinsicSyntaxError(message) from None
        assert not isinstance(value, str | list | dict)  # noqa: S101 - the pattern has words and numbers only
        return value, match.end()
    if text.startswith("$", start):
        end = _find_path_end(text, start)
        try:
            return parse_path(text[start:end].strip()), end
        except PathSyntaxError as error:
            raise IntrinsicSyntaxError(str(error)) from None
    return _parse_call(text, start, depth + 1)


def _find_path_end(text: str, start: int) -> int:
    """Return the position after the path: of the comma or the parenthesis that ends the argument."""
    depth, quote, position = 0, "", start
    while position < len(text):
        character = text[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE and depth:
            depth -= 1
        elif character in ",)" and not depth:
            return position
        position += 1
    return position


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
