"""`sfnorch pipeline render`: the template of the pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.documents import print_document
from sfnorch.cli.files import write_whole
from sfnorch.cli.pipeline import add_pipeline_options
from sfnorch.cli.templates import choose_plan

PIPELINE_FILE, ROLES_FILE = "cloudformation/pipeline.yaml", "cloudformation/pipeline-roles.yaml"


@click.command()
@add_pipeline_options
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    show_default=f"{PIPELINE_FILE}, or {ROLES_FILE}",
    help="Output file; - is standard output.",
)
@click.option(
    "--account-roles",
    is_flag=True,
    help="Render the roles that the pipeline assumes in the account of each environment of the plan.",
)
def render(plan_file: Path | None, source: str, approval: bool, out: Path | None, account_roles: bool) -> None:
    """Render the template of the pipeline.

    The template has parameters for the repository, and those of the plan, which the pipeline passes to the plan's
    stack. For a plan with environments, the pipeline has stages for each of them in their order. It assumes roles in
    the account of each environment, which --account-roles renders.
    """
    from sfnorch.app.delivering import render_pipeline, render_pipeline_roles

    plan = choose_plan(None, plan_file)
    text = render_pipeline_roles(plan) if account_roles else render_pipeline(plan, source=source, approval=approval)
    if str(out) == "-":
        print_document(text)
        return
    if out is None:
        out = Path(ROLES_FILE if account_roles else PIPELINE_FILE)
        out.parent.mkdir(exist_ok=True)
    write_whole(out, text)
    what = "the roles of a pipeline" if account_roles else "a pipeline"
    click.echo(f"Wrote {out}: the template of {what}, {len(text.encode()):,} bytes.")
