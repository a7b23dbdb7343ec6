"""Text and Console of rich with printable texts: the only control sequences are those of rich.

Characters that the output's encoding lacks are replaced before the layout, so that columns are aligned and lines fit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import IO, Any, cast

import rich.console
import rich.text
from rich.cells import cell_len
from rich.console import ConsoleOptions, JustifyMethod, OverflowMethod, RenderableType
from rich.containers import Lines
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import StyleType

from sfnorch.printable import is_unicode_encoding, make_encodable_character, make_printable

_SIZE = re.compile("[1-9][0-9]{0,4}")
_WORD = re.compile(r"\s*(?:`[^`\n]*`|\S)+|\s+$")
"""A word with the spaces before it. A command in backticks is one word, so that it can be copied."""
_PART = re.compile(r"\s*[^\s:/._-]*[:/._-]+|\s*\S+")
"""A part of a word with punctuation in it, with the spaces before it."""
_ELLIPSIS = re.compile(".{0,2}…")
_NARROWEST = 20
"""The minimum columns for words on a narrow terminal."""


class Text(rich.text.Text):
    """A text that is made printable before its layout."""

    def __init__(
        self,
        text: str = "",
        style: StyleType = "",
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        no_wrap: bool | None = None,
        end: str = "\n",
        tab_size: int | None = None,
    ) -> None:
        super().__init__(
            make_printable(text), style, justify=justify, overflow=overflow, no_wrap=no_wrap, end=end, tab_size=tab_size
        )

    @classmethod
    def assemble(cls, *parts: str | rich.text.Text | tuple[str, StyleType], **settings: Any) -> Text:
        """Return the parts as one text."""
        return cast("Text", super().assemble(*parts, **settings))

    def append(self, text: rich.text.Text | str, style: StyleType | None = None) -> Text:
        """Append the text, and return self."""
        super().append(make_printable(text) if isinstance(text, str) else text, style)
        return self

    def wrap(
        self,
        console: rich.console.Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Return the text's lines, broken between words or after punctuation, without trailing spaces."""
        is_folded = (overflow or self.overflow or "fold") == "fold"
        if no_wrap or self.no_wrap or not is_folded or self.cell_len <= width:
            return super().wrap(console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap)
        lines = rich.text.Text("\n").join(_break_lines(self, width, folds=True))
        return lines.wrap(console, width, justify=justify or self.justify, overflow=overflow, tab_size=tab_size)

    def __rich_measure__(self, console: rich.console.Console, options: ConsoleOptions) -> Measurement:
        """Return the width of the text in columns, in the console's encoding."""
        shown = make_encodable(self, console.encoding)
        return rich.text.Text.__rich_measure__(shown, console, options)


