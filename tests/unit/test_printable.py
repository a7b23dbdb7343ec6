"""What is printable is one definition, which streams, consoles and files go by."""

from __future__ import annotations

import io
import json
import sys
import unicodedata
import xml.etree.ElementTree as ET

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console as RichConsole
from rich.table import Table
from rich.tree import Tree

from sfnorch.console import Console, Text
from sfnorch.printable import ESCAPED, PrintableStream, make_printable, make_printable_line, make_streams_printable

ANY = st.text(st.characters(codec=None))
"""Any text, lone surrogates too."""

HOSTILE = (
    "\x1b[31mred\x1b]8;;http://evil\x1b\\link\x07 \x9b2J \u202egnp.exe\u2066 a\u200bb \u2028 \ud800 \x7f\r[bold]:boom:"
)
SHOWN = (
    r"\u001b[31mred\u001b]8;;http://evil\u001b\link\u0007 \u009b2J \u202egnp.exe\u2066 a\u200bb \u2028 \ud800 \u007f"
    r"\u000d[bold]:boom:"
)
VISIBLE_FORMATS = {
    0x0600,
    0x0601,
    0x0602,
    0x0603,
    0x0604,
    0x0605,
    0x06DD,
    0x070F,
    0x0890,
    0x0891,
    0x08E2,
    0x110BD,
    0x110CD,
}
"""Characters of the category Cf that are shown: marks of numbers and years."""


def is_hidden(text: str) -> bool:
    """Whether a character is in the text that a terminal obeys, or that shows nothing, by the names of its category."""
    return any(
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or (unicodedata.category(char) == "Cf" and not is_visible_format(ord(char)))
        for char in text
        if char not in "\n\t"
    )


def is_visible_format(code: int) -> bool:
    return code in VISIBLE_FORMATS or 0x13430 <= code <= 0x1343F  # how hieroglyphs are laid out


def test_a_hostile_text():
    assert make_printable(HOSTILE) == SHOWN
    assert make_printable("a\tb\nc") == "a\tb\nc"
    assert make_printable_line("a\tb\nc\x00") == r"a\tb\nc\u0000"


def test_what_people_write_stays():
    for text in ("für Köln", "Ελλάδα", "日本語", "حساب", "⚠️ 🎉", "a\u00a0b", "→ … █"):
        assert make_printable(text) == text


def test_each_character_that_is_not_shown():
    found = [chr(code) for code in range(sys.maxunicode + 1) if is_hidden(chr(code))]
    assert len(found) > 2200
    assert [char for char in found if make_printable(char) == char] == []


@given(ANY)
def test_nothing_hidden_is_left_and_it_is_done_once(text: str):
    shown = make_printable(text)
    assert not is_hidden(shown)
    assert make_printable(shown) == shown
    shown.encode()  # no lone surrogate


@given(st.recursive(ANY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3)))
def test_json_stays_the_same_document(document: object):
    text = make_printable(json.dumps(document, ensure_ascii=False))
    assert json.loads(text) == json.loads(json.dumps(document))


@given(ANY)
def test_a_text_is_xml(text: str):
    element = ET.Element("a")
    element.text = make_printable(text)
    assert ET.fromstring(ET.tostring(element, encoding="unicode")) is not None  # noqa: S314 - made here


@given(ANY, st.sampled_from(["ascii", "latin-1", "utf-8", "cp1252"]))
def test_a_stream_of_any_encoding(text: str, encoding: str):
    raw = io.BytesIO()
    stream = PrintableStream(io.TextIOWrapper(raw, encoding=encoding, errors=ESCAPED, newline="\n"))
    assert stream.write(text) == len(text)
    stream.flush()
    assert not is_hidden(raw.getvalue().decode(encoding))


def test_what_a_stream_lacks_is_an_escape_of_json():
    raw = io.BytesIO()
    stream = PrintableStream(io.TextIOWrapper(raw, encoding="ascii", errors=ESCAPED))
    stream.writelines(["é ", "→ ", "🎉"])
    stream.flush()
    assert json.loads(b'"' + raw.getvalue() + b'"') == "é → 🎉"


@pytest.mark.parametrize("name", ["buffer", "reconfigure", "detach"])
def test_a_stream_has_no_way_around(name: str):
    assert not hasattr(PrintableStream(io.StringIO()), name)


def test_whatever_is_printed_is_printable(capsys: pytest.CaptureFixture[str]):
    with make_streams_printable():
        sys.stdout.write(f"{HOSTILE}\n")
        sys.stderr.write(f"{HOSTILE}\n")
        click.echo(HOSTILE, color=True)
        click.echo(HOSTILE, err=True, color=True)
        RichConsole().print(HOSTILE.replace("\r", ""), markup=False, emoji=False, soft_wrap=True)  # one of another's
    assert capsys.readouterr() == (
        (SHOWN + "\n") * 2 + SHOWN.replace(r"\u000d", "").replace(r"\u0007", "") + "\n",
        (SHOWN + "\n") * 2,
    )
    sys.stdout.write(HOSTILE[:5])
    assert capsys.readouterr().out == HOSTILE[:5]


@given(ANY)
def test_a_console_lets_only_its_own_sequences_through(text: str):
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="truecolor", record=True)
    table = Table(text, box=None)
    table.add_row(Text(text, style="red"))
    table.add_row(text)
    tree = Tree(text)
    tree.add(Text.assemble(text, (text, "bold")).append(text))
    for shown in (text, Text(text), table, tree):
        console.print(shown)
    written = file.getvalue()
    for own in ("\x1b[31m", "\x1b[1m", "\x1b[0m"):
        written = written.replace(own, "")
    assert not is_hidden(written)
    ET.fromstring(console.export_svg(title="t", clear=False))  # noqa: S314 - made here
    assert not is_hidden(console.export_html())


def test_a_console_shows_a_text_as_it_is_written():
    file = io.StringIO()
    Console(file=file, width=200).print("[bold]a[/bold] :boom:", Text(HOSTILE))
    assert file.getvalue() == f"[bold]a[/bold] :boom: {SHOWN}\n"


def test_a_console_keeps_its_colors_on_a_printable_stream(capsys: pytest.CaptureFixture[str]):
    with make_streams_printable():
        Console(force_terminal=True, color_system="standard").print(Text("\x1b[32m", style="red"))
    assert capsys.readouterr().out == "\x1b[31m\\u001b[32m\x1b[0m\n"
