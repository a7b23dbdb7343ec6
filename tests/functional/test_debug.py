"""`--debug`, anywhere on the line."""

from __future__ import annotations

import pytest

from sfnorch.cli.main import COMMANDS
from sfnorch.cli.pipeline import PIPELINE_COMMANDS
from tests.conftest import Run

TRACE = "Traceback (most recent call last):"


@pytest.mark.parametrize(
    "words",
    [
        ["--debug", "render", "--plan", "none.yaml"],
        ["render", "--debug", "--plan", "none.yaml"],
        ["render", "--plan", "none.yaml", "--debug"],
        ["--debug", "render", "--debug", "--plan", "none.yaml", "--debug"],
        ["--debug", "pipeline", "render", "--plan", "none.yaml"],
        ["pipeline", "--debug", "render", "--plan", "none.yaml"],
        ["pipeline", "render", "--plan", "none.yaml", "--debug"],
    ],
)
def test_debug_shows_where_an_error_comes_from(run: Run, words: list[str]):
    done = run(*words)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[0] == TRACE
    assert done.err.splitlines()[-2:] == ["Error: The plan none.yaml does not exist", "  create one with sfnorch init"]
    assert TRACE not in run("render", "--plan", "none.yaml").err


def test_behind_two_hyphens_it_is_data(run: Run):
    done = run("lint", "--", "--debug")
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "--debug: error: The template --debug does not exist [template]\n  sfnorch render creates one\n--debug, 1 error.\n"
    )


def test_as_the_value_of_an_option_it_is_data(run: Run):
    done = run("render", "--plan", "--debug")
    assert (done.code, done.out) == (1, "")
    assert done.err == "Error: The plan --debug does not exist\n  create one with sfnorch init\n"
    assert (
        run("deploy", "--stack-name", "--debug")
        .err.splitlines()[-1]
        .startswith("Error: Invalid value for '--stack-name': '--debug' is not a stack name; ")
    )


@pytest.mark.parametrize("words", [["--debug", "broken"], ["broken", "--debug"], ["broken", "x", "--debug"]])
def test_a_command_whose_module_can_not_be_loaded(run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str]):
    monkeypatch.setitem(COMMANDS, "broken", "A command that is not there.")
    done = run(*words)
    assert (done.code, done.out, done.err.splitlines()[0]) == (70, "", TRACE)
    assert done.err.splitlines()[-1] == "ModuleNotFoundError: No module named 'sfnorch.cli.broken'"
    assert TRACE not in run("broken", "--", "--debug").err


def test_a_group_whose_command_can_not_be_loaded(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(PIPELINE_COMMANDS, "broken", "A command that is not there.")
    assert run("pipeline", "broken", "--debug").err.splitlines()[0] == TRACE


def test_one_command_does_not_switch_it_on_for_the_next(run: Run):
    assert TRACE in run("render", "--plan", "none.yaml", "--debug").err
    assert TRACE not in run("render", "--plan", "none.yaml").err


@pytest.mark.parametrize("words", [["--help"], ["render", "--help"], ["pipeline", "--help"]])
def test_the_help_of_all_commands_shows_it(run: Run, words: list[str]):
    assert ("--debug" in run(*words).out) == (words == ["--help"])
