"""Findings as text and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sfnorch.console import Console, Text
from sfnorch.findings import Finding, Severity
from sfnorch.printable import make_printable_line

if TYPE_CHECKING:
    from sfnorch.documents.templates import FindingData, RuleData
    from sfnorch.linter.catalogue import RuleEntry

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def convert_findings(findings: Sequence[Finding]) -> list[FindingData]:
    """Return the findings as data."""
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "file": finding.file,
            "line": finding.line,
            "path": finding.path,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in findings
    ]


def convert_rules(rules: Iterable[RuleEntry]) -> list[RuleData]:
    """Return lint rules as data."""
    return [
        {
            "rule": rule.id,
            "severity": rule.severity.value,
            "title": rule.title,
            "why": rule.why,
            "source": rule.source,
        }
        for rule in rules
    ]


def format_finding(finding: Finding) -> list[str]:
    """Return the lines of a finding: its place, message and rule; then its path and its fix, if it has them."""
    return [f"{_format_place(finding)}: {finding.severity.value}{_format_message(finding)}", *_format_details(finding)]


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print each finding with its place, message, rule and fix."""
    for finding in findings:
        console.print_words(
            Text.assemble(
                (f"{_format_place(finding)}: ", "bold"),
                (finding.severity.value, _STYLES[finding.severity]),
                _format_message(finding),
            )
        )
        for line in _format_details(finding):
            console.print_words(Text(line, style="dim" if line.startswith("  at ") else ""), margin=2)


def _format_place(finding: Finding) -> str:
    file = make_printable_line(finding.file)
    return f"{file}:{finding.line}" if finding.line else file


def _format_message(finding: Finding) -> str:
    return f": {make_printable_line(finding.message)} [{finding.rule}]"


def _format_details(finding: Finding) -> list[str]:
    lines = (finding.path and f"at {finding.path}", finding.hint)
    return [f"  {make_printable_line(line)}" for line in lines if line]


def count_words(findings: Sequence[Finding]) -> str:
    """Return the number of findings by severity, such as `2 errors, 1 warning`, or `nothing found`."""
    counts = Counter(finding.severity for finding in findings)
    words = [
        f"{count} {severity.value}{'s' if count > 1 else ''}" for severity in Severity if (count := counts[severity])
    ]
    return ", ".join(words) or "nothing found"
