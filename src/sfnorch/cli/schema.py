"""`sfnorch schema`: the plan's JSON Schema."""

from __future__ import annotations

import click

from sfnorch.cli.documents import print_document


@click.command()
def schema() -> None:
    """Print the plan's JSON Schema, for editors."""
    from sfnorch.plan.schema import schema_text

    print_document(schema_text())
