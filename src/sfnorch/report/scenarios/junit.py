"""The results of scenarios as a report of JUnit: a test suite for each file, and a test case for each scenario.

The report has no times: the time of a test is that of a machine, and the time of a run is virtual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from sfnorch.printable import make_printable_line
from sfnorch.report.junit_xml import build_case, build_suite, format_suites
from sfnorch.report.scenarios.results import list_failure_lines

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioResult


def format_scenario_junit(report: ScenarioReport) -> str:
    """Return the report as XML."""
    by_file: dict[str, list[ElementTree.Element]] = {}
    for result in report.results:
        by_file.setdefault(str(result.file), []).append(_build_case(result))
    return format_suites("sfnorch test", [build_suite(file, cases, has_errors=True) for file, cases in by_file.items()])


def _build_case(result: ScenarioResult) -> ElementTree.Element:
    case = build_case(str(result.file), result.name, {"file": str(result.file), "line": str(result.line)})
    if result.has_passed:
        return case
    kind, message = ("error", result.error.message) if result.error else ("failure", _summarize(result))
    element = ElementTree.SubElement(case, kind, type=result.outcome.value, message=make_printable_line(message))
    element.text = "\n".join(list_failure_lines(result))
    return case


def _summarize(result: ScenarioResult) -> str:
    more = len(result.mismatches) - 1
    paths = result.mismatches[0].path + (f" and {more} more" if more else "")
    return f"{paths}: not as expected"
