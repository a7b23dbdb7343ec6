"""`sfnorch lint`: errors and risks in templates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_document, print_json
from sfnorch.cli.environment import get_environment_name
from sfnorch.cli.examples import format_examples
from sfnorch.cli.files import write_whole
from sfnorch.cli.lint_parts import LintCommand, lint_parts, print_results, store_results
from sfnorch.cli.options import add_output_forms, add_plan_option
from sfnorch.cli.parameter_type import Function
from sfnorch.cli.regions import add_region_option, choose_region
from sfnorch.cli.several import find_worst_code, list_parts
from sfnorch.cli.templates import choose_plan
from sfnorch.errors import RequestError
from sfnorch.printable import make_printable_line
from sfnorch.report.progress_bar import show_progress_bar
from sfnorch.report.waiting import show_spinner

if TYPE_CHECKING:
    from sfnorch.app.linting import LintedTemplate
    from sfnorch.app.linting_templates import LintReport
    from sfnorch.linter.configuration import FailOn, LintConfiguration


def _add_forms(command: Function) -> Function:
    return add_output_forms(
        command,
        ["text", "json", "sarif", "junit", "github"],
        "Output format: text, one JSON document, SARIF 2.1.0, JUnit XML, or annotations of GitHub Actions.",
    )


@click.command(
    cls=LintCommand,
    epilog=format_examples(
        ("Check the plan in the current folder.", "sfnorch lint"),
        (
            "Check all templates in a folder, and write the findings as JSON.",
            "sfnorch lint templates/*.yaml --output json",
        ),
        ("Check the plan in all of its environments.", "sfnorch lint --env all"),
        ("Ignore a rule.", "sfnorch lint template.yaml --ignore unused-permission"),
        ("Check all templates in all folders; fail on warnings too.", "sfnorch lint '**/*.yaml' --fail-on warning"),
        ("Explain a rule.", "sfnorch lint --explain missing-permission"),
    ),
)
@click.argument("templates", nargs=-1, type=click.Path(path_type=Path), metavar="[TEMPLATE]...")
@add_plan_option
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="ID of a rule to ignore; can be repeated.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    help="Lowest severity of a finding with which the exit code is 1.",
    show_default="that of the configuration file, or error",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration file.",
    show_default=".sfnorch-lint.yaml in the current folder or above it",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Report only findings that are not in this baseline.",
)
@click.option(
    "--write-baseline",
    "new_baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write all findings to this baseline, and report none of them.",
)
@add_region_option
@click.option("--list-rules", is_flag=True, help="List the rules and exit.")
@click.option("--explain", "explained", metavar="RULE", help="Explain a rule of sfnorch or cfn-lint and exit.")
@_add_forms
def lint(
    templates: tuple[Path, ...],
    plan_file: Path | None,
    ignored: tuple[str, ...],
    fail_on: FailOn | None,
    config_file: Path | None,
    baseline: Path | None,
    new_baseline: Path | None,
    region: str,
    list_rules: bool,
    explained: str | None,
    output_form: str,
) -> int:
    """Check templates and definitions for errors and risks.

    The command applies cfn-lint and the rules of sfnorch to any SAM or CloudFormation template. It applies those about
    definitions to the definition of a state machine in a file (such as orders.asl.json). Without TEMPLATE, it checks
    the template of the plan. The exit code is 1 if it finds an error, otherwise 0.

    TEMPLATE can be a pattern in quotes, such as 'templates/**/*.yaml'. Files that match a pattern and are not templates
    are skipped.
    """
    if list_rules:
        _list_rules(output_form)
        return 0
    if explained is not None:
        _explain(explained, output_form)
        return 0
    if baseline and new_baseline:
        raise click.UsageError("--baseline and --write-baseline exclude each other; pass one of them.")
    choose_plan(next(iter(templates), None), plan_file)
    with show_spinner("Loading the rules"):
        from sfnorch.app.linting_templates import LintRequest, apply_baseline, build_entries, lint_templates
        from sfnorch.linter.baseline import format_baseline

        _refuse_unknown(ignored)
        configuration = _read_configuration(config_file)
    if new_baseline:
        configuration = replace(configuration, baseline=None)
    request = LintRequest(ignore=ignored, configuration=configuration, fail_on=fail_on, baseline=baseline)
    parts = None if templates else list_parts(click.get_current_context())
    if parts:
        report = lint_parts(parts, request, region)
    else:
        chosen = templates or (() if plan_file or get_environment_name() else configuration.locate_templates())
        plan = None if chosen else choose_plan(None, plan_file)
        request = replace(request, templates=chosen, plan=plan, region=choose_region(region))
        with show_progress_bar("Linting") as show:
            report = lint_templates(request, waits=show_spinner, on_progress=show)
    if new_baseline:
        entries = build_entries(report, new_baseline)
        write_whole(new_baseline, format_baseline(entries))
        name = make_printable_line(str(new_baseline))
        click.echo(f"{name}: {_count(len(entries), 'finding')} written.", err=True)
        report = apply_baseline(report, entries, new_baseline)
    _print_notes(report)
    if parts:
        store_results(parts, report)
    if parts and output_form in ("text", "json"):
        print_results(parts, report, output_form)
    else:
        _print_report(report, output_form)
    return find_worst_code(parts) if parts else 1 if report.has_failed else 0


def _read_configuration(file: Path | None) -> LintConfiguration:
    from sfnorch.linter.configuration import LintConfiguration, find_configuration, read_configuration

    found = file or find_configuration(Path.cwd())
    return read_configuration(found) if found else LintConfiguration()


def _print_report(report: LintReport, output_form: str) -> None:
    if output_form == "json":
        from sfnorch.report.lint.findings import convert_findings

        print_json({"findings": convert_findings(report.findings)})
    elif output_form == "sarif":
        from sfnorch.report.lint.sarif import format_sarif

        print_document(format_sarif(report.findings))
    elif output_form == "junit":
        from sfnorch.report.lint.junit import format_junit

        print_document(format_junit(report))
    elif output_form == "github":
        _print_annotations(report)
    else:
        _print_text(report)


def _print_text(report: LintReport) -> None:
    from sfnorch.console import Console
    from sfnorch.report.lint.findings import print_findings

    print_findings(report.findings, Console())
    one = report.templates[0] if len(report.templates) == 1 else None
    click.echo(_summarize(report, _build_title(one) if one else ""))


def _print_annotations(report: LintReport) -> None:
    """Print commands of GitHub Actions. No other line contains text of a user, which could be a command."""
    from sfnorch.report.lint.github import format_annotations

    for line in format_annotations(report.findings):
        click.echo(line)
    click.echo(_summarize(report))


def _summarize(report: LintReport, title: str = "") -> str:
    from sfnorch.report.lint.findings import count_words

    old = f", {len(report.old)} in the baseline" if report.old else ""
    return f"{title or _count(len(report.templates), 'template')}, {count_words(report.findings)}{old}."


def _build_title(template: LintedTemplate) -> str:
    file = make_printable_line(template.file)
    if template.machines is None:
        return file
    counts = [_count(template.machines, "state machine")] if template.machines or not template.pipelines else []
    counts += [_count(template.pipelines, "pipeline")] if template.pipelines else []
    return f"{file}: {', '.join(counts)}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _print_notes(report: LintReport) -> None:
    """Print what is not a finding to standard error: skipped files, and entries of the baseline that are fixed."""
    notes = [f"{file} is not a template, and is skipped" for file in report.skipped]
    notes += [f"fixed since the baseline: {each.file}: {each.message} [{each.rule}]" for each in report.fixed]
    if report.fixed:
        notes.append("--write-baseline removes what is fixed from the baseline")
    for note in notes:
        click.echo(f"note: {make_printable_line(note)}", err=True)


def _refuse_unknown(ignored: tuple[str, ...]) -> None:
    from sfnorch.linter.catalogue import find_unknown_ids

    wrong = [
        f"unknown rule {name!r}" + (f", did you mean {near}?" if near else "")
        for name, near in find_unknown_ids(ignored).items()
    ]
    if wrong:
        raise click.UsageError("--ignore: " + "; ".join(wrong) + " (available rules: --list-rules)")


def _explain(rule: str, output_form: str) -> None:
    from sfnorch.app.linting import explain_rule

    try:
        text = explain_rule(rule)
    except RequestError as error:
        message = error.message.removeprefix(f"{error.place}: ")
        raise click.UsageError(f"--explain: {message} (available rules: --list-rules)") from None
    if output_form == "json":
        from sfnorch.linter.catalogue import find_entry
        from sfnorch.report.lint.findings import convert_rules

        print_json({"rules": convert_rules(filter(None, [find_entry(rule)]))})
    else:
        click.echo(text, nl=False)


def _list_rules(output_form: str) -> None:
    from sfnorch.linter.catalogue import list_entries

    rules = list(list_entries())
    if output_form == "json":
        from sfnorch.report.lint.findings import convert_rules

        print_json({"rules": convert_rules(rules)})
        return
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        click.echo(f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.title}")
    click.echo(f"{'E…, W…, I…':<{width}}  {'':<7}  rules of cfn-lint: cfn-lint --list-rules")
