"""Lint a template, a definition or a plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.sources import PlanSource, build_surroundings, evaluate_source, read_source
from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding
from sfnorch.source import SourceError

if TYPE_CHECKING:
    from sfnorch.linter.run import Linter
    from sfnorch.template.contents import Template


@dataclass(frozen=True, slots=True)
class LintResult:
    """The findings about a template, and the template if it could be read."""

    file: str
    findings: tuple[Finding, ...]
    template: Template | None


def lint(
    template: Path | None = None, *, plan: PlanSource = None, ignore: Collection[str] = (), region: str | None = None
) -> tuple[Finding, ...]:
    """Return the findings about a template, in the order of its lines, as `sfnorch lint` does.

    `template` is the path of a template or a definition; without one, the rendering of `plan` is linted. `ignore` are
    ids of rules, `region` the Region of the stack. A template that cannot be read is a finding.

    Raises SfnorchError for a plan that cannot be read, and PlanError, with all faults, for an invalid plan.
    """
    from sfnorch.linter.run import Linter

    return lint_with(Linter(ignore), template, plan, region).findings


def lint_with(linting: Linter, template: Path | None, plan: PlanSource, region: str | None) -> LintResult:
    """Return the findings about one template with rules that are loaded already, for a command that lints several.

    Raises SfnorchError for a plan that cannot be read, and PlanError, with all faults, for an invalid plan.
    """
    try:
        source = read_source(template, plan)
        evaluated = evaluate_source(source, None, build_surroundings(region))
    except SourceError as error:
        if template is None:  # an error in the plan is not a finding about a template
            raise
        kept = tuple(finding for finding in error.findings if finding.rule not in linting.ignored)
        return LintResult(str(template), kept, None)
    except SfnorchError as error:
        if template is None:
            raise
        finding = Finding(rule="template", file=str(template), message=error.message, hint=error.hint)
        return LintResult(str(template), (finding,), None)
    return LintResult(source.file, tuple(linting.lint_template(evaluated)), evaluated)
