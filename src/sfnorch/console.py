"""Text and consoles of rich's whose texts are printable: the only control sequences are rich's own.

What the output's encoding lacks is replaced before a text is laid out, so that columns stay aligned and lines fit.
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
from rich.console import ConsoleOptions, RenderableType
from rich.containers import Lines
from rich.measure import Measurement
from rich.segment import Segment

from sfnorch.printable import encodable, encodes_everything, printable

_SIZE = re.compile("[1-9][0-9]{0,4}")
_WORD = re.compile(r"\s*(?:`[^`\n]*`|\S)+|\s+$")
"""A word with the blanks before it. A command in backticks is one word: its parts must be copied together."""
_PART = re.compile(r"\s*[^\s:/._-]*[:/._-]+|\s*\S+")
"""A part of a word that has marks in it, with the blanks before it."""
_ELLIPSIS = re.compile(".{0,2}…")
_NARROWEST = 20
"""The columns that words have at least, however narrow the terminal is."""


class Text(rich.text.Text):
    """A text that is printable before it is laid out."""

    def __init__(self, text: str = "", *arguments: Any, **settings: Any) -> None:
        super().__init__(printable(text), *arguments, **settings)

    @classmethod
    def assemble(cls, *parts: str | rich.text.Text | tuple[str, Any], **settings: Any) -> Text:
        """Return the parts as one text."""
        return cast("Text", super().assemble(*parts, **settings))

    def append(self, text: rich.text.Text | str, style: Any = None) -> Text:
        """Add the text, and return this one."""
        super().append(printable(text) if isinstance(text, str) else text, style)
        return self

    def wrap(self, console: rich.console.Console, width: int, **settings: Any) -> Lines:
        """Return the text's lines: they break between words, or else behind a mark, and end without blanks."""
        is_folded = (settings.get("overflow") or self.overflow or "fold") == "fold"
        if settings.get("no_wrap") or self.no_wrap or not is_folded or self.cell_len <= width:
            return super().wrap(console, width, **settings)
        lines = rich.text.Text("\n").join(_broken(self, width, folds=True))
        return lines.wrap(console, width, **{**settings, "justify": settings.get("justify") or self.justify})

    def __rich_measure__(self, console: rich.console.Console, options: ConsoleOptions) -> Measurement:
        """Return the columns that the text takes in the console's encoding."""
        shown = encodable_text(self, console.encoding)
        return rich.text.Text.__rich_measure__(shown, console, options)


