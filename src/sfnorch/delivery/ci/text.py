"""Fill the parts of a file of a CI with values, which are names or quoted texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

_HOLE = re.compile(r"<<(\w+)>>")


def read_part(ci: str, name: str) -> str:
    """Return the text of a part of the files of this CI."""
    return (files(__package__) / ci / name).read_text(encoding="utf-8")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the value of each hole `<<name>>`, which can have holes itself. An empty line is left out.

    Raises KeyError for a hole without a value.
    """
    while _HOLE.search(text):
        text = re.sub(r"^<<(\w+)>>\n", lambda hole: f"{values[hole[1]]}\n" if values[hole[1]] else "", text, flags=re.M)
        text = _HOLE.sub(lambda hole: values[hole[1]], text)
    return text


def indent(lines: Iterable[str], blanks: int) -> str:
    """Return the lines as one text, each after so many blanks."""
    return "\n".join(f"{' ' * blanks}{line}" for line in lines)


def quote(text: str) -> str:
    """Return the text as a string of YAML in single quotes."""
    return "'" + text.replace("'", "''") + "'"
