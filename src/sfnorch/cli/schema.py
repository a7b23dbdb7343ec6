"""`sfnorch schema`: the plan's JSON Schema."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the plan's JSON Schema, for editors."""
    from sfnorch.plan.schema import schema_text

    click.echo(schema_text(), nl=False)
