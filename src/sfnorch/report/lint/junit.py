"""Findings as a report of JUnit.

A template is a test suite, and a rule with findings in it is a test case. It fails if a finding is as severe as
`--fail-on`. A template without findings has one case, which passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from sfnorch.findings import Finding
from sfnorch.printable import make_printable_line
from sfnorch.report.junit_xml import build_case, build_suite, format_suites
from sfnorch.report.lint.findings import format_finding

if TYPE_CHECKING:
    from sfnorch.app.linting import LintedTemplate
    from sfnorch.app.linting_templates import LintReport

_NOTHING_FOUND = "no findings"


def format_junit(report: LintReport) -> str:
    """Return the report as XML."""
    return format_suites("sfnorch lint", [_build_suite(template, report) for template in report.templates])


def _build_suite(template: LintedTemplate, report: LintReport) -> ElementTree.Element:
    rules = dict.fromkeys(finding.rule for finding in template.findings)
    by_rule = {rule: [finding for finding in template.findings if finding.rule == rule] for rule in rules}
    cases = [_build_case(template.file, rule, found, report) for rule, found in by_rule.items()]
    return build_suite(template.file, cases or [build_case(template.file, _NOTHING_FOUND)])


def _build_case(file: str, rule: str, findings: Sequence[Finding], report: LintReport) -> ElementTree.Element:
    case = build_case(file, rule)
    failing = [finding for finding in findings if report.is_failing(finding)]
    if failing:
        message = make_printable_line(failing[0].message)
        more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
        failure = ElementTree.SubElement(case, "failure", type=failing[0].severity.value, message=f"{message}{more}")
        failure.text = _format_findings(failing)
    if others := [finding for finding in findings if not report.is_failing(finding)]:
        ElementTree.SubElement(case, "system-out").text = _format_findings(others)
    return case


def _format_findings(findings: Sequence[Finding]) -> str:
    return "\n".join(line for finding in findings for line in format_finding(finding))
