"""What a person reads of this project: texts of code, plans, templates and documentation, each with its place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_PROSE = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Makefile",
    "mkdocs.yml",
    "pyproject.toml",
    "buildspec.yml",
    "docs/**/*.md",
    "src/sfnorch/**/*.yaml",
    "src/sfnorch/**/*.yml",
    "src/sfnorch/**/*.jsonata",
    "templates/*/sfnorch.yaml",
    ".github/**/*.yml",
)
_CODE = ("src/sfnorch/**/*.py", "templates/*/*.py")
_COMMENT = re.compile(r"^\s*#+ ?", re.MULTILINE)


class Text(NamedTuple):
    """A text, and where it begins."""

    file: Path
    line: int
    text: str


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(ROOT.glob(pattern))


def read_prose() -> Iterator[Text]:
    """Return the files that are read as they are; a comment goes on over lines."""
    for file in _files(_PROSE):
        text = file.read_text("utf-8")
        yield Text(file, 1, text if file.suffix == ".md" else _COMMENT.sub("", text))


def read_code() -> Iterator[Text]:
    """Return the docstrings, the other texts that hold more than one word, and the comments of Python files."""
    for file in _files(_CODE):
        source = file.read_text("utf-8")
        yield from (Text(file, line, text) for line, text in _strings(ast.parse(source)))
        yield from (Text(file, line, text) for line, text in _comments(source))


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    pieces = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            text = node.value
        else:
            continue
        if " " in text.strip():
            yield node.lineno, text


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Return comments; those on lines of their own that follow one another are one text."""
    block: list[str] = []
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        text = token.string.lstrip("# ")
        if block and token.line.lstrip().startswith("#") and token.start[0] == first + len(block):
            block.append(text)
            continue
        if block:
            yield first, "\n".join(block)
        block, first = [text], token.start[0]
    if block:
        yield first, "\n".join(block)
