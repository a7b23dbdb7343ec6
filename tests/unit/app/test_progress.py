"""What use cases report while they work: how much is done of how much, and what they wait for before that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from sfnorch.app.backfill_request import DateRange
from sfnorch.app.linting_templates import LintRequest, lint_templates
from sfnorch.app.scenario_runs import ScenarioRequest, run_scenarios
from sfnorch.app.simulated.backfill import SimulatedBackfill
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulation import simulate
from sfnorch.simulator.behaviour import Behaviour, Fault

DEFINITION = '{"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}'
BACKFILL = """\
pattern: master-child
name: etl
backfill: true
parameters: {day: {type: date, default: today}}
children:
- {name: orders, jobs: [a]}
"""


class Shown:
    """What was waited for, and the steps of the progress."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.steps: list[tuple[int, int]] = []

    @contextmanager
    def wait(self, words: str) -> Iterator[None]:
        """Wait, which must not begin after the first step: a bar is shown then."""
        assert not self.steps
        self.words.append(words)
        yield
        assert not self.steps

    def step(self, done: int, total: int) -> None:
        """A step."""
        self.steps.append((done, total))


@pytest.fixture
def shown() -> Shown:
    return Shown()


def test_many_files_to_lint(tmp_path: Path, shown: Shown):
    for name in "abc":
        (tmp_path / f"{name}.asl.json").write_text(DEFINITION)
    files = sorted(tmp_path.iterdir())
    lint_templates(LintRequest(templates=files), waits=shown.wait, on_progress=shown.step)
    assert shown.words == ["Loading the rules", f"Linting {files[0]}"]
    assert shown.steps == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("processes", [1, 2])
def test_scenarios(tmp_path: Path, shown: Shown, processes: int):
    (tmp_path / "t.asl.json").write_text(DEFINITION)
    scenarios = "".join(f"- {{name: s{number}}}\n" for number in range(4))
    (tmp_path / "s.sfntest.yaml").write_text(f"target: {{template: t.asl.json}}\nscenarios:\n{scenarios}")
    report = run_scenarios(ScenarioRequest(files=(tmp_path,), processes=processes), on_progress=shown.step)
    assert report.has_passed
    assert shown.steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_dates_of_a_simulated_backfill(tmp_path: Path, shown: Shown):
    """A date that fails has ended too."""
    (tmp_path / "sfnorch.yaml").write_text(BACKFILL)
    dates = DateRange(first=date(2026, 1, 1), last=date(2026, 1, 3))
    behaviour = Behaviour(faults=[Fault("a", times=1)])
    request = SimulateRequest(
        plan=tmp_path / "sfnorch.yaml", backfill=SimulatedBackfill(dates=dates), behaviour=behaviour
    )
    simulation = simulate(request, waits=shown.wait, on_progress=shown.step)
    assert shown.words == ["Reading the template"]
    assert shown.steps == [(1, 3), (2, 3), (3, 3)]
    assert simulation.dates is not None
    assert len(simulation.dates) == 3


def test_another_simulation_has_no_dates(tmp_path: Path, shown: Shown):
    (tmp_path / "sfnorch.yaml").write_text(BACKFILL)
    simulate(SimulateRequest(plan=tmp_path / "sfnorch.yaml"), waits=shown.wait, on_progress=shown.step)
    assert shown.words == ["Reading the template", "Simulating the execution"]
    assert shown.steps == []
