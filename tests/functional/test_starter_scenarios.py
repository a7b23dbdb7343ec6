"""The scenarios of the plans to start from: they pass, reach every part, and are what `sfnorch test --init` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.app.scenario_runs import ScenarioRequest, run_scenarios
from sfnorch.app.scenario_suite.suite import write_suite
from sfnorch.plan.files import PLAN_FILE, SCENARIO_FILE
from sfnorch.plan.starters import STARTERS, find_starter_folder, starter_code, starter_scenarios, starter_text

_QUICK = ("dynamic",)


def _mark(name: str):
    return name if name in _QUICK else pytest.param(name, marks=pytest.mark.slow)


def test_the_default_plan_keeps_the_promises():
    report = run_scenarios(ScenarioRequest(files=(Path(__file__).parent.parent / "promises.sfntest.yaml",)))
    assert [(each.name, each.mismatches, each.error) for each in report.results if not each.has_passed] == []
    assert len(report.results) == 4


@pytest.mark.parametrize("name", list(map(_mark, STARTERS)))
def test_the_scenarios_of_a_starter_pass_and_reach_every_part(name: str):
    request = ScenarioRequest(files=(find_starter_folder(name) / SCENARIO_FILE,), run_functions=True)
    report = run_scenarios(request)
    assert [(each.name, each.mismatches, each.error) for each in report.results if not each.has_passed] == []
    assert report.reached_share == 1.0


@pytest.mark.parametrize("name", list(map(_mark, STARTERS)))
def test_the_scenarios_of_a_starter_are_what_init_writes(tmp_path: Path, name: str):
    """After a change of a pattern, write the file again: `sfnorch test --init --force` in the folder of the starter."""
    (tmp_path / PLAN_FILE).write_text(starter_text(name), encoding="utf-8")
    for file, code in starter_code(name).items():
        (tmp_path / file).write_text(code, encoding="utf-8")
    assert write_suite(tmp_path / PLAN_FILE, "", tmp_path / SCENARIO_FILE).text == starter_scenarios(name)
