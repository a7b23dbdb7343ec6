"""`sfnorch init`: a plan to start from, and the files with which a CI delivers it."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.files import write_whole
from sfnorch.delivery.ci import CIS, CODEPIPELINE, GITHUB, GITLAB
from sfnorch.errors import SfnorchError
from sfnorch.plan.starters import NAMES
from sfnorch.sentences import list_names

README_FILE = "README.md"

_ROLES = "deploy the roles as README.md describes, then push the files"
_NEXT = {CODEPIPELINE: "push the files, then run sfnorch pipeline deploy", GITHUB: _ROLES, GITLAB: _ROLES}
"""What to do with the files of each CI."""


@click.command()
@click.argument("pattern", type=click.Choice(NAMES), default="master-child", metavar="[PATTERN]")
@click.option(
    "--ci",
    type=click.Choice(CIS),
    help="Also create the files with which this CI delivers the plan, and keep existing files.",
)
@click.option("--pipeline", is_flag=True, help="The same as --ci codepipeline.")
@click.option(
    "--force", is_flag=True, help="Overwrite existing files, except README.md, and except the plan with --ci."
)
def init(pattern: str, ci: str | None, pipeline: bool, force: bool) -> None:
    """Create a plan to start from.

    The command creates the plan sfnorch.yaml, its scenarios sfnorch.sfntest.yaml for `sfnorch test`, and
    sfnorch.schema.json for the editor. PATTERN is a pattern that
    `sfnorch patterns` lists, or one of the example flows linear, retry-catch, parallel-map and parameterized. For an
    example flow, the command also creates the code of its functions. The default is master-child.

    With --ci, the command also creates what a CI runs: buildspec.yml for a pipeline that `sfnorch pipeline deploy`
    creates, workflows of GitHub Actions, or the pipeline of GitLab CI/CD. It keeps an existing plan, and creates jobs
    for each environment of the plan.
    """
    from sfnorch.app.delivering import make_delivery, make_starter
    from sfnorch.plan.files import PLAN_FILE, SCENARIO_FILE, find_plan
    from sfnorch.plan.schema import SCHEMA_FILE

    if pipeline and ci not in (None, CODEPIPELINE):
        raise click.UsageError(f"--pipeline and --ci {ci} exclude each other; pass one of them.")
    ci = CODEPIPELINE if pipeline else ci
    starter = make_delivery(pattern, ci, find_plan(None)) if ci else make_starter(pattern)
    texts, code = starter.texts, starter.code
    kept = (README_FILE, PLAN_FILE) if ci else (README_FILE,)
    there = [name for name in texts if Path(name).exists() and (not force or name in kept)]
    if there and (not ci or len(there) == len(texts)):
        raise SfnorchError(
            f"{list_names(there)} already {'exists' if len(there) == 1 else 'exist'}",
            hint="`sfnorch init --force` overwrites existing files",
        )
    written = [name for name in texts if name not in there]
    for name in written:
        _make_folder(Path(name).parent)
        write_whole(Path(name), texts[name])
    if not ci:
        click.echo(
            f"Wrote {', '.join([PLAN_FILE, *code])} (and {SCHEMA_FILE}, for your editor, and {SCENARIO_FILE}, "
            "for sfnorch test). "
            f"Next: edit its {'steps' if code else 'jobs'}, then run sfnorch render."
        )
        return
    left = f" Kept: {', '.join(there)}." if there else ""
    click.echo(f"Wrote {', '.join(written)}.{left} Next: {_NEXT[ci]}.")
    if warning := _build_warning(ci, written):
        click.echo(warning, err=True)


def _make_folder(folder: Path) -> None:
    """Create the folder if it is missing. Raises SfnorchError if it cannot be created."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SfnorchError(f"the folder {folder} can't be created: {error.strerror}") from None


def _build_warning(ci: str, written: list[str]) -> str:
    """Return what to change where the builds of the CI may not install sfnorch as it is installed here, if anything."""
    from sfnorch.delivery.repository.files import list_installing_files
    from sfnorch.delivery.repository.installation import find_installation

    installed = find_installation()
    installing = [name for name in list_installing_files(ci) if name in written]
    if not installing or not installed.doubt:
        return ""
    also = " and SfnorchPackage of sfnorch pipeline deploy" if ci == CODEPIPELINE else ""
    return (
        f"warning: {list_names(installing)} {'installs' if len(installing) == 1 else 'install'} "
        f"{installed.requirement}, but {installed.doubt}\n"
        f"  if a build cannot install it, set SFNORCH_PACKAGE in {list_names(installing)}{also} "
        "to a Git URL: sfnorch @ git+https://HOST/OWNER/REPOSITORY@COMMIT"
    )
