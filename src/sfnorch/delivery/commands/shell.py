"""Split a shell command into calls.

This module parses lists of simple commands and the keywords around them. For all other syntax, it says that the calls
are not known, so a rule never reports a permission that it only supposes.
https://www.gnu.org/software/bash/manual/html_node/Shell-Commands.html
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from string import Template

_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "!", "{", "}", "time"}
)
_ENDS = re.compile(r"[;&|()]+")
_NOT_READ = re.compile(r"<<|`|\$\(|\bcase\b")
"""Shell syntax that this module does not parse. Text with this syntax can call any command."""

_COMMENT = re.compile(r"(^|\s)#.*")

_ASSIGNMENT = re.compile(r"\w+=")


def read_calls(command: str, variables: Mapping[str, str]) -> Iterator[tuple[str, ...]] | None:
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
    return _split_calls(words, variables)


def _split_calls(words: list[str], variables: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    call: list[str] = []
    for word in [*words, ";"]:
        if _ENDS.fullmatch(word) or word in _KEYWORDS:
            if call:
                yield tuple(Template(part).safe_substitute(variables) for part in call)
            call = []
        elif call or not _ASSIGNMENT.match(word):
            call.append(word)
