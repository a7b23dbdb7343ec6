"""Read a buildspec: its commands, its variables, and the other sources of its values.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

import yaml

_PHASES = ("install", "pre_build", "build", "post_build")
_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "!", "{", "}", "time"}
)
_ENDS = re.compile(r"[;&|()]+")
_NOT_READ = re.compile(r"<<|`|\$\(|\bcase\b")
"""Shell syntax that this module does not parse. Text with this syntax can call any command."""

_COMMENT = re.compile(r"(^|\s)#.*")
_ASSIGNED = re.compile(r"\b(\w+)=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildspec:
    """A buildspec: its commands by phase, its variables, and the services that it uses."""

    commands: tuple[tuple[str, str], ...]
    variables: Mapping[str, str]
    """The variables whose values no command changes."""
    reports: bool
    stores: tuple[str, ...]
    """Sources of further variables: `parameter-store`, `secrets-manager`."""


def read_buildspec(text: str) -> Buildspec | None:
    """Return the content of the buildspec; None if the text is not a buildspec."""
    try:
        spec = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it creates only strings, lists and mappings
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    phases = spec.get("phases") if isinstance(spec, dict) else None
    if not isinstance(phases, dict):
        return None
    commands = [
        (phase, command)
        for phase in _PHASES
        for part in ("commands", "finally")
        for command in _list(_dict(phases.get(phase)).get(part))
        if isinstance(command, str)
    ]
    environment = _dict(spec.get("env"))
    changed = {name for _, command in commands for name in _ASSIGNED.findall(command)}
    variables = {
        name: value
        for name, value in _dict(environment.get("variables")).items()
        if isinstance(name, str) and isinstance(value, str) and value and name not in changed
    }
    return Buildspec(
        commands=tuple(commands),
        variables=variables,
        reports=bool(spec.get("reports")),
        stores=tuple(store for store in ("parameter-store", "secrets-manager") if environment.get(store)),
    )


def calls(command: str, variables: Mapping[str, str]) -> Iterator[tuple[str, ...]] | None:
    """Return the words of each call in a command, with known variables replaced.

    Returns None if the command uses shell syntax that this module does not parse.
    """
    lines = [_COMMENT.sub("", line) for line in command.replace("\\\n", " ").splitlines()]
    text = " ; ".join(lines)
    if _NOT_READ.search(text):
        return None
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|()")
        lexer.whitespace_split = True
        lexer.commenters = ""
        words = list(lexer)
    except ValueError:  # a quote that is not closed
        return None
    return _calls(words, variables)


def _calls(words: list[str], variables: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    call: list[str] = []
    for word in [*words, ";"]:
        if _ENDS.fullmatch(word) or word in _KEYWORDS:
            if call:
                yield tuple(Template(part).safe_substitute(variables) for part in call)
            call = []
        elif call or not _ASSIGNED.match(word):
            call.append(word)


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
