"""`sfnorch patterns`: the orchestration patterns."""

from __future__ import annotations

import click

from sfnorch.cli.documents import print_json
from sfnorch.cli.options import add_output_option
from sfnorch.patterns import PATTERNS


@click.command()
@add_output_option
def patterns(output_form: str) -> None:
    """List the orchestration patterns.

    A plan selects one of them with the key pattern.
    """
    if output_form == "json":
        print_json({"patterns": [{"name": each.name, "summary": each.summary} for each in PATTERNS.values()]})
        return
    width = max(map(len, PATTERNS))
    for pattern in PATTERNS.values():
        click.echo(f"{pattern.name:<{width}}  {pattern.summary}")
