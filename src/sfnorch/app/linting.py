"""Lint a template, a definition or a plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.environment_settings import list_parameter_values
from sfnorch.app.sources import PlanSource, build_surroundings, evaluate_source, read_source_in_environment
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.findings import Finding
from sfnorch.source import SourceError

if TYPE_CHECKING:
    from sfnorch.linter.run import Linter
    from sfnorch.linter.selection import RuleSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedTemplate:
    """A template that was linted, and its findings in the order of its lines."""

    file: str
    """Path of the template, or the name of the rendering of a plan."""
    findings: tuple[Finding, ...]
    """Findings; with a baseline, those that are not in it."""
    machines: int | None = None
    """Number of state machines; None if the template cannot be read."""
    pipelines: int = 0
    """Number of pipelines of AWS CodePipeline."""


def lint(
    template: Path | None = None, *, plan: PlanSource = None, ignore: Collection[str] = (), region: str | None = None
) -> tuple[Finding, ...]:
    """Return the findings about a template, in the order of its lines, as `sfnorch lint` does.

    `template` is the path of a template or a definition; without one, the rendering of `plan` is linted. `ignore` are
    ids of rules, `region` the Region of the stack. A template that cannot be read is a finding. No configuration file
    is read: `lint_templates` can read one.

    Raises SfnorchError for a plan that cannot be read, and PlanError, with all faults, for an invalid plan.
    """
    from sfnorch.linter.run import Linter

    linting = Linter(ignore)
    return lint_with(linting, template, plan, region, linting.selection).findings


def lint_with(
    linting: Linter, template: Path | None, plan: PlanSource, region: str | None, selection: RuleSelection
) -> LintedTemplate:
    """Return the findings about one template with rules that are loaded already, for a command that lints several.

    Raises SfnorchError for a plan that cannot be read, and PlanError, with all faults, for an invalid plan.
    """
    from sfnorch.delivery.reading import read_pipelines

    try:
        source, environment = read_source_in_environment(template, plan)
        parameters = list_parameter_values(environment, source.data.find_object("Parameters"), {})
        evaluated = evaluate_source(source, parameters, build_surroundings(region, environment))
    except SourceError as error:
        if template is None:  # an error in the plan is not a finding about a template
            raise
        return LintedTemplate(file=str(template), findings=tuple(selection.choose_findings(error.findings)))
    except SfnorchError as error:
        if template is None:
            raise
        finding = Finding(rule="template", file=str(template), message=error.message, hint=error.hint)
        return LintedTemplate(file=str(template), findings=(finding,))
    return LintedTemplate(
        file=source.file,
        findings=tuple(linting.lint_template(evaluated, selection)),
        machines=len(evaluated.machines),
        pipelines=len(list(read_pipelines(evaluated))),
    )


def explain_rule(rule: str) -> str:
    """Return the page of a lint rule as plain text: what it finds, why it matters, an example and its source.

    `rule` is the id of a rule, of sfnorch or of cfn-lint. Former ids are valid too.

    Raises RequestError for an unknown id, with the most similar one.
    """
    from sfnorch.linter.catalogue import find_entry, find_unknown_ids
    from sfnorch.linter.explanations import format_explanation

    entry = find_entry(rule)
    if entry is None:
        near = find_unknown_ids([rule]).get(rule, "")
        raise RequestError(f": unknown rule {rule!r}" + (f"; did you mean {near}?" if near else ""), field="rule")
    return format_explanation(entry)
