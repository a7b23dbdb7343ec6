"""Scenarios that did not pass as findings, which GitHub Actions shows as annotations of their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.findings import Finding
from sfnorch.scenarios.matchers import write_mismatch

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioResult


def list_scenario_findings(report: ScenarioReport) -> Iterator[Finding]:
    """Yield a finding for each difference, and for each scenario that cannot be simulated."""
    for result in report.results:
        if result.error is not None:
            yield _create_finding(result, result.line, result.error.message, result.error.hint)
        for mismatch in result.mismatches:
            yield _create_finding(result, mismatch.line or result.line, write_mismatch(mismatch))


def _create_finding(result: ScenarioResult, line: int, message: str, hint: str = "") -> Finding:
    return Finding(rule=result.name, file=str(result.file), line=line, message=message, hint=hint)
