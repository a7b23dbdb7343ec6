"""Findings as text and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sfnorch.console import Console, Text
from sfnorch.findings import Finding, Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def findings_data(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return the findings as data: `[{rule, severity, file, line, path, message, hint}]`."""
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


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print each finding with its place, message, rule and fix."""
    for finding in findings:
        where = f"{finding.file}:{finding.line}" if finding.line else finding.file
        console.print(
            Text.assemble(
                (f"{where}: ", "bold"),
                (finding.severity.value, _STYLES[finding.severity]),
                f": {finding.message} [{finding.rule}]",
            ),
            soft_wrap=True,
        )
        for line in (finding.path and f"at {finding.path}", finding.hint):
            if line:
                console.print(Text(f"  {line}", style="dim" if line.startswith("at ") else ""), soft_wrap=True)


def count_words(findings: Sequence[Finding]) -> str:
    """Return the number of findings by severity, such as `2 errors, 1 warning`, or `nothing found`."""
    counts = Counter(finding.severity for finding in findings)
    words = [
        f"{count} {severity.value}{'s' if count > 1 else ''}" for severity in Severity if (count := counts[severity])
    ]
    return ", ".join(words) or "nothing found"
