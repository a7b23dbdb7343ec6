"""`sfnorch record`: an execution as a scenario of `sfnorch test`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import add_account_options, add_stack_option, open_account
from sfnorch.cli.environment import PLAN_FILE
from sfnorch.cli.examples import format_examples
from sfnorch.cli.execution import add_execution_argument
from sfnorch.cli.files import write_whole
from sfnorch.cli.templates import choose_plan
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.app.recording import Recording
    from sfnorch.plan.environments import PlanChoice

_PRINTED = "-"
_SUFFIX = ".sfntest.yaml"
_YAML = (".yaml", ".yml")


@click.command(
    epilog=format_examples(
        ("Record the last execution of the stack.", "sfnorch record"),
        (
            "Record an execution by its name, in a file that sfnorch test finds.",
            "sfnorch record 20260131-030000-a1b2c3 -o tests/full-disk.sfntest.yaml",
        ),
    )
)
@add_execution_argument(required=False)
@add_stack_option
@click.option(
    "--template",
    "template_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="the plan, otherwise what is deployed",
    help="Template or definition that the scenario runs.",
)
@click.option(
    "-o",
    "--out",
    "out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    show_default=f"EXECUTION{_SUFFIX}",
    help="File to write; - prints the scenario.",
)
@click.option(
    "--name",
    metavar="TEXT",
    default="",
    show_default="the execution, and what failed",
    help="Name of the scenario.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@add_account_options
@click.pass_context
def record(
    ctx: click.Context,
    execution: str | None,
    machine_name: str,
    stack_name: str,
    template_file: Path | None,
    out: Path | None,
    name: str,
    force: bool,
    region: str | None,
    profile: str | None,
) -> None:
    """Record an execution as a scenario of sfnorch test.

    The scenario has the input of the execution, the failures and durations of its jobs, the results and errors of its
    other tasks, and what came of it as expectations. Placeholders replace account IDs, bucket names and secrets.
    Review the file before you commit it. EXECUTION is the ARN of an execution, or its name. The default is the last
    execution that was started.
    """
    _check_out(out, force=force)
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.recording import RecordRequest
    from sfnorch.app.recording import record as record_execution

    request = RecordRequest(
        execution=ExecutionRequest(execution=execution, stack_name=stack_name, machine=machine_name),
        plan=_choose_plan(ctx, template_file),
        template=template_file,
        name=name,
        folder=_find_folder(out),
    )
    recording = record_execution(request, open_account(region, profile))
    for note in recording.notes:
        click.echo(f"note: {note}", err=True)
    if str(out) == _PRINTED:
        if recording.saved is not None:
            hint = f"pass -o FILE, beside which {recording.saved.name} is saved, or --template FILE"
            raise SfnorchError("The scenario runs what is deployed, which must be saved", hint=hint)
        click.echo(recording.text, nl=False)
        return
    _write(recording, out or Path(f"{_make_file_name(recording.execution)}{_SUFFIX}"), force=force)


def _choose_plan(ctx: click.Context, template_file: Path | None) -> Path | PlanChoice | None:
    return choose_plan(template_file, ctx.meta.get(PLAN_FILE))


def _check_out(out: Path | None, *, force: bool) -> None:
    """Fail as wrong usage for a file that is not YAML. Raises SfnorchError for one that exists, unless `force`."""
    if out is None or str(out) == _PRINTED:
        return
    if out.suffix not in _YAML:
        raise click.UsageError(f"-o {out}: the name must end in {_SUFFIX}, which sfnorch test searches for.")
    _refuse_existing([out], force=force)


def _refuse_existing(files: list[Path], *, force: bool) -> None:
    if there := [str(file) for file in files if file.exists() and not force]:
        verb = "exists" if len(there) == 1 else "exist"
        raise SfnorchError(
            f"{' and '.join(there)} already {verb}", hint="pass --force to overwrite, or another file with -o"
        )


def _find_folder(out: Path | None) -> Path:
    return Path() if out is None or str(out) == _PRINTED else out.parent


def _write(recording: Recording, file: Path, *, force: bool) -> None:
    """Write the scenario, and what it needs beside it, unless that is there already with the same text."""
    saved = recording.saved
    beside = file.parent / saved.name if saved else None
    texts = {file: recording.text}
    if saved and beside and not (beside.is_file() and beside.read_text(encoding="utf-8") == saved.text):
        texts[beside] = saved.text
    _refuse_existing(list(texts), force=force)
    for path, text in texts.items():
        write_whole(path, text)
    executions = "1 execution" if recording.executions == 1 else f"{recording.executions} executions"
    with_file = f", with {beside}" if beside else ""
    click.echo(f"Recorded {executions} in {file}{with_file}.", err=True)
    click.echo(f"Review it, then run it: sfnorch test {file}", err=True)


def _make_file_name(execution: str) -> str:
    """Return the name of an execution as a file name."""
    return re.sub(r"[^\w.-]+", "-", execution).strip("-.") or "execution"
