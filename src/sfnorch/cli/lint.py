"""`sfnorch lint`: mistakes and risks in templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_json
from sfnorch.cli.options import output_option, plan_option
from sfnorch.cli.regions import region_option, surroundings
from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding, Severity
from sfnorch.report.waiting import waiting
from sfnorch.source import SourceError

if TYPE_CHECKING:
    from sfnorch.lint.run import Linting
    from sfnorch.template.contents import Template
    from sfnorch.template.resources import Surroundings


@click.command()
@click.argument("templates", nargs=-1, type=click.Path(path_type=Path), metavar="[TEMPLATE]...")
@plan_option
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="Leave a rule out; may be given for several.")
@region_option
@click.option("--list-rules", is_flag=True, help="List the rules, and end.")
@output_option
def lint(
    templates: tuple[Path, ...],
    plan_file: Path | None,
    ignored: tuple[str, ...],
    region: str,
    list_rules: bool,
    output_form: str,
) -> int:
    """Look for mistakes and risks in templates, whatever made them.

    Without a template it looks at the plan's rendering. cfn-lint, statelint and own rules are put over each, state
    machines in all the ways in which a template can hold them. The exit code is 1 where there is an error, 0 where
    there are warnings at most.
    """
    if list_rules:
        _list_rules(output_form)
        return 0
    if templates and plan_file is not None:
        raise click.UsageError("Name templates or a plan, not both.")
    with waiting("Loading the rules"):
        from sfnorch.lint.run import Linting

        _refuse_unknown(ignored)
    linting = Linting(ignored)
    found: list[Finding] = []
    heads: list[str] = []
    for file in templates or (None,):
        with waiting(f"Linting {file or 'the plan'}"):
            findings, head = _one(linting, file, plan_file, surroundings(region))
        found += findings
        heads.append(head)
    if output_form == "json":
        from sfnorch.report.findings import findings_data

        print_json({"findings": findings_data(found)})
    else:
        _print(found, heads)
    return 1 if any(finding.severity is Severity.ERROR for finding in found) else 0


def _one(linting: Linting, file: Path | None, plan_file: Path | None, where: Surroundings) -> tuple[list[Finding], str]:
    """Return the findings about one template, and what it is: its name and its machines."""
    from sfnorch.cli.templates import read_contents

    try:
        template = read_contents(file, plan_file, where=where)
    except SourceError as error:
        if file is None:  # a plan's errors, which are none of a template's
            raise
        return [finding for finding in error.findings if finding.rule not in linting.ignored], str(file)
    except SfnorchError as error:
        if file is None:
            raise
        return [Finding(rule="template", file=str(file), message=error.message, hint=error.hint)], str(file)
    return linting.findings(template), _head(template)


def _head(template: Template) -> str:
    from sfnorch.template.delivery import pipelines

    machines, delivering = len(template.machines), len(list(pipelines(template)))
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
    from sfnorch.lint.catalogue import unknown

    wrong = [
        f"there is no rule {name!r}" + (f", did you mean {near}?" if near else "")
        for name, near in unknown(ignored).items()
    ]
    if wrong:
        raise click.UsageError("--ignore: " + "; ".join(wrong) + " (--list-rules lists them)")


def _list_rules(output_form: str) -> None:
    from sfnorch.lint.catalogue import entries

    rules = list(entries())
    if output_form == "json":
        from sfnorch.report.findings import rules_data

        print_json({"rules": rules_data(rules)})
        return
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        click.echo(f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.title}")
    click.echo(f"{'E…, W…, I…':<{width}}  {'':<7}  cfn-lint's own: cfn-lint --list-rules")
