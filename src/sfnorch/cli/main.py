"""The command `sfnorch`: a group that loads a command's module only when that command is called."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from sfnorch.errors import SfnorchError

COMMANDS = {
    "init": "Write a commented plan to start from.",
    "patterns": "List the kinds of orchestration that a plan can choose.",
    "schema": "Print the plan's JSON Schema, for editors.",
    "render": "Render the plan as a SAM or CloudFormation template.",
    "lint": "Look for mistakes and risks in templates, whatever made them.",
    "graph": "Draw the state machines of a template.",
    "simulate": "Play a run through offline, in virtual time.",
}
"""Each command and what its help says first; a test holds both to the commands' own."""

BUG = 70
"""The exit code for what is no user's error: sysexits.h's EX_SOFTWARE."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that --help is there at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"sfnorch.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; for one that isn't there, the near one is suggested."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"There is no command {args[0]!r}" + (f"; did you mean {near[0]}?" if near else "."))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands with what is said of them here, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from sfnorch import __version__

        click.echo(f"sfnorch {__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks of errors.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
def sfnorch() -> None:
    """Orchestrate many AWS Glue jobs under AWS Step Functions, from a plan.

    Without a plan (sfnorch.yaml, or --plan FILE) commands take the default one: a master that starts five children
    at once, each running its Glue jobs one after another.
    """


def main() -> None:
    """Runs the command line, and ends the process with its exit code."""
    debug = "--debug" in sys.argv
    gc.set_threshold(100_000)  # loading modules makes no garbage, and looking for it takes a tenth of a short command
    # no plugin of pydantic's is at work here, and looking for one among all that is installed costs more than the rest
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        code = sfnorch.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SfnorchError as error:
        if debug:
            raise
        click.echo("\n".join(f"Error: {line}" for line in error.message.splitlines()), err=True)
        if error.hint:
            click.echo(f"  {error.hint}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader has gone, as `head` does
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"This is a bug in sfnorch: {type(error).__name__}: {error}\n"
            "Please report it, with what `sfnorch --debug` prints for the same command.",
            err=True,
        )
        sys.exit(BUG)
    sys.exit(code if isinstance(code, int) else 0)
