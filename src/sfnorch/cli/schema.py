"""`sfnorch schema`: the JSON Schema of the plan."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of the plan, for editors."""
    from sfnorch.plan.schema import schema_text

    click.echo(schema_text(), nl=False)
