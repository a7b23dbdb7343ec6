"""Programs: JSONata of this project with holes.

`<<name>>` is a hole for a value. It becomes the JSONata literal of the value, which is data and never code.
`<{name}>` is a hole for another program. Only an Expression fits. Its code is inserted unchanged, without parentheses.
Neither is valid JSONata, so that a hole cannot be confused with code. A hole is not recognized in inserted text.

A program of one line is a text in Python; see `jsonata`. A longer program is a file `NAME.jsonata` beside the module
that uses it; see `read_program`. The file can begin with a comment, which is not a part of the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from sfnorch.asl.jsonata import Expression, Substitution, format_literal

if TYPE_CHECKING:
    from importlib.abc import ResourceLoader

SUFFIX = ".jsonata"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_HOLE = r"<<(?P<value>\w+)>>|<\{(?P<program>\w+)\}>"
_ANY_HOLE = re.compile(_HOLE)
_TOKEN = re.compile(
    rf"""{_HOLE}|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?P<slash>/\*?)|(?P<wrong><<|<\{{|["'`])""",
    re.DOTALL,
)
_BEFORE_OPERAND = frozenset("([{,;:?=<>&|~+-*/%!^")
"""Characters after which a slash begins a regular expression. After any other character, it divides."""


class ProgramError(ValueError):
    """A mistake in a program or in the values of its holes, which is a bug of this project."""


class _Hole(NamedTuple):
    name: str
    takes_program: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A program with its holes. Raises ProgramError for a wrong hole, or a comment after the beginning.

    >>> Program("$threads[<<child>>].skip = <{skipped}>").fill(child=0, skipped=Expression("true")).code
    '$threads[0].skip = true'
    """

    text: str
    name: str = "a program"
    """The name of the program in errors."""
    parts: tuple[str | _Hole, ...] = field(init=False, repr=False, compare=False)
    _holes: Mapping[str, bool] = field(init=False, repr=False, compare=False)
    """Whether a hole takes a program, by name."""

    def __post_init__(self) -> None:
        text = self.text.lstrip()
        while comment := _COMMENT.match(text):
            text = text[comment.end() :].lstrip()
        parts = tuple(_split(text.rstrip(), self.name))
        holes: dict[str, bool] = {}
        for hole in parts:
            if isinstance(hole, _Hole) and holes.setdefault(hole.name, hole.takes_program) != hole.takes_program:
                raise ProgramError(f"{self.name}: {hole.name} is a hole for a value and for a program; rename one")
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "_holes", holes)

    @property
    def values(self) -> frozenset[str]:
        """The names of the holes for values."""
        return frozenset(name for name, takes_program in self._holes.items() if not takes_program)

    @property
    def programs(self) -> frozenset[str]:
        """The names of the holes for programs."""
        return frozenset(name for name, takes_program in self._holes.items() if takes_program)

    def fill(self, **inserted: object) -> Expression:
        """Return the expression in which each hole has its value or program.

        Raises ProgramError if a hole remains empty, if a name has no hole, or if a value or a program is in a hole of
        the other kind. Raises SfnorchError if a value contains code.
        """
        holes = self._holes
        if inserted.keys() != holes.keys():
            wrong = sorted(inserted.keys() ^ holes.keys())
            what = "; ".join(f"{name} is {'missing' if name in holes else 'unknown'}" for name in wrong)
            raise ProgramError(f"{self.name}: {what}; its holes are: {', '.join(sorted(holes)) or 'none'}")
        code = [part if isinstance(part, str) else _insert(part, inserted, self.name) for part in self.parts]
        return Expression("".join(code).strip())


def _insert(hole: _Hole, inserted: Mapping[str, object], name: str) -> str:
    found = inserted[hole.name]
    if isinstance(found, Expression) != hole.takes_program or isinstance(found, Substitution):
        kind = "an Expression" if hole.takes_program else "a JSON value"
        raise ProgramError(f"{name}: the hole {hole.name} takes {kind}; got {found!r}")
    return found.code if isinstance(found, Expression) else format_literal(found)


def jsonata(code: str, **inserted: object) -> Expression:
    """Return the expression of a program of one line, with the values and programs of its holes; see `Program.fill`.

    >>> jsonata("$threads[<<child>>].skip = true", child=0).code
    '$threads[0].skip = true'
    """
    return _create_program(code).fill(**inserted)


@lru_cache(maxsize=1_024)
def _create_program(code: str) -> Program:
    return Program(code, repr(code))


@cache
def read_program(package: str, name: str) -> Program:
    """Return the program in the file `NAME.jsonata` of this package. Each file is read once.

    Raises ProgramError if the file does not exist.
    """
    module = import_module(package)
    loader = cast("ResourceLoader", module.__loader__)  # importlib.resources takes long to import
    try:
        text = loader.get_data(f"{module.__path__[0]}/{name}{SUFFIX}").decode()
    except OSError as error:
        raise ProgramError(f"the package {package} has no file {name}{SUFFIX}") from error
    return Program(text, f"{package}/{name}{SUFFIX}")


def _split(text: str, name: str) -> Iterator[str | _Hole]:
    """Yield the code between the holes, and the holes."""
    done = position = 0
    before = "("  # the last character that is not a blank: at the beginning, an operand follows
    while token := _TOKEN.search(text, position):
        between = text[position : token.start()].rstrip()
        before, position = between[-1:] or before, token.end()
        if found := token["value"] or token["program"]:
            if text[done : token.start()]:
                yield text[done : token.start()]
            yield _Hole(found, takes_program=bool(token["program"]))
            done = position
        elif token["slash"] == "/*":
            raise ProgramError(f"{name}: a comment can only be at the beginning")
        elif token["slash"]:
            if before not in _BEFORE_OPERAND:
                before = "/"
                continue
            position = _find_regex_end(text, position, name)
        elif token["wrong"]:
            raise ProgramError(f"{name}: {text[token.start() :][:20]!r} is neither a hole nor a whole string")
        if not found and (hole := _ANY_HOLE.search(text, token.start(), position)):
            raise ProgramError(f"{name}: the hole {hole[0]} is in a string or a regular expression")
        before = ")"  # the end of an operand
    if text[done:]:
        yield text[done:]


def _find_regex_end(text: str, start: int, name: str) -> int:
    """Return the position after the regular expression whose text begins at `start`, without its flags.

    As in JSONata, a slash in brackets or after a backslash does not end it.
    """
    depth = 0
    for position in range(start, len(text)):
        character, escaped = text[position], text[position - 1] == "\\"
        if character == "/" and not escaped and depth == 0:
            return position + 1
        if not escaped:
            depth += (character in "([{") - (character in ")]}")
    raise ProgramError(f"{name}: a regular expression does not end")