class Phrases:
    """Texts in a line, which breaks between them rather than inside one. The lines after the first are indented.

    A text that is longer than a line breaks between its words.
    """

    def __init__(self, *phrases: Text, indent: int = 2) -> None:
        self._phrases = phrases
        self._indent = indent

    def __rich_console__(self, console: rich.console.Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yield the lines."""
        line, width, indent = Text(), options.max_width, " " * self._indent
        for phrase in (encodable_text(each, console.encoding) for each in self._phrases):
            if line and line.cell_len + cell_len(phrase.plain.rstrip()) > width:
                line.rstrip()
                yield line
                *whole, rest = _broken(_without_blanks(phrase), max(width - self._indent, 1), folds=True)
                for each in whole:
                    yield Text(indent).append(each)
                line = Text(indent).append(rest)
            else:
                line.append(phrase)
        yield line

    def __rich_measure__(self, console: rich.console.Console, options: ConsoleOptions) -> Measurement:
        """Return the columns of the longest phrase, and of all in one line."""
        widths = [encodable_text(each, console.encoding).cell_len for each in self._phrases]
        return Measurement(max(widths, default=0), sum(widths))


class Console(rich.console.Console):
    """A console that makes printable whatever it shows, and takes no part of a text for markup, emoji or syntax."""

    def __init__(self, **settings: Any) -> None:
        own = {"markup": False, "emoji": False, "highlight": False, "_environ": _environment()}
        super().__init__(**{**own, **settings})

    @property
    def file(self) -> IO[str]:
        """The file that is written to: the stream behind one that makes everything printable."""
        file = super().file
        trusted: IO[str] = getattr(file, "trusted", file)
        return trusted

    @file.setter
    def file(self, new_file: IO[str]) -> None:
        self._file = new_file

    def print_words(self, text: str | rich.text.Text, *, style: str = "", margin: int = 0) -> None:
        """Print the text; at a terminal, its lines break between words and not inside one.

        A word that is longer than a line stays whole, as what is copied must. The first `margin` characters stand in a
        margin: the lines after the first begin behind it. Without a terminal, a line is never broken.
        """
        text = Text(text, style=style) if isinstance(text, str) else text
        if not self.is_terminal:
            self.print(text, soft_wrap=True)
            return
        shown = encodable_text(text, self.encoding)
        first, body = shown.divide([margin]) if 0 < margin < len(shown) else (Text(), shown)
        for line in _broken(body, max(self.width - margin, _NARROWEST)):
            self.print(Text.assemble(first, line), soft_wrap=True)
            first = Text(" " * margin)

    def render_str(self, text: str, **settings: Any) -> rich.text.Text:
        """Return the text as rich lays it out."""
        return encodable_text(super().render_str(printable(text), **settings), self.encoding)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments that are written."""
        if isinstance(renderable, rich.text.Text):
            renderable = _own(encodable_text(renderable, self.encoding))
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(self._shown(segment.text), segment.style)

    def _shown(self, text: str) -> str:
        """Return what is written of a segment; where rich has cut a line, its mark takes the columns that it needs."""
        text = printable(text)
        if "…" in text and encodable("…", self.encoding) != "…":
            text = _ELLIPSIS.sub(lambda match: "." * len(match[0]), text)
        return text


def _own(text: rich.text.Text) -> Text:
    """Return the text as one of this module, for its line breaks: rich joins what is printed to a text of its own."""
    if isinstance(text, Text):
        return text
    own = Text(justify=text.justify, overflow=text.overflow, no_wrap=text.no_wrap, end=text.end, tab_size=text.tab_size)
    return own.append(text)


def _environment() -> dict[str, str]:
    """Return the environment without sizes of a terminal that are none, with which rich could not begin."""
    return {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES") or _SIZE.fullmatch(value)
    }


def encodable_text(text: rich.text.Text, encoding: str) -> rich.text.Text:
    """Return the text as the encoding can represent it, in the styles that it has; the text itself where it can."""
    if text.plain.isascii() or encodes_everything(encoding):
        return text
    characters = [encodable(each, encoding) for each in text.plain]
    begins = [0, *accumulate(map(len, characters))]
    shown = text.blank_copy("".join(characters))
    shown.spans = [
        rich.text.Span(begins[span.start], begins[min(span.end, len(characters))], span.style) for span in text.spans
    ]
    return shown


def _broken(text: rich.text.Text, width: int, *, folds: bool = False) -> list[rich.text.Text]:
    """Return the text's lines, broken between words where they are longer than `width` columns.

    With `folds`, a word that is longer than that is broken behind marks in it.
    """
    lines = []
    for line in text.split("\n", allow_blank=True):
        breaks, column = [], 0
        for begin, end in _words(line.plain, width if folds else None):
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


def _words(line: str, width: int | None) -> Iterator[tuple[int, int]]:
    """Yield where each word begins, with the blanks before it, and ends; the parts of one wider than `width`."""
    for match in _WORD.finditer(line):
        if width is None or cell_len(match[0] if match.start() == 0 else match[0].lstrip()) <= width:
            yield match.span()
        else:
            yield from (part.span() for part in _PART.finditer(line, *match.span()))


def _without_blanks(text: rich.text.Text) -> rich.text.Text:
    """Return the text without the blanks that it begins with."""
    return text[len(text.plain) - len(text.plain.lstrip()) :]
