"""`sfnorch init`: a plan to start from."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.files import write_whole
from sfnorch.errors import SfnorchError
from sfnorch.patterns import PATTERNS


@click.command()
@click.argument("pattern", type=click.Choice(list(PATTERNS)), default="master-child")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(pattern: str, force: bool) -> None:
    """Write a commented plan to start from.

    PATTERN is the kind of orchestration; `sfnorch patterns` lists them. The plan is sfnorch.yaml, and beside it stands
    sfnorch.schema.json, by which an editor knows the plan's keys.
    """
    from sfnorch.plan.load import PLAN_FILE
    from sfnorch.plan.schema import SCHEMA_FILE, schema_text
    from sfnorch.plan.starters import starter_text

    # the plan last: where it is, all is
    texts = {SCHEMA_FILE: schema_text(), PLAN_FILE: starter_text(pattern)}
    there = [name for name in texts if Path(name).exists()]
    if there and not force:
        raise SfnorchError(
            f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} there already",
            hint="sfnorch init --force overwrites what is there",
        )
    for name, text in texts.items():
        write_whole(Path(name), text)
    click.echo(f"Wrote {PLAN_FILE} (and {SCHEMA_FILE}, for your editor). Next: change its jobs, then sfnorch render.")
