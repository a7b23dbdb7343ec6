"""`sfnorch patterns`: the kinds of orchestration."""

from __future__ import annotations

import click

from sfnorch.cli.documents import print_json
from sfnorch.cli.options import output_option
from sfnorch.patterns import PATTERNS


@click.command()
@output_option
def patterns(output_form: str) -> None:
    """List the kinds of orchestration that a plan can choose."""
    if output_form == "json":
        print_json({"patterns": [{"name": each.name, "summary": each.summary} for each in PATTERNS.values()]})
        return
    width = max(map(len, PATTERNS))
    for pattern in PATTERNS.values():
        click.echo(f"{pattern.name:<{width}}  {pattern.summary}")
