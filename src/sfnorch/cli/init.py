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
    from sfnorch.app.delivering import make_starter
    from sfnorch.delivery.repository.files import BUILDSPEC_FILE, README_FILE
    from sfnorch.delivery.repository.installation import find_installation
    from sfnorch.plan.files import PLAN_FILE
    from sfnorch.plan.schema import SCHEMA_FILE

    starter = make_starter(pattern, pipeline=pipeline)
    texts, code = starter.texts, starter.code
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
    installed = find_installation()
    if BUILDSPEC_FILE in written and installed.doubt:
        click.echo(_build_warning(installed.requirement, installed.doubt), err=True)


def _build_warning(requirement: str, doubt: str) -> str:
    """Return what to change where the builds of a pipeline may not install sfnorch as it is installed here."""
    from sfnorch.delivery.repository.files import BUILDSPEC_FILE

    return (
        f"warning: {BUILDSPEC_FILE} installs {requirement}, but {doubt}\n"
        f"  if a build cannot install it, set SFNORCH_PACKAGE in {BUILDSPEC_FILE} and SfnorchPackage of "
        "sfnorch pipeline deploy to a Git URL: sfnorch @ git+https://HOST/OWNER/REPOSITORY@COMMIT"
    )
