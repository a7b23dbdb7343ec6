"""Text in Markdown that GitHub and the site's generator show alike."""

from __future__ import annotations

import html
import re

_SPAN = re.compile(r"(`[^`]*`)")
_SPECIAL = re.compile(r"([\\*\[\]]|(?<!\w)_|_(?!\w))")


def code(text: str) -> str:
    """Return the text as code, also in a cell of a table; nothing for an empty text."""
    if "|" in text or "`" in text:  # in a table, GitHub and Python-Markdown read a bar in a code span differently
        return f"<code>{html.escape(text, quote=False).replace('|', '&#124;')}</code>"
    return f"`{text}`" if text else ""


def words(text: str) -> str:
    """Return plain text, of which only code spans mean something, as Markdown; also in a cell of a table."""
    parts = _SPAN.split(text)
    return "".join(code(part[1:-1]) if index % 2 else _plain(part) for index, part in enumerate(parts))


def _plain(text: str) -> str:
    return html.escape(_SPECIAL.sub(r"\\\1", text), quote=False).replace("|", "&#124;")
