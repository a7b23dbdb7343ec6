r"""Make texts printable: characters that are not visible are written as escapes.

A terminal executes control characters, bidirectional controls change the order of the text, and invisible characters
make different names look alike. Each of them is written as in JSON, `\u001b` for ESC, so that a printable JSON document
is the same document. Line breaks and tabs are kept.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

ESCAPED = "sfnorch.escaped"
"""The error handler of a stream that writes characters its encoding lacks as escapes."""

REPLACED = "sfnorch.replaced"
"""The error handler of a stream that writes characters its encoding lacks as their ASCII replacement, or as escapes."""

ASCII_REPLACEMENTS = {
    "…": "...",
    "→": "->",
    "←": "<-",
    "⇢": "..>",
    "≤": "<=",
    "≥": ">=",
    "█": "#",
    "┊": ":",
    "─": "-",
    "░": ".",
    "‰": "o/oo",
}
"""The ASCII replacements for each character that commands print, used if the output's encoding lacks the character."""

# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, without variation selectors of emoji
_SHOWS_NOTHING = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BREAKS_LINES = "\u2028\u2029"
_IS_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_IS_NO_TEXT = "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"  # also invalid in XML 1.0: https://www.w3.org/TR/xml/#charsets
_HIDDEN = re.compile(f"[{_IS_CONTROL}{_SHOWS_NOTHING}{_BREAKS_LINES}{_IS_NO_TEXT}]")


def make_printable(text: str) -> str:
    """Return the text with invisible and control characters as escapes."""
    return _HIDDEN.sub(lambda match: escape_characters(match[0]), text)


def make_printable_line(text: str) -> str:
    """Return the text in one line, with line breaks and tabs as escapes too."""
    return make_printable(text).replace("\n", "\\n").replace("\t", "\\t")


def escape_characters(text: str) -> str:
    """Return each character as an escape of JSON; a character above U+FFFF as two surrogates."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return escape_characters(error.object[error.start : error.end]), error.end


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(ASCII_REPLACEMENTS.get(each) or escape_characters(each) for each in characters), error.end


codecs.register_error(ESCAPED, _escape_unencodable)
codecs.register_error(REPLACED, _replace_unencodable)


def make_encodable_character(character: str, encoding: str) -> str:
    """Return the character, its ASCII replacement, or its escape, as the encoding can represent it."""
    return character.encode(encoding, REPLACED).decode(encoding)


def is_unicode_encoding(encoding: str) -> bool:
    """Return whether the encoding represents every character of Unicode."""
    return codecs.lookup(encoding).name.startswith("utf")


class PrintableStream:
    """A stream that makes texts printable when they are written.

    `trusted` is the underlying stream, for code that writes control sequences and makes its texts printable itself. The
    stream has no `buffer`, because click would write to it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.trusted = stream

    def write(self, text: str) -> int:
        """Write the text with unsafe characters escaped, and return its length."""
        self.trusted.write(make_printable(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each text."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Return attributes that describe or flush the stream; none that could write to it."""
        if name not in ("closed", "encoding", "errors", "fileno", "flush", "isatty", "name", "newlines", "writable"):
            raise AttributeError(name)
        return getattr(self.trusted, name)


@contextmanager
def make_streams_printable() -> Iterator[None]:
    """Escape unsafe characters in all text to standard output and standard error while the block runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", PrintableStream(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
