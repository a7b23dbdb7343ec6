"""Text and consoles of rich's whose texts are printable: the only control sequences are rich's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, cast

import rich.console
import rich.text
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from sfnorch.printable import printable


class Text(rich.text.Text):
    """A text whose unprintable characters are escaped before its layout."""

    def __init__(self, text: str = "", *arguments: Any, **settings: Any) -> None:
        super().__init__(printable(text), *arguments, **settings)

    @classmethod
    def assemble(cls, *parts: str | rich.text.Text | tuple[str, Any], **settings: Any) -> Text:
        """Return the parts as one text."""
        return cast("Text", super().assemble(*parts, **settings))

    def append(self, text: rich.text.Text | str, style: Any = None) -> Text:
        """Append the text, and return self."""
        super().append(printable(text) if isinstance(text, str) else text, style)
        return self


class Console(rich.console.Console):
    """A console that escapes unprintable characters, and does not interpret markup, emoji codes or syntax."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, "highlight": False, **settings})

    @property
    def file(self) -> IO[str]:
        """The file to write to: the stream behind a `PrintableStream`."""
        file = super().file
        trusted: IO[str] = getattr(file, "trusted", file)
        return trusted

    @file.setter
    def file(self, new_file: IO[str]) -> None:
        self._file = new_file

    def render_str(self, text: str, **settings: Any) -> rich.text.Text:
        """Return the text as a rich text, with unprintable characters escaped."""
        return super().render_str(printable(text), **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments to write, with unprintable characters escaped."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)
