"""The help of all commands: sentences, names of values, stages, and examples that are valid command lines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sfnorch.cli.main import COMMANDS, STAGES
from sfnorch.cli.main import sfnorch as group
from sfnorch.linter.catalogue import find_unknown_ids
from sfnorch.prices import PRICE_PER_1000

_VALUE = re.compile(r"\[?[A-Z][A-Z0-9]*(-[A-Z]+)*([\[=|:@,.\]]+([A-Z][A-Z0-9]*)?)*")


def _commands(parent: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    for name in parent.list_commands(context):
        command = parent.get_command(context, name)
        assert command is not None
        own = command.make_context(name, [], parent=context, resilient_parsing=True)
        yield command, own
        if isinstance(command, click.Group):
            yield from _commands(command, own)


_ROOT = group.make_context("sfnorch", [], resilient_parsing=True)
_ALL = [(group, _ROOT), *_commands(group, _ROOT)]
_PATHS = [context.command_path for _, context in _ALL]


def _faults(option: click.Option) -> Iterator[str]:
    sentence = option.help or ""
    if not re.fullmatch(r"[A-Z][^\n]*[^.\s]\.", sentence):
        yield f"the help is not a sentence: {sentence!r}"
    if re.search(r"(?<!\.)\. [A-Z]", sentence):
        yield f"the help has more than one sentence: {sentence!r}"
    if not option.is_flag and not isinstance(option.type, click.Choice):
        if not option.metavar or not _VALUE.fullmatch(option.metavar):
            yield f"the metavar does not name the value: {option.metavar!r}"
    elif option.is_flag and option.metavar:
        yield "a flag has no value to name"


def test_every_command_is_checked():
    assert {"sfnorch", "sfnorch pipeline deploy", "sfnorch export airflow"} <= set(_PATHS)
    assert len(_PATHS) == len(set(_PATHS)) > len(COMMANDS)


@pytest.mark.smoke
@pytest.mark.parametrize(("command", "context"), _ALL, ids=_PATHS)
def test_each_option_has_a_sentence_and_names_its_value(command: click.Command, context: click.Context):
    options = [param for param in command.get_params(context) if isinstance(param, click.Option)]
    shown = [option for option in options if not option.hidden]
    assert {option.opts[-1]: list(_faults(option)) for option in shown} == {option.opts[-1]: [] for option in shown}


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        (click.Option(["--a"], metavar="NAME", help=None), "not a sentence: ''"),
        (click.Option(["--a"], metavar="NAME", help="Name of the stack"), "not a sentence"),
        (click.Option(["--a"], metavar="NAME", help="name."), "not a sentence"),
        (click.Option(["--a"], metavar="NAME", help="One. Two."), "more than one sentence"),
        (click.Option(["--a"], help="Name."), "does not name the value: None"),
        (click.Option(["--a"], metavar="2h", help="Name."), "does not name the value: '2h'"),
        (click.Option(["--a"], is_flag=True, metavar="A", help="Name."), "a flag has no value"),
    ],
)
def test_a_fault_in_an_option_is_found(option: click.Option, fault: str):
    (found,) = _faults(option)
    assert fault in found


@pytest.mark.parametrize(("command", "context"), _ALL, ids=_PATHS)
def test_each_command_has_a_short_sentence(command: click.Command, context: click.Context):
    sentence = command.get_short_help_str(limit=200)
    assert re.fullmatch(r"[A-Z][^.]{0,70}\.", sentence)


def test_each_stage_begins_with_a_command():
    names = list(COMMANDS)
    assert [names.index(name) for name in STAGES] == sorted(names.index(name) for name in STAGES)
    assert names[0] in STAGES


@pytest.mark.parametrize("name", ["render", "lint", "simulate", "deploy", "run", "resume"])
def test_the_main_commands_have_examples(name: str):
    _, context = _ALL[_PATHS.index(f"sfnorch {name}")]
    examples = _examples(context)
    assert len(examples) >= 2
    assert all(example.startswith(f"sfnorch {name}") for example in examples)


@pytest.mark.parametrize("context", [context for _, context in _ALL], ids=_PATHS)
def test_each_example_is_a_valid_command_line(context: click.Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for example in _examples(context):
        assert len(example) <= 78  # click's help has 80 columns, and keeps two of them as a margin
        _, *path, name = context.command_path.split()
        words = shlex.split(example)
        assert words[: len(path) + 2] == ["sfnorch", *path, name]
        context.command.make_context(name, words[len(path) + 2 :], parent=context.parent)  # raises for a wrong one


def test_the_rules_in_examples_exist():
    ignored = [rule for _, context in _ALL for rule in re.findall(r"--ignore (\S+)", "\n".join(_examples(context)))]
    assert len(ignored) > 0
    assert find_unknown_ids(ignored) == {}


def test_the_default_price_is_that_of_the_simulation():
    _, context = _ALL[_PATHS.index("sfnorch simulate")]
    assert f"[default: ({PRICE_PER_1000}, the price in" in " ".join(context.get_help().split())


def _examples(context: click.Context) -> list[str]:
    return re.findall(r"^  (sfnorch .*)$", context.get_help(), re.MULTILINE)
