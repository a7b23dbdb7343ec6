"""`sfnorch lint`: errors and risks in templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.options import add_output_option, add_plan_option
from sfnorch.cli.regions import add_region_option, choose_region
from sfnorch.cli.templates import choose_plan
from sfnorch.findings import Finding, Severity
from sfnorch.report.waiting import show_spinner

if TYPE_CHECKING:
    from sfnorch.linter.run import Linter
    from sfnorch.template.contents import Template


@click.command(
    epilog=format_examples(
        ("Check the plan in the current folder.", "sfnorch lint"),
        (
            "Check all templates in a folder, and write the findings as JSON.",
            "sfnorch lint templates/*.yaml --output json",
        ),
        ("Ignore a rule.", "sfnorch lint template.yaml --ignore unused-permission"),
    )
)
@click.argument("templates", nargs=-1, type=click.Path(path_type=Path), metavar="[TEMPLATE]...")
@add_plan_option
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="ID of a rule to ignore; can be repeated.")
@add_region_option
@click.option("--list-rules", is_flag=True, help="List the rules and exit.")
@add_output_option
def lint(
    templates: tuple[Path, ...],
    plan_file: Path | None,
    ignored: tuple[str, ...],
    region: str,
    list_rules: bool,
    output_form: str,
) -> int:
    """Check templates and definitions for errors and risks.

    The command applies cfn-lint, statelint, and the rules of sfnorch to any SAM or CloudFormation template. It applies
    those about definitions to the definition of a state machine in a file (such as orders.asl.json). Without TEMPLATE,
    it checks the template of the plan. The exit code is 1 if it finds an error, otherwise 0.
    """
    if list_rules:
        _list_rules(output_form)
        return 0
    choose_plan(next(iter(templates), None), plan_file)
    with show_spinner("Loading the rules"):
        from sfnorch.linter.run import Linter

        _refuse_unknown(ignored)
    linting = Linter(ignored)
    found: list[Finding] = []
    heads: list[str] = []
    for file in templates or (None,):
        with show_spinner(f"Linting {file or 'the plan'}"):
            findings, head = _lint_template(linting, file, plan_file, choose_region(region))
        found += findings
        heads.append(head)
    if output_form == "json":
        from sfnorch.report.findings import convert_findings

        print_json({"findings": convert_findings(found)})
    else:
        _print(found, heads)
    return 1 if any(finding.severity is Severity.ERROR for finding in found) else 0


def _lint_template(
    linting: Linter, file: Path | None, plan_file: Path | None, region: str | None
) -> tuple[list[Finding], str]:
    """Return the findings about one template, and its title: the file and the number of its state machines."""
    from sfnorch.app.linting import lint_with

    linted = lint_with(linting, file, choose_plan(file, plan_file), region)
    return list(linted.findings), _build_title(linted.template) if linted.template else linted.file


def _build_title(template: Template) -> str:
    from sfnorch.delivery.reading import read_pipelines

    machines, delivering = len(template.machines), len(list(read_pipelines(template)))
    counts = [f"{machines or 'no'} state machine{'' if machines == 1 else 's'}"] if machines or not delivering else []
    counts += [f"{delivering} pipeline{'' if delivering == 1 else 's'}"] if delivering else []
    return f"{template.source.file}: {', '.join(counts)}"


def _print(found: list[Finding], heads: list[str]) -> None:
    from sfnorch.console import Console
    from sfnorch.report.findings import count_words, print_findings

    print_findings(found, Console())
    what = heads[0] if len(heads) == 1 else f"{len(heads)} templates"
    click.echo(f"{what}, {count_words(found)}.")


def _refuse_unknown(ignored: tuple[str, ...]) -> None:
    from sfnorch.linter.catalogue import find_unknown_ids

    wrong = [
        f"unknown rule {name!r}" + (f", did you mean {near}?" if near else "")
        for name, near in find_unknown_ids(ignored).items()
    ]
    if wrong:
        raise click.UsageError("--ignore: " + "; ".join(wrong) + " (available rules: --list-rules)")


def _list_rules(output_form: str) -> None:
    from sfnorch.linter.catalogue import list_entries

    rules = list(list_entries())
    if output_form == "json":
        from sfnorch.report.findings import convert_rules

        print_json({"rules": convert_rules(rules)})
        return
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        click.echo(f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.title}")
    click.echo(f"{'E…, W…, I…':<{width}}  {'':<7}  rules of cfn-lint: cfn-lint --list-rules")
