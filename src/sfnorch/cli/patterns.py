"""`sfnorch patterns`: the orchestration patterns."""

from __future__ import annotations

import click

from sfnorch.cli.options import output_option
from sfnorch.patterns import PATTERNS


@click.command()
@output_option
def patterns(output_form: str) -> None:
    """List the orchestration patterns.

    A plan selects one of them with the key pattern.
    """
    if output_form == "json":
        import json

        rows = [{"name": pattern.name, "summary": pattern.summary} for pattern in PATTERNS.values()]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(map(len, PATTERNS))
    for pattern in PATTERNS.values():
        click.echo(f"{pattern.name:<{width}}  {pattern.summary}")
