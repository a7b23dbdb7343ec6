"""The pages of the documentation in reading order: the README, then the site's pages as mkdocs.yml lists them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"

_PAGE = re.compile(r"^ +- (?:[^:\n]+: )?([\w/.-]+\.md)$", re.MULTILINE)
_FENCE = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)


def pages() -> list[Path]:
    """Return the pages in reading order: a page may use files that a page before it shows."""
    _, _, nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")
    return [README, *(DOCS / name for name in _PAGE.findall(nav))]


def name_of(page: Path) -> str:
    """Return the page's path from the project's folder."""
    return page.relative_to(ROOT).as_posix()


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Return the fenced blocks of a page: the file that one shows if it does, its language, and its text."""
    return [(match[1] or "", match[2], match[3]) for match in _FENCE.finditer(text)]
