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

    plan, schema = Path(PLAN_FILE), Path(SCHEMA_FILE)
    if plan.exists() and not force:
        raise SfnorchError(f"{plan} is there already", hint="sfnorch init --force overwrites it")
    write_whole(schema, schema_text())
    write_whole(plan, starter_text(pattern))
    click.echo(f"Wrote {plan} (and {schema}, for your editor). Next: change its jobs, then sfnorch render.")
