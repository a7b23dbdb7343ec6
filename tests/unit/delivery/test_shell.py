"""The calls in a shell command: each call that Bash makes, with the words that the program gets."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.delivery.commands.shell import read_calls

VARIABLES = {"NAME": "etl", "OTHER": "x"}
CALLS: dict[str, list[tuple[str, ...]] | None] = {
    "sfnorch lint": [("sfnorch", "lint")],
    "if [ $A = b ]; then sfnorch deploy; fi": [("sfnorch", "deploy")],
    "if [[ ! -f x ]]; then a; elif b; then c; else d; fi": [("a",), ("b",), ("c",), ("d",)],
    "A=1 B=2 aws s3 ls && sam build || exit 1": [("aws", "s3", "ls"), ("sam", "build"), ("exit", "1")],
    "aws s3 cp a \\\n  s3://b/c": [("aws", "s3", "cp", "a", "s3://b/c")],
    "cd a\nsam deploy --stack-name $NAME # now": [("cd", "a"), ("sam", "deploy", "--stack-name", "etl")],
    "a \\\n# b\n\nc # 'd\ne": [("a",), ("c",), ("e",)],
    "echo ${A#b} && c": [("echo", "${A#b}"), ("c",)],
    "(a);b": [("a",), ("b",)],
    "! a & time b c |& d; ! ! e": [("a",), ("b", "c"), ("d",), ("e",)],
    "time": [("time",)],
    "for i in a b; do c $i; done < d": [("c", "$i")],
    "while read l; do a; done": [("read", "l"), ("a",)],
    "f() { aws s3 ls; }; f": [("aws", "s3", "ls"), ("f",)],
    "case a in b) c;; *) d;; esac": [("c",), ("d",)],
    'X="$(aws s3 ls)"': [("aws", "s3", "ls")],
    "export X=`aws s3 ls`; unset X": [("aws", "s3", "ls")],
    "a <(b) --c=$(d e)f $((1+2)) `g`": [
        ("a", "$<(b)", "--c=$(d e)f", "$((1+2))", "$`g`"),
        ("b",),
        ("d", "e"),
        ("g",),
    ],
    "a <<EOF\naws s3 ls $(b)\nEOF": [("a",), ("b",)],
    "a <<EOF - b\n$(c)\nEOF": [("a", "-", "b"), ("c",)],
    "a > log b 2>&1 c": [("a", "b", "c")],
    "a | b && ! c > log d": [("a",), ("b",), ("c", "d")],
    "> log a b <<< c d": [("a", "b", "d")],
    "echo done 'if'; git commit -m time": [("echo", "done", "if"), ("git", "commit", "-m", "time")],
    "echo ';' '&&' a": [("echo", ";", "&&", "a")],
    'echo "a # b"\naws s3 ls\necho "c # d"': [("echo", "a # b"), ("aws", "s3", "ls"), ("echo", "c # d")],
    "a \"x $NAME ${NAME} $B  \\$NAME \\n é$NAME  y\"'$NAME'$NAME z\\ $B": [
        ("a", "x etl etl $B  $NAME \\n éetl  y$NAMEetl", "z $B")
    ],
    'a "$(b "$(c "$NAME")")"': [("a", '$(b "$(c "$NAME")")'), ("b", '$(c "$NAME")'), ("c", "etl")],
    "$NAME 1 {2,3} *.txt $'4'": [("etl", "1", "{2,3}", "*.txt", "$'4'")],
    "A=1": [],
    "# a": [],
    "": [],
    "echo 'it": None,
    "if a; then b": None,
    "a \0": None,
    "a `b` `c`": None,
    "a" * 10_001: None,
    "a=(" * 101: None,
}
WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), max_size=5)
SEPARATORS = st.sampled_from([" ; ", " && ", " || ", " | ", "\n", " & "])


@pytest.mark.parametrize("command", CALLS, ids=lambda command: command[:60])
def test_calls(command: str):
    assert read_calls(command, VARIABLES) == CALLS[command]


@given(st.lists(WORDS, min_size=1, max_size=4), SEPARATORS)
def test_quoted_words_are_read_as_they_are(arguments: list[list[str]], separator: str):
    calls = [("run", *words) for words in arguments]
    command = separator.join(shlex.join(call) for call in calls)
    assert read_calls(command, VARIABLES) == calls


@given(st.text(st.sampled_from("a $(){}[]<>|&;'\"`\\\n#=E!*é\0"), max_size=60))
def test_every_text_is_read_or_has_no_known_calls(text: str):
    found = read_calls(text, VARIABLES)
    assert found is None or all(call and all(isinstance(word, str) for word in call) for call in found)
