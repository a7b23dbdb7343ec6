"""`sfnorch schema`: the JSON Schema of the plan."""

from __future__ import annotations

import click

from sfnorch.cli.documents import print_document


@click.command()
def schema() -> None:
    """Print the JSON Schema of the plan, for editors."""
    from sfnorch.plan.schema import schema_text

    print_document(schema_text())
