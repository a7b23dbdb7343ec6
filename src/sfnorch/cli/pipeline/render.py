"""`sfnorch pipeline render`: the template of the pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.documents import print_document
from sfnorch.cli.files import write_whole
from sfnorch.cli.pipeline import add_pipeline_options
from sfnorch.cli.templates import choose_plan

PIPELINE_FILE = "cloudformation/pipeline.yaml"


@click.command()
@add_pipeline_options
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    default=PIPELINE_FILE,
    show_default=True,
    help="Output file; - is standard output.",
)
def render(plan_file: Path | None, source: str, approval: bool, out: Path) -> None:
    """Render the template of the pipeline.

    The template has parameters for the repository, and those of the plan, which the pipeline passes to the plan's
    stack.
    """
    from sfnorch.app.delivering import render_pipeline

    text = render_pipeline(choose_plan(None, plan_file), source=source, approval=approval)
    if str(out) == "-":
        print_document(text)
        return
    if out == Path(PIPELINE_FILE):
        out.parent.mkdir(exist_ok=True)
    write_whole(out, text)
    click.echo(f"Wrote {out}: the template of a pipeline, {len(text.encode()):,} bytes.")
