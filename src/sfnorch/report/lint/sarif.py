"""Findings in the Static Analysis Results Interchange Format (SARIF) 2.1.0, which code hosts and editors show.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sfnorch.findings import Finding, Severity
from sfnorch.printable import make_printable_line
from sfnorch.version import __version__

if TYPE_CHECKING:
    from sfnorch.json_values import Json
    from sfnorch.linter.catalogue import RuleEntry

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_FINGERPRINT = "sfnorch/v1"
"""The name of the fingerprint, with the version of its computation. A baseline has the same fingerprints."""


def format_sarif(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON: all rules of sfnorch, and those of cfn-lint that have findings."""
    rules = _list_rules(findings)
    indexes = {rule.id: index for index, rule in enumerate(rules)}
    driver: dict[str, Json] = {
        "name": "sfnorch",
        "version": __version__,
        "rules": [_convert_rule(rule) for rule in rules],
    }
    run: dict[str, Json] = {
        "tool": {"driver": driver},
        "results": [_convert_finding(finding, indexes.get(finding.rule)) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _list_rules(findings: Sequence[Finding]) -> list[RuleEntry]:
    from sfnorch.linter.catalogue import find_entry, list_entries  # loaded only for this output

    own = list(list_entries())
    known = {rule.id for rule in own}
    others = sorted({finding.rule for finding in findings} - known)
    return [*own, *(entry for rule in others if (entry := find_entry(rule)))]


def _convert_rule(rule: RuleEntry) -> Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.title}.\n\nWhy it matters: {rule.why}.\n\nSource: {rule.source}"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _convert_finding(finding: Finding, rule_index: int | None) -> Json:
    from sfnorch.linter.baseline import compute_fingerprint  # loaded only for this output

    physical: dict[str, Json] = {"artifactLocation": {"uri": _build_uri(finding.file)}}
    if finding.line:
        physical["region"] = {"startLine": finding.line}
    location: dict[str, Json] = {"physicalLocation": physical}
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": make_printable_line(finding.path)}]
    return {
        "ruleId": finding.rule,
        **({} if rule_index is None else {"ruleIndex": rule_index}),
        "level": _LEVELS[finding.severity],
        "message": {"text": make_printable_line("; ".join(filter(None, (finding.message, finding.hint))))},
        "locations": [location],
        "partialFingerprints": {_FINGERPRINT: compute_fingerprint(finding)},
    }


def _build_uri(file: str) -> str:
    """Return the URI of a file: relative for a relative path, so that it is one of the repository."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogateescape")
