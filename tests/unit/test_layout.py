"""How a console lays out texts: lines break between words, and fit in the encoding that the output has."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.table import Table
from rich.tree import Tree

from sfnorch.console import Console, Phrases, Text

WORDS = st.lists(st.text("ab日→…", min_size=1, max_size=12), min_size=1, max_size=12)
ENCODINGS = st.sampled_from(["ascii", "cp1252", "utf-8"])


def console(width: int, encoding: str = "utf-8", *, terminal: bool = True) -> tuple[Console, io.BytesIO]:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    return Console(file=file, width=width, force_terminal=terminal, color_system=None), raw


def print_words(text: str, width: int, *, margin: int = 0, encoding: str = "utf-8", terminal: bool = True) -> str:
    shown, raw = console(width, encoding, terminal=terminal)
    shown.print_words(text, margin=margin)
    return raw.getvalue().decode(encoding)


def printed(renderable: object, width: int, encoding: str = "utf-8") -> str:
    shown, raw = console(width, encoding)
    shown.print(renderable)
    return raw.getvalue().decode(encoding)


def test_words_at_a_terminal():
    text = "T+10m  load-orders: the job failed, look at https://console.aws.amazon.com/a-long-address for more"
    assert print_words(text, 36, margin=7) == (
        "T+10m  load-orders: the job failed,\n"
        "       look at\n"
        "       https://console.aws.amazon.com/a-long-address\n"
        "       for more\n"
    )


def test_a_command_in_backticks_is_one_word():
    assert print_words("go on by `sfnorch resume a --stack-name b` now", 30) == (
        "go on by\n`sfnorch resume a --stack-name b`\nnow\n"
    )


def test_without_a_terminal_a_line_stays_whole():
    text = "word " * 50 + "end\n" + "second " * 30
    assert print_words(text, 40, margin=5, terminal=False) == f"{text}\n"


def test_lines_and_indents_of_a_text_stay():
    assert print_words("first\n\n    indented line\nlast", 20) == "first\n\n    indented line\nlast\n"


@given(WORDS, st.integers(20, 40), st.integers(0, 8), ENCODINGS)
def test_no_word_is_broken_and_none_is_lost(words: list[str], width: int, margin: int, encoding: str):
    lines = print_words(" " * margin + " ".join(words), width, margin=margin, encoding=encoding).splitlines()
    expected = print_words(" ".join(words), 10_000, encoding=encoding).split()
    assert [word for line in lines for word in line.split()] == expected
    assert all(line == line.rstrip() and line.startswith(" " * margin) for line in lines)
    room = max(width - margin, 20)
    bodies = [line[margin:] for line in lines]
    assert all(cell_len(body) <= room or " " not in body for body in bodies)
    assert all(cell_len(f"{one} {next_.split()[0]}") > room for one, next_ in pairwise(bodies))  # and none too early


@given(WORDS, st.integers(1, 40), ENCODINGS)
def test_a_cell_breaks_between_words_and_fits(words: list[str], width: int, encoding: str):
    table = Table(box=None, pad_edge=False, padding=0, show_header=False)
    table.add_column(overflow="fold")
    table.add_row(Text(" ".join(words)))
    lines = printed(table, width, encoding).splitlines()
    assert all(cell_len(line) <= max(width, 2) for line in lines)
    whole = printed(table, 10_000, encoding)
    assert "".join("".join(lines).split()) == "".join(whole.split())
    if all(cell_len(word) <= width for word in whole.split()):
        assert [word for line in lines for word in line.split()] == whole.split()


def test_a_long_word_breaks_behind_its_marks():
    assert printed(Tree(Text("a Task aws-sdk:sfn:describeExecution.sync")), 20) == (
        "a Task aws-sdk:sfn:\ndescribeExecution.\nsync\n"
    )


def test_phrases_stay_together():
    phrases = Phrases(Text("Check"), Text("  Choice"), Text("  n > 5 → Load it,"), Text(" else → Stop"))
    assert printed(phrases, 80) == "Check  Choice  n > 5 → Load it, else → Stop\n"
    assert printed(phrases, 29) == "Check  Choice\n  n > 5 → Load it,\n  else → Stop\n"
    assert printed(phrases, 12) == "Check\n  Choice\n  n > 5 →\n  Load it,\n  else →\n  Stop\n"


def test_columns_stay_aligned_in_ascii():
    table = Table("A → B", "≤", box=None, pad_edge=False)
    table.add_row(Text("x…"), Text("1"))
    table.add_row(Text("x → y → z"), Text("2"))
    assert printed(table, 80, "ascii") == "A -> B       <=\nx...         1 \nx -> y -> z  2 \n"


def test_styles_stay_with_their_words_in_ascii():
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    shown = Console(file=file, width=80, force_terminal=True, color_system="standard")
    shown.print(Text.assemble("a → ", ("b…", "red"), " → c"))
    assert raw.getvalue() == b"a -> \x1b[31mb...\x1b[0m -> c\n"


def test_a_line_that_is_cut_fits_in_ascii():
    text = Tree(Text("a sentence that is too long", no_wrap=True, overflow="ellipsis"))
    assert printed(text, 10) == "a sentenc…\n"
    assert printed(text, 10, "ascii") == "a sente...\n"


@pytest.mark.parametrize("columns", ["0", "-5", "²", "x", "", "99999999999999999999"])
def test_a_width_of_the_environment_that_is_none(columns: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    assert 20 <= Console(file=io.StringIO()).width < 100_000


def test_the_width_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "57")
    assert Console(file=io.StringIO()).width == 57


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_text_that_is_printed_ends_no_line_with_blanks(encoding: str):
    assert printed(Text("one two  three"), 8, encoding) == "one two\nthree\n"
