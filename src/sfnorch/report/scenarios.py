"""The results of scenarios as text: a line for each, the differences of those that failed, and the coverage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.console import Console, Text
from sfnorch.durations import format_duration
from sfnorch.json_values import write_as_text
from sfnorch.scenarios.coverage import KINDS, Coverage

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioResult

_STYLES = {"passed": "green", "failed": "bold red", "error": "bold red"}


def print_result(result: ScenarioResult, console: Console) -> None:
    """Print the line of a scenario, and what differs from what is expected."""
    outcome = result.outcome.value
    took = f" ({format_duration(result.simulation.figures.seconds)})" if result.simulation else ""
    console.print(Text.assemble((f"{outcome:<6}", _STYLES[outcome]), f"  {result.name}{took}"), soft_wrap=True)
    if result.error is not None:
        console.print(Text(f"        {result.file}:{result.line} {result.error.message}"), soft_wrap=True)
    for mismatch in result.mismatches:
        found = write_as_text(mismatch.found)
        line = f"        {mismatch.path}: expected {mismatch.expected}, found {found}"
        console.print(Text(line), soft_wrap=True)


def print_summary(report: ScenarioReport, console: Console) -> None:
    """Print how many scenarios passed, and the coverage."""
    passed = sum(result.outcome.value == "passed" for result in report.results)
    console.print(f"\n{passed} of {len(report.results)} scenarios passed")
    _print_coverage(report.coverage, console)


def _print_coverage(coverage: Mapping[str, Coverage], console: Console) -> None:
    for target, found in coverage.items():
        counts = {kind: found.count(kind) for kind in KINDS}
        parts = ", ".join(f"{kind} {reached}/{count}" for kind, (reached, count) in counts.items() if count)
        console.print(Text(f"coverage of {target}: {found.share:.0%} ({parts})"), soft_wrap=True)
