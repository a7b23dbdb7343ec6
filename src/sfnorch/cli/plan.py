"""`sfnorch plan`: the effective plan, with the origins of its values."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.documents import print_document, print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.options import add_output_option, add_plan_option
from sfnorch.cli.templates import choose_plan


@click.command(
    epilog=format_examples(
        ("Show the plan in the current folder.", "sfnorch plan"),
        ("Show the plan of an environment.", "sfnorch plan --env prod"),
    )
)
@add_plan_option
@add_output_option
def plan(plan_file: Path | None, output_form: str) -> None:
    """Show the effective plan, with the origins of its values.

    The effective plan is the plan with its included files, the environment and defaults. The output is a valid plan. A
    value from another place than the plan's file at the same path has a comment with its origin. Comments at the
    beginning have the deployment settings of the environment. To see what a deployment would change, use sfnorch diff.
    """
    from sfnorch.app.effective_plan import read_effective_plan
    from sfnorch.report.effective_plan import convert_effective_plan, format_effective_plan

    effective = read_effective_plan(choose_plan(None, plan_file))
    if output_form == "json":
        print_json(convert_effective_plan(effective))
    else:
        print_document(format_effective_plan(effective))
