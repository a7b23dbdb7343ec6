"""All findings about a template: what its reader says, cfn-lint, statelint, then the project's own rules.

One mistake gives one finding: where cfn-lint and statelint speak of the same state, cfn-lint's word stands.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any

from sfnorch.findings import Finding
from sfnorch.lint import cloudformation
from sfnorch.lint.language import language_findings
from sfnorch.lint.repeated import without_repeated
from sfnorch.lint.rules import RULES
from sfnorch.lint.subject import Subject
from sfnorch.template.contents import Template


class Linting:
    """Lints templates one after another; cfn-lint's rules are loaded once. `now` is the instant that schedules see."""

    def __init__(self, ignored: Collection[str] = (), *, now: datetime | None = None) -> None:
        self.ignored = frozenset(ignored)
        self.now = now or datetime.now(timezone.utc)
        self._linter: Any = None

    def findings(self, template: Template) -> list[Finding]:
        """Everything found in the template, in the order of its lines, without what is ignored."""
        if self._linter is None:
            self._linter = cloudformation.linter()
        located = cloudformation.one_a_mistake(
            [
                *cloudformation.template_findings(template, self._linter),
                *cloudformation.definition_findings(template, self._linter),
            ]
        )
        wrong = [path for path, finding in located if finding.rule == cloudformation.DEFINITION_RULE]
        found = [*template.source.faults, *(finding for _, finding in located)]
        subject = Subject(template, self.now)
        for machine in template.machines:
            if machine.fault:
                found.append(machine.fault)
            found += language_findings(machine, wrong)
        for rule in RULES:
            found += rule.findings(subject)
        kept = without_repeated(finding for finding in found if finding.rule not in self.ignored)
        return sorted(kept, key=lambda finding: (finding.file, finding.line or 0, finding.path, finding.rule))
