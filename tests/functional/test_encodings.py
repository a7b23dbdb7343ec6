"""Output in encodings that lack characters: texts fall back to ASCII, documents stay what they are."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sfnorch.cli.main import COMMANDS, main
from sfnorch.printable import ASCII_REPLACEMENTS
from tests.conftest import Outcome

ENCODINGS = ("ascii", "cp1252", "cp437", "latin-1")

PLAN = "pattern: master-child\nchildren: [{name: a, jobs: [Jöb, load]}]\n"
TEMPLATE = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "M": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {
                "Name": "prüfung",
                "Definition": {
                    "Comment": "→ … é 検査",
                    "StartAt": "Prüfen → 検査",
                    "States": {
                        "Prüfen → 検査": {
                            "Type": "Choice",
                            "Choices": [{"Variable": "$.n", "NumericLessThanEquals": 5, "Next": "Ende…"}],
                            "Default": "Fehler",
                        },
                        "Ende…": {"Type": "Succeed"},
                        "Fehler": {"Type": "Fail", "Error": "Ünbekannt", "Cause": "≥ 5 → 検査"},
                    },
                },
            },
        }
    },
}

TEXTS = {
    ("graph", "t.json"): 0,
    ("simulate", "s.json", "--input", '{"n": 9}'): 3,
    ("lint", "t.json"): 0,
    ("lint", "--list-rules"): 0,
    ("lint", "none…→検査.json"): 1,
    ("render", "--plan", "p.yaml", "--summary"): 0,
    ("graph", "--plan", "p.yaml"): 0,
    ("simulate", "--plan", "p.yaml"): 0,
    ("graph", "t.json", "--machine", "→検査"): 1,
    ("patterns",): 0,
    ("deploy", "--parameter-overrides", "→"): 2,
}
"""Commands that print texts, and their exit codes."""
JSONS = [
    ["lint", "t.json", "--output", "json"],
    ["simulate", "s.json", "--input", '{"n": 9}', "--output", "json"],
    ["lint", "none…→検査.json", "--output", "json"],
]
DOCUMENTS = [
    ["graph", "t.json", "--format", "mermaid"],
    ["graph", "t.json", "--format", "dot"],
    ["render", "--plan", "p.yaml", "-o", "-"],
    ["render", "--plan", "p.yaml", "--format", "asl", "-o", "-"],
    ["export", "airflow", "--plan", "p.yaml", "-o", "-"],
    ["schema"],
]


PLAYED = json.dumps(TEMPLATE, ensure_ascii=False).replace(
    '"Variable": "$.n", "NumericLessThanEquals": 5', '"Condition": "{% $states.input.n <= 5 %}"'
)
"""The same in JSONata, which the simulator takes."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("t.json").write_text(json.dumps(TEMPLATE, ensure_ascii=False), encoding="utf-8")
    Path("s.json").write_text(PLAYED.replace('"StartAt"', '"QueryLanguage": "JSONata", "StartAt"'), encoding="utf-8")
    Path("p.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def printed(arguments: Sequence[str], encoding: str, *, documents: bool = False) -> Outcome:
    """What a command prints to streams of the encoding; documents are read as UTF-8."""
    streams = {name: io.BytesIO() for name in ("stdout", "stderr")}
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in streams.items():
            patch.setattr(sys, name, io.TextIOWrapper(stream, encoding=encoding, newline="\n"))
        patch.setattr(sys, "argv", ["sfnorch", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout.flush()
        sys.stderr.flush()
        out = streams["stdout"].getvalue().decode("utf-8" if documents else encoding)
        return Outcome(code=int(end.value.code or 0), out=out, err=streams["stderr"].getvalue().decode(encoding))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_texts_fall_back_to_ascii(encoding: str, folder: Path):
    for arguments, code in TEXTS.items():
        expected, done = printed(arguments, "utf-8"), printed(arguments, encoding)
        assert (done.code, expected.code) == (code, code), expected
        whole, shown = expected.out + expected.err, done.out + done.err
        assert shown.count("?") == whole.count("?"), arguments
        lacking = {char for char in whole if char in ASCII_REPLACEMENTS and encodes(char, encoding) is None}
        assert not lacking & set(shown)
        assert all(ASCII_REPLACEMENTS[char] in shown for char in lacking), (arguments, shown)
        assert "\\u2026" not in shown, shown
        assert "\\u25" not in shown, shown  # lines of trees and tables


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_stays_the_same_document(encoding: str, folder: Path):
    for arguments in JSONS:
        expected, done = printed(arguments, "utf-8"), printed(arguments, encoding)
        assert done.out.isascii()
        assert (done.code, json.loads(done.out)) == (expected.code, json.loads(expected.out))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_documents_are_utf_8_in_files_and_pipes(encoding: str, folder: Path):
    for arguments in DOCUMENTS:
        done, expected = printed(arguments, encoding, documents=True), printed(arguments, "utf-8")
        assert (done.code, done.out) == (0, expected.out), arguments


def test_trees_and_timelines_in_ascii(folder: Path):
    done = printed(["graph", "t.json"], "ascii")
    assert done.out == (
        "pr\\u00fcfung\n"
        "+-- Pr\\u00fcfen -> \\u691c\\u67fb  Choice  $.n <= 5 -> Ende..., else -> Fehler\n"
        "+-- Ende...  Succeed\n"
        "`-- Fehler  Fail \\u00dcnbekannt\n"
    )


def test_every_help_is_ascii_where_it_must_be(folder: Path):
    for name in COMMANDS:
        done = printed([name, "--help"], "ascii")
        assert (done.code, "\\u" in done.out, done.err) == (0, False, "")


def encodes(char: str, encoding: str) -> bytes | None:
    try:
        return char.encode(encoding)
    except UnicodeEncodeError:
        return None


def test_the_chart_of_a_simulation_fits_a_narrow_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    done = printed(["simulate", "--plan", "p.yaml"], "ascii")
    chart = done.out.split("\n\n")[1].splitlines()
    assert chart == [
        "           T+00s   T+05m                ",
        "master     ############### 10m SUCCEEDED",
        "a          ############### 10m SUCCEEDED",
        "  J\\u00f6b ########:       05m SUCCEEDED",
        "  load             ####### 05m SUCCEEDED",
    ]
