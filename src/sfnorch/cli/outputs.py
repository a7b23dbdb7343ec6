"""`sfnorch outputs`: the outputs of the stack."""

from __future__ import annotations

import click

from sfnorch.cli.account import add_account_options, add_stack_option, open_account
from sfnorch.cli.documents import print_json
from sfnorch.cli.options import add_output_option


@click.command()
@add_stack_option
@add_account_options
@add_output_option
def outputs(stack_name: str, region: str | None, profile: str | None, output_form: str) -> None:
    """Show the outputs of the stack."""
    from sfnorch.app.stack_status import read_stack
    from sfnorch.console import Console
    from sfnorch.report.stacks.stack import print_outputs

    stack = read_stack(stack_name, open_account(region, profile))
    if output_form == "json":
        print_json({"stack": stack_name, "outputs": dict(stack.outputs)})
    elif stack.outputs:
        print_outputs(stack.outputs, Console())
    else:
        click.echo(f"{stack_name} is {stack.status}, and has no outputs.", err=True)
