"""`sfnorch lint` for several plans and environments: one report, and a table of the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_json
from sfnorch.cli.error_texts import mask_secrets
from sfnorch.cli.exit_codes import ERROR, SUCCESS
from sfnorch.cli.regions import choose_region
from sfnorch.cli.several import PlansCommand, print_table, run_part
from sfnorch.cli.templates import choose_plan
from sfnorch.findings import Finding
from sfnorch.report.plan_results import PlanResult, convert_plan_results
from sfnorch.report.progress_bar import show_progress_bar
from sfnorch.report.waiting import show_spinner
from sfnorch.source import SourceError

if TYPE_CHECKING:
    from sfnorch.app.linting_templates import LintReport, LintRequest


class LintCommand(PlansCommand):
    """The command, which makes one report about several plans and environments."""

    accepts_all_environments = True


def lint_parts(parts: Sequence[PlanResult], request: LintRequest, region: str) -> LintReport:
    """Return one report with a template for each plan and environment; an error of a plan is a finding.

    Raises SfnorchError for a baseline that cannot be read.
    """
    from sfnorch.app.account import wait_without_words
    from sfnorch.app.linting import LintedTemplate
    from sfnorch.app.linting_templates import LintReport, apply_baseline, lint_templates
    from sfnorch.linter.baseline import read_baseline
    from sfnorch.linter.configuration import LintConfiguration

    configuration = request.configuration
    assert isinstance(configuration, LintConfiguration)  # noqa: S101 - the command has read it
    baseline = request.baseline or configuration.baseline
    entries = read_baseline(baseline) if baseline else ()
    request = replace(request, baseline=None, configuration=replace(configuration, baseline=None))
    linted: list[LintedTemplate] = []
    ctx = click.get_current_context()

    def lint_part(part: PlanResult) -> int:
        own = replace(request, plan=choose_plan(None, part.plan), region=choose_region(region))
        waits = wait_without_words if linted else show_spinner  # the bar follows the spinner of the first part
        linted.extend(lint_templates(own, waits=waits).templates)
        return SUCCESS

    with show_progress_bar("Linting") as show:
        for number, part in enumerate(parts, 1):
            run_part(ctx, part, lint_part, is_first=number == 1, prints_error=False)
            if part.error:
                linted.append(LintedTemplate(file=part.title, findings=_convert_error(part)))
            show(number, len(parts))
    report = LintReport(templates=tuple(linted), fail_on=request.fail_on or configuration.fail_on or "error")
    return apply_baseline(report, entries, baseline) if baseline else report


def _convert_error(part: PlanResult) -> tuple[Finding, ...]:
    error = part.error
    if isinstance(error, SourceError):
        return tuple(error.findings)
    return (Finding(rule="plan", file=part.title, message=error.message, hint=error.hint),) if error else ()


def store_results(parts: Sequence[PlanResult], report: LintReport) -> None:
    """Store the result of each plan and environment in its part."""
    from sfnorch.report.lint.findings import convert_findings, count_words

    for part, template in zip(parts, report.templates, strict=True):
        is_failing = part.error or any(map(report.is_failing, template.findings))
        part.code = part.code or (ERROR if is_failing else SUCCESS)
        part.result = count_words(template.findings)
        part.document = None if part.error else {"findings": convert_findings(template.findings)}


def print_results(parts: Sequence[PlanResult], report: LintReport, output_form: str) -> None:
    """Print the findings and the table of the results, or one JSON document."""
    if output_form == "json":
        print_json(convert_plan_results(parts, mask_secrets))
        return
    from sfnorch.console import Console
    from sfnorch.report.lint.findings import print_findings

    print_findings(report.findings, Console())
    if report.findings:
        click.echo()
    print_table(parts)
    if report.old:
        click.echo(f"{len(report.old)} in the baseline.")
