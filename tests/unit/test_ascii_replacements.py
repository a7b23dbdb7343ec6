"""Each character that commands can print has a replacement in ASCII, for encodings that lack it."""

from __future__ import annotations

import ast
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfnorch
from sfnorch.printable import (
    ASCII_REPLACEMENTS,
    REPLACED,
    PrintableStream,
    escape_characters,
    is_unicode_encoding,
    make_encodable_character,
    make_printable,
)
from tests.unit.test_printable import ANY

ROOT = Path(sfnorch.__file__).parent


def literals() -> Iterator[tuple[str, str]]:
    """Each string in the source, docstrings too since help texts are made from them, and its module."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, path.relative_to(ROOT).as_posix()


def is_shown(char: str) -> bool:
    """Whether a command could print the character as it is: not what is escaped, and no private mark."""
    return make_printable(char) == char and unicodedata.category(char) != "Co"


def is_printed(module: str) -> bool:
    """Whether the texts of the module are printed: charts and pages are files in UTF-8."""
    return not module.startswith("report/pictures/")


def test_each_character_of_the_source_has_a_replacement():
    printed = [(text, module) for text, module in literals() if is_printed(module)]
    found = {char: module for text, module in printed for char in text if not char.isascii() and is_shown(char)}
    assert {char: module for char, module in found.items() if char not in ASCII_REPLACEMENTS} == {}
    assert set(ASCII_REPLACEMENTS) - set(found) == set(), "nothing prints them"


def test_replacements_are_ascii_and_shown():
    for char, replacement in ASCII_REPLACEMENTS.items():
        assert (len(char), char.isascii()) == (1, False)
        assert replacement.isascii()
        assert replacement.isprintable()
        assert replacement.strip()
        assert "?" not in replacement


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", "a -> b... \\u00e9 <= # \\ud83c\\udf89"),
        ("latin-1", "a -> b... é <= # \\ud83c\\udf89"),
        ("cp1252", "a -> b… é <= # \\ud83c\\udf89"),
        ("cp437", "a -> b... é ≤ █ \\ud83c\\udf89"),
        ("utf-8", "a → b… é ≤ █ 🎉"),
    ],
)
def test_a_stream_replaces_what_its_encoding_lacks(encoding: str, expected: str):
    raw = io.BytesIO()
    stream = PrintableStream(io.TextIOWrapper(raw, encoding=encoding, errors=REPLACED))
    stream.write("a → b… é ≤ █ 🎉")
    stream.flush()
    assert raw.getvalue().decode(encoding) == expected


@given(ANY, st.sampled_from(["ascii", "cp1252", "cp437", "latin-1", "utf-8", "utf-16"]))
def test_any_text_in_any_encoding(text: str, encoding: str):
    for char in make_printable(text):
        shown = make_encodable_character(char, encoding)
        assert shown.encode(encoding).decode(encoding) == shown
        assert shown in (char, ASCII_REPLACEMENTS.get(char), escape_characters(char))
        assert shown == char or not is_unicode_encoding(encoding)
