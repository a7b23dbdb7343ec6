"""Findings as a report of JUnit, which CI servers show as tests.

A template is a test suite, and a rule with findings in it is a test case. It fails if a finding is as severe as
`--fail-on`. A template without findings has one case, which passes.
https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from sfnorch.findings import Finding
from sfnorch.printable import make_printable_line
from sfnorch.report.findings import format_finding

if TYPE_CHECKING:
    from sfnorch.app.linting import LintedTemplate
    from sfnorch.app.linting_templates import LintReport

_NOTHING_FOUND = "no findings"


def format_junit(report: LintReport) -> str:
    """Return the report as XML."""
    root = ElementTree.Element("testsuites", name="sfnorch lint")
    suites = [_build_suite(template, report) for template in report.templates]
    for count in ("tests", "failures"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _build_suite(template: LintedTemplate, report: LintReport) -> ElementTree.Element:
    name = make_printable_line(template.file)
    rules = dict.fromkeys(finding.rule for finding in template.findings)
    by_rule = {rule: [finding for finding in template.findings if finding.rule == rule] for rule in rules}
    cases = [_build_case(name, rule, found, report) for rule, found in by_rule.items()]
    if not cases:
        cases = [ElementTree.Element("testcase", classname=name, name=_NOTHING_FOUND)]
    failures = sum(case.find("failure") is not None for case in cases)
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(cases)), failures=str(failures))
    suite.extend(cases)
    return suite


def _build_case(file: str, rule: str, findings: Sequence[Finding], report: LintReport) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=file, name=rule)
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
