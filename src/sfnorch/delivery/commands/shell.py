"""Split a shell command into calls, with tree-sitter's grammar of Bash.

The result contains every call that the shell can make: in conditions, loops, functions and substitutions too. A text
that does not follow the grammar has no known calls, so a rule never reports a permission that it only supposes.
https://www.gnu.org/software/bash/manual/html_node/Shell-Commands.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_MOST_BYTES, _MOST_ARRAYS = 10_000, 100
"""The limits of a command that is parsed. The time for nested arrays grows with the square of their number [measured].
"""

_PREFIXES = frozenset({"time", "!"})
"""Reserved words that the grammar can read as the name of a command."""

_WORDS = frozenset(
    {
        *("command_name", "word", "number", "concatenation", "string", "raw_string", "simple_expansion", "expansion"),
        *("command_substitution", "process_substitution", "arithmetic_expansion", "ansi_c_string", "brace_expression"),
    }
)
"""The nodes of the grammar that are words of a call."""

_JOINED = frozenset({"list", "pipeline", "negated_command"})
"""The nodes that can end with a command to which a redirection after the node applies."""

_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`"\\\n])')


def read_calls(command: str, variables: Mapping[str, str]) -> list[tuple[str, ...]] | None:
    """Return the words of each call in a command, in their order in the text, with known variables replaced.

    A word contains `$` if only the shell knows its value. Returns None if this module cannot parse the text.
    """
    text = command.encode("utf-8", "replace")
    if len(text) > _MOST_BYTES or text.count(b"=(") > _MOST_ARRAYS:
        return None
    root = _load_parser().parse(text).root_node
    return None if root.has_error else _find_calls(root, variables)


@cache
def _load_parser() -> Parser:
    import tree_sitter_bash  # few templates have a build
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _find_calls(root: Node, variables: Mapping[str, str]) -> list[tuple[str, ...]] | None:
    found: list[tuple[str, ...]] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.named_children)
        if node.type == "command_substitution" and _is_merged(node):
            return None
        if node.type == "command":
            parts = [part for part in node.named_children if part.type in _WORDS]
            words = [_read_word(part, variables) for part in (*parts, *_find_words_after_redirects(node))]
            while len(words) > 1 and words[0] in _PREFIXES:
                del words[0]
            found.append(tuple(words))
    return found


def _is_merged(substitution: Node) -> bool:
    """Return whether the node contains several substitutions: the grammar reads a `b` `c` as one [measured]."""
    text = (substitution.text or b"").lstrip()
    return text.startswith(b"`") and text.count(b"`") > 2


def _find_words_after_redirects(command: Node) -> Iterator[Node]:
    """Yield the words behind a redirection. The grammar counts them as parts of it: `b` in `a > log b`.

    After a list or a pipeline, they are words of its last command.
    """
    node, parent = command, command.parent
    while parent is not None and parent.type in _JOINED and parent.named_children[-1] == node:
        node, parent = parent, parent.parent
    if parent is not None and parent.type == "redirected_statement":
        for redirect in parent.children_by_field_name("redirect"):
            yield from _find_words_in_redirect(redirect)


def _find_words_in_redirect(redirect: Node) -> Iterator[Node]:
    if redirect.type == "file_redirect":
        yield from redirect.children_by_field_name("destination")[1:]
    elif redirect.type == "heredoc_redirect":
        for part in redirect.named_children:
            if part.type in _WORDS:
                yield part
            else:
                yield from _find_words_in_redirect(part)


def _read_word(node: Node, variables: Mapping[str, str]) -> str:
    """Return the text of a word as the program gets it."""
    text = (node.text or b"").decode("utf-8", "replace")
    match node.type:
        case "command_name" | "concatenation":
            return "".join(_read_word(part, variables) for part in node.children)
        case "string":
            return _read_string(node, variables)
        case "raw_string":
            return text[1:-1]
        case "simple_expansion" | "expansion":
            return variables.get(text.strip(" \t\n${}"), text.lstrip())
        case "command_substitution" | "process_substitution" | "arithmetic_expansion" | "ansi_c_string":
            return text.lstrip() if "$" in text else f"${text.lstrip()}"
    return _ESCAPED.sub(_unescape, text)


def _read_string(node: Node, variables: Mapping[str, str]) -> str:
    """Return the content of a string in double quotes. A part of it starts with the whitespace before the part."""
    whole = node.text or b""
    read, end = "", 1
    for part in node.named_children:
        if part.type in _WORDS:
            start = part.start_byte - node.start_byte
            start += len(part.text or b"") - len((part.text or b"").lstrip())
            read += _read_text(whole[end:start]) + _read_word(part, variables)
            end = part.end_byte - node.start_byte
    return read + _read_text(whole[end:-1])


def _read_text(text: bytes) -> str:
    return _ESCAPED_IN_QUOTES.sub(_unescape, text.decode("utf-8", "replace"))


def _unescape(escaped: re.Match[str]) -> str:
    return "" if escaped[1] == "\n" else escaped[1]
