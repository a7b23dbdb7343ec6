"""`sfnorch schema`: the JSON Schema of the plan."""

from __future__ import annotations

import click

from sfnorch.cli.documents import print_document


@click.command()
def schema() -> None:
    """Print the JSON Schema of the plan, for editors."""
    from sfnorch.plan.schema import format_plan_schema

    print_document(format_plan_schema())