class Phrases:
    """Texts in a line that breaks between the texts. The lines after the first are indented.

    A text that is longer than a line breaks between its words.
    """

    def __init__(self, *phrases: Text, indent: int = 2) -> None:
        self._phrases = phrases
        self._indent = indent

    def __rich_console__(self, console: rich.console.Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the lines."""
        line, width, indent = Text(), options.max_width, " " * self._indent
        for phrase in (make_encodable(each, console.encoding) for each in self._phrases):
            if line and line.cell_len + cell_len(phrase.plain.rstrip()) > width:
                line.rstrip()
                yield line
                *whole, rest = _break_lines(_strip_leading(phrase), max(width - self._indent, 1), folds=True)
                for each in whole:
                    yield Text(indent).append(each)
                line = Text(indent).append(rest)
            else:
                line.append(phrase)
        yield line

    def __rich_measure__(self, console: rich.console.Console, options: ConsoleOptions) -> Measurement:
        """Return the columns of the longest phrase, and of all in one line."""
        widths = [make_encodable(each, console.encoding).cell_len for each in self._phrases]
        return Measurement(max(widths, default=0), sum(widths))


class Console(rich.console.Console):
    """A console that makes all texts printable, and does not interpret markup, emoji or syntax in them."""

    def __init__(self, **settings: Any) -> None:
        own = {"markup": False, "emoji": False, "highlight": False, "_environ": _build_environment()}
        super().__init__(**{**own, **settings})

    @property
    def file(self) -> IO[str]:
        """The file to write to: the stream behind a `PrintableStream`."""
        file = super().file
        trusted: IO[str] = getattr(file, "trusted", file)
        return trusted

    @file.setter
    def file(self, new_file: IO[str]) -> None:
        self._file = new_file

    def print_words(self, text: str | rich.text.Text, *, style: str = "", margin: int = 0) -> None:
        """Print the text. At a terminal, its lines break between words.

        A word that is longer than a line is not broken, so that it can be copied. The first `margin` characters are a
        margin: the lines after the first are indented by it. Without a terminal, a line is never broken.
        """
        text = Text(text, style=style) if isinstance(text, str) else text
        if not self.is_terminal:
            self.print(text, soft_wrap=True)
            return
        shown = make_encodable(text, self.encoding)
        first, body = shown.divide([margin]) if 0 < margin < len(shown) else (Text(), shown)
        for line in _break_lines(body, max(self.width - margin, _NARROWEST)):
            self.print(Text.assemble(first, line), soft_wrap=True)
            first = Text(" " * margin)

    def render_str(self, text: str, **settings: Any) -> rich.text.Text:
        """Return the text as an object of rich."""
        return make_encodable(super().render_str(make_printable(text), **settings), self.encoding)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments to write."""
        if isinstance(renderable, rich.text.Text):
            renderable = _convert_class(make_encodable(renderable, self.encoding))
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(self._convert_text(segment.text), segment.style)

    def _convert_text(self, text: str) -> str:
        """Return the text of a segment to write. The ellipsis of a truncated line gets the columns it needs."""
        text = make_printable(text)
        if "…" in text and make_encodable_character("…", self.encoding) != "…":
            text = _ELLIPSIS.sub(lambda match: "." * len(match[0]), text)
        return text


def _convert_class(text: rich.text.Text) -> Text:
    """Return the text as this module's class, for its line breaks: rich joins printed texts to its own class."""
    if isinstance(text, Text):
        return text
    own = Text(justify=text.justify, overflow=text.overflow, no_wrap=text.no_wrap, end=text.end, tab_size=text.tab_size)
    return own.append(text)


def _build_environment() -> dict[str, str]:
    """Return the environment without invalid terminal sizes, with which rich would fail."""
    return {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES") or _SIZE.fullmatch(value)
    }


def make_encodable(text: rich.text.Text, encoding: str) -> rich.text.Text:
    """Return the text with characters that the encoding can represent, with the same styles."""
    if text.plain.isascii() or is_unicode_encoding(encoding):
        return text
    characters = [make_encodable_character(each, encoding) for each in text.plain]
    begins = [0, *accumulate(map(len, characters))]
    shown = text.blank_copy("".join(characters))
    shown.spans = [
        rich.text.Span(begins[span.start], begins[min(span.end, len(characters))], span.style) for span in text.spans
    ]
    return shown


def _break_lines(text: rich.text.Text, width: int, *, folds: bool = False) -> list[rich.text.Text]:
    """Return the text's lines, broken between words to at most `width` columns.

    With `folds`, a longer word is broken after punctuation in it.
    """
    lines = []
    for line in text.split("\n", allow_blank=True):
        breaks, column = [], 0
        for begin, end in _split_words(line.plain, width if folds else None):
            word = line.plain[begin:end]
            if column and column + cell_len(word) > width:
                word = word.lstrip()
                breaks.append(end - len(word))
                column = 0
            column += cell_len(word)
        for part in line.divide(breaks):
            part.rstrip()
            lines.append(part)
    return lines


def _split_words(line: str, width: int | None) -> Iterator[tuple[int, int]]:
    """Yield start and end of each word, with the spaces before it; of the parts of a word wider than `width`."""
    for match in _WORD.finditer(line):
        if width is None or cell_len(match[0] if match.start() == 0 else match[0].lstrip()) <= width:
            yield match.span()
        else:
            yield from (part.span() for part in _PART.finditer(line, *match.span()))


def _strip_leading(text: rich.text.Text) -> rich.text.Text:
    """Return the text without leading spaces."""
    return text[len(text.plain) - len(text.plain.lstrip()) :]
