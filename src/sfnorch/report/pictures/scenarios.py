"""The results of scenarios as runs to draw, and as one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.report.pictures.drawn_run import DrawnFailure, DrawnRun
from sfnorch.report.pictures.page import render_page
from sfnorch.report.pictures.simulated import draw_simulation
from sfnorch.scenarios.matchers import write_mismatch

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioResult

_TITLE = "Results of scenarios"


def render_scenarios(report: ScenarioReport) -> str:
    """Return the page with a section for each scenario, and the coverage of each target."""
    passed = sum(result.outcome.value == "passed" for result in report.results)
    figures = {"scenarios": f"{passed:,} of {len(report.results):,} passed"}
    if report.skipped:
        figures["not run"] = f"{report.skipped:,}"
    figures |= {f"coverage of {target}": f"{found.share:.0%}" for target, found in report.coverage.items()}
    return render_page(_TITLE, [draw_result(result) for result in report.results], figures)


def draw_result(result: ScenarioResult) -> DrawnRun:
    """Return the run of a scenario; what differs from what is expected comes before the failures of the run."""
    outcome = result.outcome.value
    if result.simulation is None:
        run = DrawnRun(title=result.name, status=outcome, activities=[], end=0.0)
    else:
        run = draw_simulation(result.simulation, result.name)
    run.status = outcome
    where = f"{result.file}:{result.line}"
    if result.error is not None:
        run.failures = [DrawnFailure(where=where, what="error", message=result.error.message), *run.failures]
    if result.mismatches:
        lines = "\n".join(map(write_mismatch, result.mismatches))
        found = DrawnFailure(where=where, what="differs from what is expected", message=lines)
        run.failures = [found, *run.failures]
    return run
