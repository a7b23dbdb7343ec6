r"""Escape characters that are not safe to show or to save.

A terminal executes control characters, bidirectional control characters change the order of a text, and other
characters are invisible, so that two names can look identical. Each of them is written as an escape of JSON, such as
`\u001b` for ESC. A JSON document is therefore the same document after it. Line breaks and tabs are not escaped.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

ESCAPED = "sfnorch.escaped"
"""How a stream handles what its encoding lacks: as an escape, of the same form."""

# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point, without what chooses the form of an emoji
_SHOWS_NOTHING = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BREAKS_LINES = "\u2028\u2029"
_IS_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_IS_NO_TEXT = "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"  # no XML 1.0 either: https://www.w3.org/TR/xml/#charsets
_HIDDEN = re.compile(f"[{_IS_CONTROL}{_SHOWS_NOTHING}{_BREAKS_LINES}{_IS_NO_TEXT}]")


def printable(text: str) -> str:
    """Return the text with unsafe and invisible characters escaped."""
    return _HIDDEN.sub(lambda match: escaped(match[0]), text)


def printable_line(text: str) -> str:
    """Return the text as one line: line breaks and tabs are escaped too."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def escaped(text: str) -> str:
    """Return the characters as escapes of JSON; a character above U+FFFF as two surrogates."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return escaped(error.object[error.start : error.end]), error.end


codecs.register_error(ESCAPED, _escape_unencodable)


class PrintableStream:
    """A stream that escapes unsafe characters in the text that is written to it.

    `trusted` is the stream behind it, for code that writes control sequences and escapes texts itself.
    It has no `buffer`, to which click would write.
    """

    def __init__(self, stream: TextIO) -> None:
        self.trusted = stream

    def write(self, text: str) -> int:
        """Write the text with unsafe characters escaped, and return its length."""
        self.trusted.write(printable(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of the texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Return a property of the stream or its `flush`. Raises AttributeError for methods that could write to it."""
        if name not in ("closed", "encoding", "errors", "fileno", "flush", "isatty", "name", "newlines", "writable"):
            raise AttributeError(name)
        return getattr(self.trusted, name)


@contextmanager
def printable_streams() -> Iterator[None]:
    """Escape unsafe characters in all text to standard output and standard error while the block runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", PrintableStream(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
