"""`sfnorch schema`: the JSON Schema of the plan, and that of scenario files."""

from __future__ import annotations

import click

from sfnorch.cli.documents import print_document


@click.command()
@click.option("--scenarios", "of_scenarios", is_flag=True, help="Print the JSON Schema of scenario files instead.")
def schema(of_scenarios: bool) -> None:
    """Print the JSON Schema of the plan, for editors."""
    if of_scenarios:
        from sfnorch.scenarios.schema import format_scenario_schema

        print_document(format_scenario_schema())
        return
    from sfnorch.plan.schema import format_plan_schema

    print_document(format_plan_schema())
