"""The command `sfnorch`: its commands, and how it ends."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any

import click

from sfnorch.cli.completion import COMPLETE, print_completions
from sfnorch.cli.debugging import Debugging, add_debug_option
from sfnorch.cli.exit_codes import BUG, ERROR, INTERRUPTED, SUCCESS
from sfnorch.cli.lazy import LazyGroup
from sfnorch.cli.other_names import ALIASES
from sfnorch.errors import SfnorchError, was_interrupted
from sfnorch.printable import REPLACED, printable_streams

COMMANDS = {
    "init": "Write a commented plan to start from.",
    "patterns": "List the kinds of orchestration that a plan can choose.",
    "schema": "Print the plan's JSON Schema, for editors.",
    "render": "Render the plan as a SAM or CloudFormation template.",
    "lint": "Look for mistakes and risks in templates, whatever made them.",
    "graph": "Draw the state machines of a template.",
    "simulate": "Play a run through offline, in virtual time.",
    "deploy": "Deploy the plan's stack, after a review of what would change.",
    "diff": "Show how the plan's stack would differ from the deployed one.",
    "status": "Show the stack, its machines with their last executions, and its alarms.",
    "outputs": "Show the stack's outputs.",
    "delete": "Delete the stack.",
    "run": "Start the stack's machine, and follow the run to its end.",
    "watch": "Follow an execution, or show one that has ended.",
    "logs": "Print the Glue error log of the jobs that failed in an execution.",
    "resume": "Run again what failed in an execution, from the job that failed.",
    "stop": "Stop an execution, its children and their job runs.",
    "pipeline": "Set up the pipeline that brings the plan's stack to AWS.",
    "export": "Export the plan for another orchestrator.",
    "completion": "Print the script that completes commands, options and files in a shell.",
}
"""Each command and what its help says first; a test holds both to the commands' own."""


class _Sfnorch(LazyGroup):
    """The commands, whose errors are one JSON document too, where the output is to be one."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return what the options of the command line say."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except KeyboardInterrupt as error:  # click would print an empty line
            raise click.exceptions.Abort from error

    def invoke(self, ctx: click.Context) -> Any:
        """Return what the command returns."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise click.exceptions.Abort from error
        except (click.ClickException, click.exceptions.Exit, click.exceptions.Abort):
            raise
        except Exception as error:
            from sfnorch.cli.documents import PRINTED
            from sfnorch.cli.options import OUTPUT_FORM

            told = _explained(error)
            untold = told is None and was_interrupted(error)
            if ctx.meta.get(OUTPUT_FORM) == "json" and not ctx.meta.get(PRINTED) and not untold:
                _print_error(error, told)
            raise


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from sfnorch import __version__

        click.echo(f"sfnorch {__version__}")
        ctx.exit()


@click.group(
    cls=_Sfnorch,
    package="sfnorch.cli",
    listed=COMMANDS,
    aliases=ALIASES,
    # color: else click would take out what it takes for a color
    context_settings={"help_option_names": ["-h", "--help"], "color": True},
)
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


add_debug_option(sfnorch, hidden=False)


def main() -> None:
    """Run the command line, and ends the process with its exit code."""
    gc.set_threshold(100_000)  # loading modules makes no garbage, and looking for it takes a tenth of a short command
    # no plugin of pydantic's is at work here, and looking for one among all that is installed costs more than the rest
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal's encoding lacks is no reason to fail
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACED)
    with printable_streams(), Debugging() as debugging:
        try:
            sys.exit(_run(debugging))
        except BrokenPipeError:  # the reader has gone, as `head` does
            sys.exit(ERROR)


def _run(debugging: Debugging) -> int:
    """Return the exit code of a command that ended; of another, print the error and end the process.

    The process ends while the error is handled: where that comes from Ctrl-C, it is seen to be dealt with.
    """
    try:
        if asked := os.environ.get(COMPLETE):
            return print_completions(sfnorch, asked)
        code = sfnorch.main(standalone_mode=False, obj=debugging)
    except click.exceptions.Abort as error:  # Ctrl-C, or the end of the input at a question
        sys.exit(_stopped(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        raise
    except Exception as error:
        sys.exit(_tell(error, debug=debugging.on))
    return code if isinstance(code, int) else SUCCESS


def _stopped(error: BaseException) -> int:
    """Return the exit code of a command that a person has stopped, once that is printed."""
    if sys.stderr.isatty():  # behind a question, or the terminal's own ^C
        click.echo(err=True)
    click.echo("Stopped.", err=True)
    return INTERRUPTED if was_interrupted(error) else ERROR


def _tell(error: Exception, *, debug: bool) -> int:
    """Return the exit code, once the error has been told, without any secret: a user's error in words, a bug as one."""
    told = _explained(error)
    interrupted = was_interrupted(error)
    if told is None and interrupted and not debug:
        return _stopped(error)
    click.echo(_without_secrets(_told(error, told, debug=debug)), err=True, color=True)
    return INTERRUPTED if interrupted else ERROR if told else BUG


def _print_error(error: Exception, told: SfnorchError | None) -> None:
    """Print an error as the one document that a script expects."""
    from sfnorch.cli.documents import print_json

    told = told or SfnorchError(f"This is a bug in sfnorch: {type(error).__name__}: {error}")
    print_json({"error": {"message": _without_secrets(told.message), "hint": _without_secrets(told.hint) or None}})


def _without_secrets(text: str) -> str:
    """Return the text as anyone may see it."""
    if "sfnorch.aws.secrets" not in sys.modules:
        return text
    from sfnorch.aws.secrets import without_secrets

    return without_secrets(text)


def _told(error: Exception, told: SfnorchError | None, *, debug: bool) -> str:
    trace = ""
    if debug:
        import traceback

        trace = "".join(traceback.format_exception(error))
    if told is None:
        return trace.rstrip() or (
            f"This is a bug in sfnorch: {type(error).__name__}: {error}\n"
            "Please report it, with what `sfnorch --debug` prints for the same command."
        )
    lines = [f"Error: {line}" for line in told.message.splitlines()] + ([f"  {told.hint}"] if told.hint else [])
    return trace + "\n".join(lines)


def _explained(error: Exception) -> SfnorchError | None:
    """Return the error as one that a user can mend; None for a bug."""
    if isinstance(error, SfnorchError):
        return error
    if "botocore" in sys.modules:
        from sfnorch.aws.errors import explained

        if found := explained(error):
            return found
    from sfnorch.cli.system_errors import explain_system_error

    return explain_system_error(error)
