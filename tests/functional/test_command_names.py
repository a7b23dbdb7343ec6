"""Which command a word leads to: its own name, an alias, `help`, or a word of another tool."""

from __future__ import annotations

import pytest

from sfnorch.cli.main import COMMANDS
from sfnorch.cli.other_names import _WORDS_OF_OTHER_TOOLS, ALIASES
from tests.conftest import Run
from tests.golden.artifacts import ROOT

_NOT_YET = {"logs"}
"""Commands that a word leads to where there is one."""


@pytest.mark.parametrize(("alias", "command"), ALIASES.items())
def test_an_alias_is_the_command_itself(run: Run, alias: str, command: str):
    by_alias, by_name = run(alias, "--help"), run(command, "--help")
    assert (by_alias.code, by_alias.out, by_alias.err) == (0, by_name.out, "")
    assert by_name.out.startswith(f"Usage: sfnorch {command} ")
    others = ", ".join(f"sfnorch {other}" for other, own in ALIASES.items() if own == command)
    assert by_name.out.endswith(f"\n\n  Also: {others}.\n")


def test_an_alias_runs_the_command(run: Run):
    done = run("validate", "none.yaml")
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "none.yaml: error: The template none.yaml does not exist [template]\n  sfnorch render creates one\nnone.yaml, 1 error.\n"
    )
    assert run("rm", "--stack-name", "s").err.splitlines()[-1] == (
        "Error: No terminal for prompts; pass --yes to delete."
    )


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["help"], []),
        (["help", "--help"], []),
        (["help", "help"], []),
        (["help", "deploy"], ["deploy"]),
        (["help", "destroy"], ["delete"]),
        (["help", "pipeline"], ["pipeline"]),
        (["help", "pipeline", "deploy"], ["pipeline", "deploy"]),
        (["help", "--debug", "deploy"], ["deploy"]),
        (["help", "deploy", "--plan"], ["deploy"]),
        (["pipeline", "help"], ["pipeline"]),
        (["pipeline", "help", "render"], ["pipeline", "render"]),
    ],
)
def test_help_of_a_command(run: Run, words: list[str], command: list[str]):
    done, expected = run(*words), run(*command, "--help")
    assert (done.code, done.out, done.err) == (0, expected.out, "")
    assert done.out.startswith(" ".join(["Usage: sfnorch", *command, "[OPTIONS]"]))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["rendr"], "Unknown command 'rendr'; did you mean 'render'?"),
        (["Deploy"], "Unknown command 'Deploy'; did you mean 'deploy'?"),
        (["detroy"], "Unknown command 'detroy'; did you mean 'delete'?"),
        (["hlep"], "Unknown command 'hlep'; did you mean 'help'?"),
        (["dep"], "Unknown command 'dep'; did you mean 'deploy'?"),
        (["st"], "Unknown command 'st'; did you mean 'status' or 'stop'?"),
        (["canzel"], "Unknown command 'canzel'; did you mean 'stop'?"),
        (["version"], "Unknown command 'version'; did you mean '--version'?"),
        (["help", "rendr"], "Unknown command 'rendr'; did you mean 'render'?"),
        (["pipeline", "up"], "Unknown command 'up'; did you mean 'deploy'?"),
        (["pipeline", "destroy"], "Unknown command 'destroy'; available: render, deploy."),
        (["pipeline", "version"], "Unknown command 'version'; available: render, deploy."),
        (["xyzzy"], f"Unknown command 'xyzzy'; available: {', '.join(COMMANDS)}."),
        (["x\x1b[31m"], f"Unknown command 'x\\x1b[31m'; available: {', '.join(COMMANDS)}."),
    ],
)
def test_an_unknown_command(run: Run, words: list[str], error: str):
    done = run(*words)
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", f"Error: {error}")


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("down", "delete"),
        ("apply", "deploy"),
        ("up", "deploy"),
        ("start", "run"),
        ("tail", "watch"),
        ("cancel", "stop"),
        ("abort", "stop"),
        ("retry", "resume"),
        ("rerun", "resume"),
        ("redrive", "resume"),
        ("list", "status"),
        ("info", "status"),
        ("describe", "status"),
        ("check", "lint"),
        ("show", "status"),
    ],
)
def test_a_word_of_another_tool(run: Run, word: str, command: str):
    error = run(word).err.splitlines()[-1]
    assert error.startswith(f"Error: Unknown command {word!r}; did you mean ")
    assert repr(command) in error


def test_every_word_leads_to_a_command():
    known = {*COMMANDS, *_NOT_YET, "--version"}
    assert {own for meant in _WORDS_OF_OTHER_TOOLS.values() for own in meant} <= known
    assert set(ALIASES.values()) <= set(COMMANDS)
    assert {*ALIASES, *_WORDS_OF_OTHER_TOOLS, "help"} & set(COMMANDS) == set()
    assert set(ALIASES) & set(_WORDS_OF_OTHER_TOOLS) == set()


def test_the_readme_names_every_alias():
    names = {
        command: [f"`{alias}`" for alias, own in ALIASES.items() if own == command] for command in ALIASES.values()
    }
    words = ", ".join(f"{' and '.join(aliases)} for `{command}`" for command, aliases in names.items())
    assert f"Some commands have other names: {words}." in (ROOT / "docs" / "reference" / "commands.md").read_text()


def test_yes_has_a_short_form(run: Run):
    for command in (["deploy"], ["delete"], ["resume"], ["pipeline", "deploy"]):
        assert "  -y, --yes " in run(*command, "--help").out
