"""Findings as workflow commands of GitHub Actions, which GitHub shows as annotations of the lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfnorch.findings import Finding, Severity
from sfnorch.printable import make_printable_line

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def format_annotations(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a command for each finding: its file and line, the rule as the title, and the message with the fix."""
    for finding in findings:
        properties = {"file": finding.file, "line": str(finding.line or ""), "title": finding.rule}
        given = ",".join(f"{name}={_escape(value, _PROPERTY)}" for name, value in properties.items() if value)
        place = f"at {finding.path}" if finding.path else ""
        lines = [_escape(line, _DATA) for line in (finding.message, place, finding.hint) if line]
        yield f"::{_COMMANDS[finding.severity]} {given}::{_DATA[chr(10)].join(lines)}"


def _escape(text: str, escapes: dict[str, str]) -> str:
    """Return a text in one line, in which nothing is part of a command, as the runner reads it."""
    return "".join(escapes.get(character, character) for character in make_printable_line(text))
