"""The selection of rules: which findings are ignored, and with which severity the others are reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sfnorch.findings import Finding, Severity
from sfnorch.linter.renamed_rules import replace_former_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSelection:
    """The ids of ignored rules, and the severities of rules that differ from their own. Former ids are valid too."""

    ignored: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Replace former ids of rules by the current ones."""
        object.__setattr__(self, "ignored", replace_former_ids(self.ignored))
        current = {next(iter(replace_former_ids([rule]))): severity for rule, severity in self.severities.items()}
        object.__setattr__(self, "severities", current)

    def choose_findings(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings of rules that are not ignored, each with its chosen severity."""
        for finding in findings:
            if finding.rule not in self.ignored:
                severity = self.severities.get(finding.rule, finding.severity)
                yield finding if severity is finding.severity else replace(finding, severity=severity)
