"""`sfnorch completion`: its scripts in the shells that are there, and what they complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import FishComplete, ShellComplete, ZshComplete

from sfnorch.cli.completion import COMPLETE, SHELLS, render_completion_script
from sfnorch.cli.main import COMMANDS, sfnorch
from sfnorch.plan.starters import NAMES
from tests.conftest import Run
from tests.quick_commands import write_quick_commands

BASH_GUARD = """\
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    echo "sfnorch: completion requires bash 4.4 or later, this is bash $BASH_VERSION" >&2
else
"""

IN_BASH = """\
source "$1"
compopt() { echo compopt "$@"; }
complete -p sfnorch
complete_words() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _sfnorch_completion sfnorch
    echo "$* -> ${COMPREPLY[*]}."
}
complete_words sfnorch re
complete_words sfnorch init li
complete_words sfnorch lint ''
complete_words sfnorch deploy --code-folder ''
complete_words sfnorch lint --output ''
complete_words sfnorch help pipeline d
"""
FROM_BASH = """\
complete -o nosort -F _sfnorch_completion sfnorch
sfnorch re -> render resume record.
sfnorch init li -> linear.
compopt -o default
sfnorch lint  -> .
compopt -o dirnames
sfnorch deploy --code-folder  -> .
sfnorch lint --output  -> text json sarif junit github.
sfnorch help pipeline d -> deploy.
"""

IN_ZSH = """\
compdef() { print -r -- "compdef $*" }
compadd() { print -r -- "${(P)@[-1]}" }
_describe() { print -rl -- "${(P)3[@]}" }
_path_files() { print -r -- "files $*" }
source "$1"
complete_words() { words=("$@") CURRENT=$#; _sfnorch_completion }
complete_words sfnorch re
complete_words sfnorch lint ''
complete_words sfnorch lint --output ''
"""
FROM_ZSH = f"""\
compdef _sfnorch_completion sfnorch
render:{COMMANDS["render"]}
resume:{COMMANDS["resume"]}
record:{COMMANDS["record"]}
files -f
text json sarif junit github
"""

IN_FISH = """\
source $argv[1]
complete -C 'sfnorch re'
complete -C 'sfnorch lint te'
complete -C 'sfnorch lint --output '
"""
FROM_FISH = f"""\
record\t{COMMANDS["record"]}
render\t{COMMANDS["render"]}
resume\t{COMMANDS["resume"].replace(",", ";")}
template.yaml
github
json
junit
sarif
text
"""


@pytest.fixture
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command `sfnorch` that takes no time to load."""
    folder = tmp_path_factory.mktemp("completion")
    return write_quick_commands(folder / "bin", Path("python"))


def completed_in(shell: list[str], text: str, folder: Path, commands: Path) -> str:
    """Return what a shell prints that reads the completion script of its name and then a text."""
    script, said = folder.parent / "script", folder.parent / "said"
    script.write_text(render_completion_script(sfnorch, shell[0]))
    said.write_text(text)
    environment = {"PATH": f"{commands}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*shell, str(said), str(script)], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "template.yaml").touch()
    return tmp_path / "here"


needs = {shell: pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell}") for shell in SHELLS}


@needs["bash"]
def test_in_bash(folder: Path, commands: Path):
    assert completed_in(["bash", "--norc"], IN_BASH, folder, commands) == FROM_BASH


@needs["zsh"]
def test_in_zsh(folder: Path, commands: Path):
    assert completed_in(["zsh", "-f"], IN_ZSH, folder, commands) == FROM_ZSH


@needs["fish"]
def test_in_fish(folder: Path, commands: Path):
    assert completed_in(["fish", "--no-config"], IN_FISH, folder, commands) == FROM_FISH


@needs["bash"]
def test_a_bash_that_is_too_old_says_so_and_defines_nothing(tmp_path: Path):
    old = render_completion_script(sfnorch, "bash").replace("< 404", "< 99999")  # BASH_VERSINFO is read-only
    text = f"{old}\necho $BASH_VERSION\ncomplete -p\ndeclare -F\n"
    done = subprocess.run(["bash", "--norc", "-c", text], capture_output=True, text=True, check=True)
    version = done.stdout.strip()
    assert done.stderr == f"sfnorch: completion requires bash 4.4 or later, this is bash {version}\n"
    assert "\n" not in version


@pytest.mark.smoke
def test_the_scripts_are_those_of_click(run: Run):
    for shell, kind in (("zsh", ZshComplete), ("fish", FishComplete)):
        done = run("completion", shell)
        assert (done.code, done.out, done.err) == (0, kind(sfnorch, {}, "sfnorch", COMPLETE).source(), "")
    done = run("completion", "bash")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(BASH_GUARD)
    assert done.out.endswith("}\n\n_sfnorch_completion_setup;\nfi\n")
    done = run("completion", "tcsh")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Error: Invalid value for 'bash|zsh|fish': 'tcsh' is not one of 'bash', 'zsh', 'fish'.\n")


@pytest.mark.smoke
def test_completions_are_asked_for_by_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(COMPLETE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "sfnorch init ")
    monkeypatch.setenv("COMP_CWORD", "2")
    done = run()
    assert (done.code, done.out, done.err) == (0, "".join(f"plain,{name}\n" for name in NAMES), "")
    monkeypatch.setenv(COMPLETE, "tcsh_complete")
    done = run()
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: _SFNORCH_COMPLETE=tcsh_complete is not supported\n  sfnorch completion prints the script of a shell\n"
    )


def every_command(
    group: click.Group, context: click.Context, *path: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command with its words."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, context, *path, name)


def completions(*words: str) -> list[str]:
    """Return what completes the last word."""
    *before, incomplete = words
    found = ShellComplete(sfnorch, {}, "sfnorch", COMPLETE).get_completions(before, incomplete)
    return [item.value if item.type == "plain" else item.type for item in found]


def test_every_option_choice_and_file_of_every_command_completes():
    context = sfnorch.make_context("sfnorch", [], resilient_parsing=True)
    for path, command in every_command(sfnorch, context):
        offered = completions(*path, "--")
        for param in command.params:
            if isinstance(param, click.Option) and param.hidden:
                continue
            option = next((name for name in param.opts if name.startswith("--")), None)
            if option:
                assert option in offered, path
            words = (*path, option, "") if option else (*path, "")
            if isinstance(param.type, click.Choice):
                assert completions(*words) == list(param.type.choices), words
            if isinstance(param.type, click.Path):
                assert completions(*words) == ["file" if param.type.file_okay else "dir"], words


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("pa",), ["patterns"]),
        (("help", "sch"), ["schema"]),
        (("help", "pipeline", ""), ["render", "deploy", "help"]),
        (("pipeline", "help", "d"), ["deploy"]),
        (("rm", "--stack-n"), ["--stack-name"]),
        (("lint", "--no-such-option", "--output", ""), ["text", "json", "sarif", "junit", "github"]),
        (("render", "--child2-jobs", "a", "--fo"), ["--format"]),
        (("deploy", "--parameter-overrides", "A=b", "C=d", "--tem"), ["--template"]),
        (("nothing-of-this-name", "pa"), ["patterns"]),
    ],
)
def test_what_completes(words: tuple[str, ...], completed: list[str]):
    assert completions(*words) == completed


def test_completing_a_command_imports_none():
    code = "import sys\nfrom sfnorch.cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    environment = {**os.environ, COMPLETE: "bash_complete", "COMP_WORDS": "sfnorch d", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,deploy\nplain,diff\nplain,delete\n"
    modules = done.stderr.split()
    assert [name for name in COMMANDS if f"sfnorch.cli.{name}" in modules] == ["completion"]
    assert not {"boto3", "cfnlint", "pydantic", "rich", "troposphere", "yaml"} & set(modules)
