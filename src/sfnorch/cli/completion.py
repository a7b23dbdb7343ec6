"""`sfnorch completion`: the script that completes commands, options and files in a shell.

https://click.palletsprojects.com/en/stable/shell-completion/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sfnorch.cli.exit_codes import SUCCESS
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete

SHELLS = ("bash", "zsh", "fish")

COMPLETE = "_SFNORCH_COMPLETE"
"""The environment variable with which a script requests completions: `bash_complete`, and so on for each shell."""

_PROGRAM = "sfnorch"

_BASH = """\
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    echo "sfnorch: completion requires bash 4.4 or later, this is bash $BASH_VERSION" >&2
else
{script}
fi
"""
"""click's script requires `complete -o nosort`. The bash that reads the script decides, not the one on the PATH."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="bash|zsh|fish")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the shell completion script.

    The script calls sfnorch when you press Tab. Add it to the configuration of your shell, and start a new shell:

    \b
    bash  echo 'eval "$(sfnorch completion bash)"' >> ~/.bashrc
    zsh   echo 'eval "$(sfnorch completion zsh)"' >> ~/.zshrc
    fish  sfnorch completion fish > ~/.config/fish/completions/sfnorch.fish

    bash must be 4.4 or later. In ~/.zshrc, the line must be after compinit.
    """  # noqa: D301 - click keeps the lines of a paragraph after a backspace
    click.echo(render_completion_script(context.find_root().command, shell), nl=False)


def render_completion_script(program: click.Command, shell: str) -> str:
    """Return the script that completes the program's command line in one of SHELLS."""
    from click.shell_completion import ShellComplete

    # not the class's own method: for bash, that starts a bash to read its version
    script = ShellComplete.source(_create_completer(program, shell))
    return _BASH.format(script=script.strip("\n")) if shell == "bash" else script


def print_completions(group: click.Group, asked: str) -> int:
    """Print the completions that a shell's script asks for, and return the exit code.

    The command line so far is in the environment variables that click's scripts set.
    """
    shell, _, what = asked.partition("_")
    if shell not in SHELLS or what != "complete":
        raise SfnorchError(
            f"{COMPLETE}={asked} is not supported", hint="sfnorch completion prints the script of a shell"
        )
    click.echo(_create_completer(group, shell).complete())
    return SUCCESS


def _create_completer(program: click.Command, shell: str) -> ShellComplete:
    from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete

    class OwnFishComplete(FishComplete):
        """click's fish script ends a description at its first comma."""

        def format_completion(self, item: CompletionItem) -> str:
            if item.help:
                item.help = item.help.replace(",", ";")
            return super().format_completion(item)

    kinds: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": OwnFishComplete}
    return kinds[shell](program, {}, _PROGRAM, COMPLETE)
