"""All findings about a template, from its reader, cfn-lint and the project's own rules.

Definitions are checked by the own rules only; cfn-lint checks the rest of the template.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sfnorch.findings import Finding
from sfnorch.json_values import walk_strings
from sfnorch.linter import cloudformation
from sfnorch.linter.repeated import remove_repeated
from sfnorch.linter.rules import RULES, substitution_in_expression
from sfnorch.linter.selection import RuleSelection
from sfnorch.linter.subject import Subject
from sfnorch.linter.template_ignores import apply_template_ignores
from sfnorch.template.contents import Template
from sfnorch.template.located import format_path

if TYPE_CHECKING:
    from cfnlint.runner import Runner


class Linter:
    """Lints templates; loads cfn-lint's rules once. Schedules are checked for starts after `now`."""

    def __init__(self, ignored: Collection[str] = (), *, now: datetime | None = None) -> None:
        self.selection = RuleSelection(ignored=frozenset(ignored))
        self.now = now or datetime.now(timezone.utc)
        self._linter: Runner | None = None

    def lint_template(self, template: Template, selection: RuleSelection | None = None) -> list[Finding]:
        """Return all findings about the template, in the order of its lines, without the ignored rules.

        `selection` replaces the ignored rules of the linter; the template itself can ignore rules too.
        """
        if self._linter is None:
            self._linter = cloudformation.load_linter()
        is_definition = template.source.is_definition
        found = list(template.source.faults)
        if not is_definition:
            found += cloudformation.find_template_faults(template, self._linter)
        subject = Subject(template, self.now)
        found += [machine.fault for machine in template.machines if machine.fault]
        for rule in RULES:
            if rule.checks_definitions or not is_definition:
                found += rule.find_faults(subject)
        if is_definition:
            found = _remove_unknown(template, found)
        found = apply_template_ignores(template.source, found)
        kept = remove_repeated((selection or self.selection).choose_findings(found))
        return sorted(kept, key=lambda finding: (finding.file, finding.line or 0, finding.path, finding.rule))


def _remove_unknown(template: Template, found: list[Finding]) -> list[Finding]:
    """Return the findings without those about values that only a template sets: texts with a substitution."""
    unknown = {
        format_path(path)
        for path, text in walk_strings(template.source.data)
        if substitution_in_expression.SUBSTITUTION.search(text)
    }
    own = substitution_in_expression.RULE.id
    return [finding for finding in found if finding.path not in unknown or finding.rule == own]
