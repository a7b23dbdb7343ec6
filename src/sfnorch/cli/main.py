"""The command `sfnorch`: its commands, its errors, and its exit code."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import click

from sfnorch.cli.completion import COMPLETE, print_completions
from sfnorch.cli.debugging import Debugging, add_debug_option
from sfnorch.cli.error_texts import describe_error, explain_error, mask_secrets
from sfnorch.cli.exit_codes import BUG, ERROR, INTERRUPTED, SUCCESS
from sfnorch.cli.lazy import LazyGroup
from sfnorch.cli.other_names import ALIASES
from sfnorch.errors import SfnorchError, has_interrupt
from sfnorch.printable import REPLACED, make_streams_printable

COMMANDS = {
    "init": "Create a plan to start from.",
    "patterns": "List the orchestration patterns.",
    "schema": "Print the JSON Schema of the plan, for editors.",
    "plan": "Show the effective plan, with the origins of its values.",
    "render": "Render the plan as a SAM or CloudFormation template.",
    "lint": "Check templates and definitions for errors and risks.",
    "graph": "Draw the state machines of a template or a definition.",
    "simulate": "Simulate an execution offline, in virtual time.",
    "test": "Run scenarios offline, and check what is expected of them.",
    "verify": "Compare the simulator with Step Functions.",
    "deploy": "Deploy the stack after a review of its changes.",
    "diff": "Compare the deployed stack with the plan.",
    "status": "Show the stack, its last executions, and its alarms.",
    "outputs": "Show the outputs of the stack.",
    "delete": "Delete the stack.",
    "run": "Start an execution, and follow it until it ends.",
    "backfill": "Run the stack for each date of a range, and follow it.",
    "watch": "Follow a running execution, or show one that has ended.",
    "logs": "Print the Glue error logs of the failed jobs of an execution.",
    "resume": "Resume a failed execution from the job that failed.",
    "history": "Show how long executions and Glue jobs took.",
    "record": "Record an execution as a scenario of sfnorch test.",
    "stop": "Stop an execution, its child executions, and their job runs.",
    "pipeline": "Set up a CodePipeline pipeline that deploys the stack.",
    "export": "Export the plan to another orchestrator.",
    "completion": "Print the shell completion script.",
}
"""The commands by stage, each with the first sentence of its help. A test compares the sentences with the help."""

STAGES = {"init": "Plan", "lint": "Check", "deploy": "Deploy", "run": "Run", "pipeline": "Automate"}
"""The first command of each stage, and the title of the stage in the help."""


class _Sfnorch(LazyGroup):
    """The group of all commands. With `--output json`, it prints an error as a JSON document too."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context with the values of the options; Ctrl-C ends the command as an abort."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except KeyboardInterrupt as error:  # click would print an empty line
            raise click.exceptions.Abort from error

    def invoke(self, ctx: click.Context) -> object:
        """Return the result of the command; print its error as JSON where the command prints JSON."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise click.exceptions.Abort from error
        except (click.ClickException, click.exceptions.Exit, click.exceptions.Abort):
            raise
        except Exception as error:
            from sfnorch.cli.documents import PRINTED
            from sfnorch.cli.options import OUTPUT_FORM

            told = explain_error(error)
            untold = told is None and has_interrupt(error)
            if ctx.meta.get(OUTPUT_FORM) == "json" and not ctx.meta.get(PRINTED) and not untold:
                _print_error(error, told)
            raise


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from sfnorch.version import __version__

        click.echo(f"sfnorch {__version__}")
        ctx.exit()


@click.group(
    cls=_Sfnorch,
    package="sfnorch.cli",
    listed=COMMANDS,
    sections=STAGES,
    aliases=ALIASES,
    # color: without it, click removes what looks like an escape sequence for a color
    context_settings={"help_option_names": ["-h", "--help"], "color": True},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def sfnorch() -> None:
    """Orchestrate AWS Glue jobs with AWS Step Functions.

    Commands read the plan from sfnorch.yaml in the current folder, or from the file that --plan names. Without a plan
    they use the default plan: a master state machine that starts five child state machines in parallel. Each child
    runs its Glue jobs in sequence.
    """


add_debug_option(sfnorch, hidden=False)


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    # sfnorch uses no plugins of pydantic; the search for them in all installed packages takes longer than the rest
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # a command must not fail at a character that the encoding of the terminal lacks
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACED)
    with make_streams_printable(), Debugging() as debugging:
        try:
            sys.exit(_run(debugging))
        except BrokenPipeError:  # the reader has closed the pipe, as `head` does
            sys.exit(ERROR)


def _run(debugging: Debugging) -> int:
    """Return the exit code of the command. After an error, print the error and end the process with its exit code.

    The process ends within the exception handler, so that a second Ctrl-C finds the first one in progress.
    """
    try:
        if asked := os.environ.get(COMPLETE):
            return print_completions(sfnorch, asked)
        code = sfnorch.main(standalone_mode=False, obj=debugging)
    except click.exceptions.Abort as error:  # Ctrl-C, or the end of the input at a prompt
        sys.exit(_report_interruption(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        raise
    except Exception as error:
        sys.exit(_report_error(error, debug=debugging.on))
    return code if isinstance(code, int) else SUCCESS


def _report_interruption(error: BaseException) -> int:
    """Print that the user stopped the command, and return its exit code."""
    if sys.stderr.isatty():  # the line holds a prompt, or the ^C of the terminal
        click.echo(err=True)
    click.echo("Stopped.", err=True)
    return INTERRUPTED if has_interrupt(error) else ERROR


def _report_error(error: Exception, *, debug: bool) -> int:
    """Print an error without any secret, as a message for the user or as a bug, and return the exit code."""
    told = explain_error(error)
    interrupted = has_interrupt(error)
    if told is None and interrupted and not debug:
        return _report_interruption(error)
    click.echo(mask_secrets(describe_error(error, told, debug=debug)), err=True, color=True)
    return INTERRUPTED if interrupted else ERROR if told else BUG


def _print_error(error: Exception, told: SfnorchError | None) -> None:
    """Print an error as the JSON document of the command."""
    from sfnorch.cli.documents import print_json

    told = told or SfnorchError(f"This is a bug in sfnorch: {type(error).__name__}: {error}")
    print_json({"error": {"message": mask_secrets(told.message), "hint": mask_secrets(told.hint) or None}})
