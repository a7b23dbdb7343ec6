"""`sfnorch render`: the template of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.app.job_overrides import JobOverride
from sfnorch.cli.documents import print_document, print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import ChildJobsCommand, add_output_option, add_plan_option
from sfnorch.cli.regions import add_partition_option, find_own_partition
from sfnorch.cli.several import SeveralPlansCommand, get_part, report_result
from sfnorch.cli.several_files import create_folder, name_output, refuse_shared_files
from sfnorch.cli.templates import choose_plan
from sfnorch.report.waiting import show_spinner

if TYPE_CHECKING:
    from sfnorch.app.rendering import RenderedDefinition, Rendering
    from sfnorch.documents.templates import RenderDocument
    from sfnorch.report.plan_results import PlanResult
    from sfnorch.workflow import Workflow

FILES = {"sam": "SAM-template.yaml", "cfn": "CFN-template.yaml", "asl": "-"}


class RenderCommand(SeveralPlansCommand, ChildJobsCommand):
    """The command, which renders several plans in sequence."""

    for_one_plan = ("machine", "partition")

    def check_parts(self, ctx: click.Context, parts: Sequence[PlanResult]) -> None:
        """Raise SfnorchError for two plans with the same output file. Fail as wrong usage for standard output."""
        form, out = ctx.params["form"], ctx.params["out"]
        if str(out or FILES[form]) == "-":
            raise click.UsageError("Several plans require --format sam or cfn, and a folder as -o.", ctx)
        refuse_shared_files(parts, out, FILES[form])


@click.command(
    cls=RenderCommand,
    epilog=format_examples(
        ("Render the plan in the current folder as a SAM template.", "sfnorch render"),
        (
            "Render a CloudFormation template with other jobs for one child.",
            "sfnorch render --format cfn --jobs child-1=extract,load",
        ),
        ("Print the definition of the master state machine.", "sfnorch render --format asl --machine master"),
    ),
)
@add_plan_option
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Output file, or the folder for several plans; - is standard output.",
    show_default="SAM-template.yaml, CFN-template.yaml, or -",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FILES)),
    default="sam",
    show_default=True,
    help="Format of the template: SAM, CloudFormation, or the JSON definition of one state machine.",
)
@click.option(
    "--machine",
    metavar="NAME",
    help="State machine to write with --format asl, such as master or the name of a child.",
    show_default="the first",
)
@add_partition_option
@click.option("--summary", is_flag=True, help="Show the state machines of the template, and what starts them.")
@add_output_option
def render(
    plan_file: Path | None,
    out: Path | None,
    form: str,
    machine: str | None,
    partition: str | None,
    jobs: tuple[JobOverride, ...],
    summary: bool,
    output_form: str,
) -> None:
    """Render the plan as a SAM or CloudFormation template.

    The template contains the state machines, IAM roles, alarms, and notifications of the plan. With --format asl, the
    command writes the definition of one state machine in the Amazon States Language.
    """
    out = name_output(part, out, FILES[form]) if (part := get_part()) else out or Path(FILES[form])
    to_stdout = str(out) == "-"
    if to_stdout and (output_form == "json" or summary):
        raise click.UsageError("--output json and --summary require an output file; pass one with -o.")
    if machine and form != "asl":
        raise click.UsageError("--machine requires --format asl; a template contains all state machines.")
    if partition and form != "asl":
        raise click.UsageError("--partition requires --format asl; a template works in every partition.")
    from sfnorch.app.rendering import render as render_plan
    from sfnorch.app.rendering import render_definition

    now, plan, left = datetime.now(timezone.utc), choose_plan(None, plan_file), ""
    with show_spinner("Rendering the plan"):
        rendering: Rendering
        if form == "asl":
            rendering = definition = render_definition(
                plan, machine=machine, partition=partition or find_own_partition().name, jobs=jobs, now=now
            )
            left = _explain_missing(definition)
        else:
            rendering = render_plan(plan, form="sam" if form == "sam" else "cfn", jobs=jobs, now=now)
    workflow, text = rendering.workflow, rendering.text
    for line in (left, *(f"Warning: {warning}" for warning in rendering.warnings if output_form == "text")):
        if line:
            click.echo(line, err=True)
    if to_stdout:
        print_document(text)
        return
    if part:
        create_folder(out.parent)
    write_whole(out, text)
    report_result(str(out))
    if output_form == "json":
        _print_json(out, form, rendering, now)
        return
    what = "definition" if form == "asl" else f"{form.upper()} template, {_count_machines(workflow)}"
    click.echo(f"Wrote {out}: {what}, {len(text.encode()):,} bytes.")
    if summary:
        from sfnorch.console import Console
        from sfnorch.report.summary import print_summary

        console = Console()
        print_summary(workflow, console)
        if workflow.schedule or workflow.starts or workflow.deadlines:
            from sfnorch.report.schedule import print_starts

            print_starts(workflow, now, console)


def _explain_missing(definition: RenderedDefinition) -> str:
    """Return the message about values to fill in before the state machine is started; empty without any."""
    names = ", ".join(f"${{{name}}}" for name in definition.missing)
    name = definition.machine.name
    return f"Only a stack can provide {names}; fill in the values before you start {name}." if names else ""


def _count_machines(workflow: Workflow) -> str:
    counts = {"state machine": len(workflow.machines), "job": sum(len(machine.jobs) for machine in workflow.machines)}
    return ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for what, count in counts.items() if count)


def _print_json(out: Path, form: str, rendering: Rendering, now: datetime) -> None:
    from sfnorch.report.lint.findings import convert_findings
    from sfnorch.report.schedule import convert_schedule, convert_starts
    from sfnorch.report.summary import convert_summary

    workflow = rendering.workflow
    document: RenderDocument = {
        "file": str(out),
        "format": form,
        "bytes": len(rendering.text.encode()),
        "machines": convert_summary(workflow),
        "warnings": convert_findings(rendering.warnings),
        "schedule": convert_schedule(workflow.schedule, now) if workflow.schedule else None,
        "starts": convert_starts(workflow, now),
    }
    print_json(document)
