"""Lint several templates in one process, with a configuration file and a baseline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.account import Waits, wait_without_words
from sfnorch.app.linted_files import find_files
from sfnorch.app.linting import LintedTemplate, lint_with
from sfnorch.app.sources import PlanSource
from sfnorch.errors import RequestError
from sfnorch.findings import Finding, Severity
from sfnorch.linter.baseline import (
    BaselineEntry,
    compare_with_baseline,
    format_baseline,
    read_baseline,
    update_baseline,
)
from sfnorch.linter.configuration import FailOn, LintConfiguration, read_configuration

if TYPE_CHECKING:
    from sfnorch.linter.run import Linter

_FAILING: dict[FailOn, tuple[Severity, ...]] = {
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
    "never": (),
}
"""The severities that make a lint fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest:
    """What to lint: templates, or the rendering of a plan."""

    templates: Sequence[Path | str] = ()
    """Paths of templates, and patterns such as `templates/**/*.yaml`. Files that match a pattern and are not templates
    are skipped. Without any, the templates of the configuration or the plan are linted."""
    plan: PlanSource = None
    """The path of a plan, a plan, or None for the plan with five children."""
    ignore: Collection[str] = ()
    """IDs of rules to ignore, in addition to those of the configuration and of the templates."""
    region: str | None = None
    """The Region of the stack; by default one of the AWS documentation."""
    configuration: Path | LintConfiguration | None = None
    """The path of a configuration file, or its content. Without it, no configuration file is read."""
    fail_on: FailOn | None = None
    """The lowest severity of a finding with which the lint fails; by default that of the configuration, or `error`."""
    baseline: Path | None = None
    """The path of a baseline, whose findings are not reported; by default that of the configuration."""

    def __post_init__(self) -> None:
        """Raise RequestError for a request with a plan and templates."""
        if self.plan is not None and self.templates:
            raise RequestError(": a plan and templates exclude each other", field="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """The templates that were linted, with their findings."""

    templates: tuple[LintedTemplate, ...]
    """Templates in the order of the request, each with its findings."""
    fail_on: FailOn = "error"
    """The lowest severity with which the lint fails."""
    skipped: tuple[str, ...] = ()
    """Files that match a pattern and are not templates."""
    old: tuple[Finding, ...] = ()
    """Findings that are in the baseline."""
    fixed: tuple[BaselineEntry, ...] = ()
    """Entries of the baseline without a finding, in the templates that were linted."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings, template by template; with a baseline, those that are not in it."""
        return tuple(finding for template in self.templates for finding in template.findings)

    @property
    def has_failed(self) -> bool:
        """Return whether there is a finding with at least the severity of `fail_on`."""
        return any(self.is_failing(finding) for finding in self.findings)

    def is_failing(self, finding: Finding) -> bool:
        """Return whether the finding has at least the severity of `fail_on`."""
        return finding.severity in _FAILING[self.fail_on]


def lint_templates(
    request: LintRequest,
    *,
    waits: Waits = wait_without_words,
    on_progress: Callable[[int, int], None] = lambda done, templates: None,
) -> LintReport:
    """Lint templates or a plan as `sfnorch lint` does, with rules that are loaded once.

    `waits` shows what the function waits for, until the first template is linted. `on_progress` gets the number of
    templates that are linted, and of all templates.

    Raises SfnorchError for a plan, configuration or baseline that cannot be read, and its subclasses PlanError and
    LintConfigurationError, with all faults, if it is invalid. A template that cannot be read is a finding.
    """
    with waits("Loading the rules"):
        from sfnorch.linter.run import Linter

        configuration = _load_configuration(request.configuration)
    baseline = request.baseline or configuration.baseline
    entries = read_baseline(baseline) if baseline else ()
    chosen = request.templates or (() if request.plan else configuration.locate_templates())
    files = find_files(map(str, chosen))
    report = LintReport(
        templates=(
            *_lint_files(Linter(), files.files if chosen else (None,), request, configuration, waits, on_progress),
            *map(_report_unmatched, files.unmatched),
        ),
        fail_on=request.fail_on or configuration.fail_on or "error",
        skipped=files.skipped,
    )
    return apply_baseline(report, entries, baseline) if baseline else report


def _load_configuration(configuration: Path | LintConfiguration | None) -> LintConfiguration:
    match configuration:
        case None:
            return LintConfiguration()
        case Path():
            return read_configuration(configuration)
    return configuration


def _lint_files(
    linting: Linter,
    files: Sequence[Path | None],
    request: LintRequest,
    configuration: LintConfiguration,
    waits: Waits,
    on_progress: Callable[[int, int], None],
) -> Iterator[LintedTemplate]:
    for number, file in enumerate(files):
        with nullcontext() if number else waits(f"Linting {file or 'the plan'}"):
            selection = configuration.select_rules(file, request.ignore)
            linted = lint_with(linting, file, None if file else request.plan, request.region, selection)
        on_progress(number + 1, len(files))
        yield linted


def _report_unmatched(pattern: str) -> LintedTemplate:
    hint = "check the pattern; ** matches any folders"
    finding = Finding(rule="template", file=pattern, message=f"no file matches {pattern}", hint=hint)
    return LintedTemplate(file=pattern, findings=(finding,))


def apply_baseline(report: LintReport, entries: Collection[BaselineEntry], baseline: Path) -> LintReport:
    """Return the report without the findings that the baseline has. Templates that cannot be read are not compared."""
    compared = compare_with_baseline(entries, _list_comparable(report), baseline)
    return replace(
        report,
        templates=tuple(
            replace(template, findings=compared.new.get(template.file, template.findings))
            for template in report.templates
        ),
        old=tuple(finding for findings in compared.old.values() for finding in findings),
        fixed=compared.fixed,
    )


def render_baseline(report: LintReport, file: Path) -> str:
    """Return the text of a baseline with all findings of the report, to be written to the file.

    If the file exists, its entries of other templates that still exist are kept. Findings of templates that cannot be
    read are not added: they are to be fixed.

    Raises SfnorchError if the file exists and is not a baseline.
    """
    return format_baseline(build_entries(report, file))


def build_entries(report: LintReport, file: Path) -> tuple[BaselineEntry, ...]:
    """Return the entries of `render_baseline`. Raises SfnorchError if the file exists and is not a baseline."""
    return update_baseline(read_baseline(file) if file.exists() else (), _list_comparable(report), file)


def _list_comparable(report: LintReport) -> dict[str, tuple[Finding, ...]]:
    return {each.file: each.findings for each in report.templates if each.machines is not None}
