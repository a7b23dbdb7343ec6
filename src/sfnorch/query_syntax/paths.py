"""JSONPath as Step Functions evaluates it: a path that names one value returns it, any other path returns an array.

Paths of names and indexes are read here, because AWS names in its errors the place where such a path ends. All other
paths, with wildcards, slices and filters, are those of the library python-jsonpath, which is loaded when one occurs.
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from sfnorch.json_values import Json, read_list, read_number

Step: TypeAlias = "str | int"
Find: TypeAlias = Callable[[Json], list[Json]]

_STEP = re.compile(r"""\.([^\s.\[\]()*,'"?@:]+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+))\s*\]""")
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")
_FUNCTION = re.compile(r"\.(length|min|max|sum|avg|keys)\(\)$")
_DOT_BEFORE_BRACKET = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<!\.)\.(?=\[)""")
"""The dot in `$.[0]`, which AWS accepts, outside of quotes."""

_ESCAPED = {"'": re.compile(r"\\(['\\])"), '"': re.compile(r"\\([\"\\])")}
"""The escapes in a quoted name, by the quote: a backslash before another character stays (recorded)."""

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")

INPUT, CONTEXT = "", "$"


class PathError(Exception):
    """A path that leads to no value; the text is the reason, as AWS writes it."""


class PathSyntaxError(ValueError):
    """A text that is not a path."""


class UnsupportedPathError(PathSyntaxError):
    """A path that is valid and is not evaluated here."""


class ParsedPath(NamedTuple):
    """A path: where it starts, and how it continues."""

    text: str
    source: str
    """INPUT, CONTEXT, or the name of a variable."""
    steps: tuple[Step, ...] | None
    """The names and indexes of a path that is nothing else; None for another path."""
    find: Find | None = None
    """Returns the values of another path."""
    is_definite: bool = True
    """Whether the path names one value: it has no wildcard, slice, filter or list of names."""
    function: str = ""

    def read(self, data: Json) -> Json:
        """Return the value in the data: one value, or an array of all values for a path that can name several.

        Raises PathError if the path names one value and it does not exist.
        """
        if self.steps is not None:
            value = _follow(data, self.steps)
        else:
            assert self.find is not None  # noqa: S101 - a path has steps or a query
            values = self.find(data)
            if self.is_definite and not values:
                raise PathError(f"No results for path: {self.text}")
            value = values[0] if self.is_definite else values
        return _apply_function(self.function, value) if self.function else value


@lru_cache(maxsize=4096)
def parse_path(text: str) -> ParsedPath:
    """Return the path `$…` of the input, `$$…` of the context object, or `$name…` of a variable.

    Raises PathSyntaxError for another text.
    """
    source, rest = _split_source(text)
    rest = _DOT_BEFORE_BRACKET.sub(lambda match: match[1] or "", rest)
    function = ""
    if match := _FUNCTION.search(rest):
        function, rest = match[1], rest[: match.start()]
    steps = parse_steps(rest)
    if steps is not None:
        return ParsedPath(text, source, steps, function=function)
    find, is_definite = _compile(f"${rest}", text)
    return ParsedPath(text, source, None, find, is_definite, function)


def parse_steps(rest: str) -> tuple[Step, ...] | None:
    """Return the names and indexes of a path without its `$`; None if it has other parts."""
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        match = _STEP.match(rest, position)
        if match is None:
            return None
        name, single, double, index = match.groups()
        quote, quoted = ("'", single) if single is not None else ('"', double or "")
        steps.append(int(index) if index is not None else name or _ESCAPED[quote].sub(r"\1", quoted))
        position = match.end()
    return tuple(steps)


def write_steps(steps: tuple[Step, ...]) -> str:
    """Return the path in the form of AWS's errors: `$['orders'][0]`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f"['{step}']" for step in steps)


def write_java(value: Json) -> str:
    """Return the value as Java writes it, which is how AWS writes values in texts: `{a=1, b=[x, y]}`."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}={write_java(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(write_java, value)) + "]"
        case None:
            return "null"
        case bool():
            return str(value).lower()
    return str(value)


def _split_source(text: str) -> tuple[str, str]:
    if text.startswith("$$"):
        return CONTEXT, text[2:]
    if match := _VARIABLE.match(text):
        return match[1], text[match.end() :]
    if text.startswith("$"):
        return INPUT, text[1:]
    raise PathSyntaxError(f"'{text}' is not a path: a path starts with $")


def _follow(data: Json, steps: tuple[Step, ...]) -> Json:
    value = data
    for index, step in enumerate(steps):
        match step, value:
            case str(), dict():
                if step not in value:
                    raise PathError(_describe_missing(steps, index))
                value = value[step]
            case int(), list():
                if step >= len(value):
                    raise PathError(f"Index out of bounds when evaluating path {write_steps(steps[: index + 1])}")
                value = value[step]
            case int(), _:
                shown = write_java(value)
                raise PathError(f"Filter: [{step}] can only be applied to arrays. Current context is: {shown}")
            case _:
                raise PathError(_describe_missing(steps, index))
    return value


def _describe_missing(steps: tuple[Step, ...], index: int) -> str:
    reached = write_steps(steps[: index + 1])
    last = index == len(steps) - 1
    return f"No results for path: {reached}" if last else f"Missing property in path {reached}"


def _compile(query: str, text: str) -> tuple[Find, bool]:
    """Return the function that finds the values of a path, and whether the path names one value."""
    if "=~" in _QUOTED.sub("", query):  # the library matches it without a limit of time
        raise UnsupportedPathError(f"the path {text} has a regular expression (=~), which cannot be simulated")
    from jsonpath import JSONPathEnvironment  # loaded here, because most definitions do not need it
    from jsonpath.exceptions import JSONPathError

    try:
        compiled = JSONPathEnvironment().compile(query)
        is_definite = compiled.singular_query()  # type: ignore[union-attr]  # a path with | or & is not accepted
    except (JSONPathError, AttributeError) as error:
        raise PathSyntaxError(f"'{text}' is not a path: {str(error).splitlines()[0]}") from None

    def find(data: Json) -> list[Json]:
        try:
            return list(compiled.findall(data))  # type: ignore[arg-type]
        except JSONPathError as error:
            raise PathError(str(error).splitlines()[0]) from None

    return find, is_definite


def _apply_function(name: str, value: Json) -> Json:
    """Return the result of a function at the end of a path. Raises PathError if the value has none."""
    match name, value:
        case "keys", dict():
            return list(value)
        case "length", list() | dict() | str():
            return len(value)
    numbers = [read_number(item, float("nan")) for item in read_list(value)]
    if not numbers or any(number != number for number in numbers) or name not in _AGGREGATES:
        raise PathError(f"The function {name}() cannot be applied to {write_java(value)}")
    return _AGGREGATES[name](numbers)


_AGGREGATES: Mapping[str, Callable[[list[float]], float]] = {
    "min": min,
    "max": max,
    "sum": sum,
    "avg": lambda numbers: sum(numbers) / len(numbers),
}


def is_closed(text: str) -> bool:
    """Return whether each bracket, parenthesis and quote in a path or a call is closed, and no step is empty."""
    if "=~" in text:  # a regular expression, whose brackets need not be closed
        return True
    expected: list[str] = []
    quote, skip = "", False
    for character in text:
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif quote:
            quote = "" if character == quote else quote
        elif expected and character in "'\"":
            quote = character
        elif character in _CLOSING:
            expected.append(_CLOSING[character])
        elif character in ")]" and (not expected or expected.pop() != character):
            return False
    return not expected and not quote and not text.endswith(".") and "[]" not in text


_CLOSING = {"(": ")", "[": "]"}
