"""The results of scenarios as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.report.simulated.timeline import list_timeline
from sfnorch.scenarios.coverage import CATCHERS, CHOICES, RETRIERS, STATES, TRANSITIONS, Coverage

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioResult
    from sfnorch.documents.scenarios import (
        MachineCoverage,
        PartCounts,
        ScenarioData,
        ScenariosDocument,
        TargetCoverage,
    )


def convert_report(report: ScenarioReport) -> ScenariosDocument:
    """Return the results as data."""
    return {
        "scenarios": [_convert_result(result) for result in report.results],
        "skipped": report.skipped,
        "coverage": [_convert_coverage(target, found) for target, found in report.coverage.items()],
    }


def _convert_result(result: ScenarioResult) -> ScenarioData:
    error = result.error
    return {
        "file": str(result.file),
        "line": result.line,
        "name": result.name,
        "outcome": result.outcome.value,
        "seconds": result.figures.seconds if result.figures else None,
        "transitions": result.figures.transitions if result.figures else None,
        "error": {"message": error.message, "hint": error.hint or None} if error else None,
        "mismatches": [
            {
                "path": mismatch.path,
                "line": mismatch.line or result.line,
                "at": mismatch.at,
                "expected": mismatch.expected,
                "found": mismatch.found,
            }
            for mismatch in result.mismatches
        ],
        "timeline": [
            {"at": at, "text": text} for at, text in (list_timeline(result.simulation.run) if result.simulation else ())
        ],
    }


def _convert_coverage(target: str, coverage: Coverage) -> TargetCoverage:
    return {
        "target": target,
        "parts": _count(coverage, ""),
        "machines": [_convert_machine(machine, coverage) for machine in coverage.machines],
    }


def _convert_machine(machine: str, coverage: Coverage) -> MachineCoverage:
    return {
        "machine": machine,
        "states": _count(coverage, STATES, machine),
        "transitions": _count(coverage, TRANSITIONS, machine),
        "choiceRules": _count(coverage, CHOICES, machine),
        "catchers": _count(coverage, CATCHERS, machine),
        "retriers": _count(coverage, RETRIERS, machine),
        "missed": [
            {"state": part.state, "part": part.name} for part in coverage.list_missed() if part.machine == machine
        ],
    }


def _count(coverage: Coverage, kind: str, machine: str = "") -> PartCounts:
    reached, count = coverage.count(kind, machine)
    return {"reached": reached, "all": count}
