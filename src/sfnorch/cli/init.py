"""`sfnorch init`: a plan to start from, and the files that a pipeline requires."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.files import write_whole
from sfnorch.errors import SfnorchError
from sfnorch.plan.starters import NAMES


@click.command()
@click.argument("pattern", type=click.Choice(NAMES), default="master-child", metavar="[PATTERN]")
@click.option(
    "--pipeline",
    is_flag=True,
    help="Also create buildspec.yml and README.md for a pipeline, and keep existing files.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files, except README.md.")
def init(pattern: str, pipeline: bool, force: bool) -> None:
    """Create a plan to start from.

    The command creates the plan sfnorch.yaml, and sfnorch.schema.json for the editor. PATTERN is a pattern that
    `sfnorch patterns` lists, or one of the example flows linear, retry-catch, parallel-map and parameterized. For an
    example flow, the command also creates the code of its functions. The default is master-child. With --pipeline, a
    pipeline can deploy the folder; `sfnorch pipeline deploy` creates the pipeline.
    """
    from sfnorch.plan.files import PLAN_FILE
    from sfnorch.plan.schema import SCHEMA_FILE, schema_text
    from sfnorch.plan.starters import starter_code, starter_input, starter_text
    from sfnorch.repository import BUILDSPEC_FILE, README_FILE, package

    # the plan comes last: if it exists, all files exist
    code = starter_code(pattern)
    texts = {**code, SCHEMA_FILE: schema_text(), PLAN_FILE: starter_text(pattern)}
    if pipeline:
        texts = _beside_the_plan(PLAN_FILE, starter_input(pattern)) | texts
    there = [name for name in texts if Path(name).exists() and (not force or name == README_FILE)]
    if there and (not pipeline or len(there) == len(texts)):
        raise SfnorchError(
            f"{' and '.join(there)} already {'exists' if len(there) == 1 else 'exist'}",
            hint="`sfnorch init --force` overwrites existing files",
        )
    written = [name for name in texts if name not in there]
    for name in written:
        write_whole(Path(name), texts[name])
    if not pipeline:
        click.echo(
            f"Wrote {', '.join([PLAN_FILE, *code])} (and {SCHEMA_FILE}, for your editor). "
            f"Next: edit its {'steps' if code else 'jobs'}, then run sfnorch render."
        )
        return
    left = f" Kept: {', '.join(there)}." if there else ""
    click.echo(f"Wrote {', '.join(written)}.{left} Next: push the files, then run sfnorch pipeline deploy.")
    requirement, known = package()
    if BUILDSPEC_FILE in written and not known:
        words = "if pip cannot find this package in your builds, set a folder, a wheel or a Git URL"
        click.echo(f"In {BUILDSPEC_FILE} SFNORCH_PACKAGE is {requirement}: {words}.", err=True)


def _beside_the_plan(plan_file: str, simulated_input: str) -> dict[str, str]:
    """Return the texts of the files that a pipeline requires beside the plan, by their names."""
    from sfnorch.repository import BUILDSPEC_FILE, README_FILE, buildspec_text, package, readme_text

    requirement, _ = package()
    return {BUILDSPEC_FILE: buildspec_text(requirement, simulated_input), README_FILE: readme_text(plan_file)}
