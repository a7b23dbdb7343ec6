"""Parts that no run can reach, the number of retries, and retriers that match without a retry."""

from __future__ import annotations

import json
from pathlib import Path

from sfnorch.app.scenario_runs import Outcome, ScenarioRequest, run_scenarios

DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Load",
    "States": {
        "Load": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Arguments": {"JobName": "load"},
            "Retry": [
                {"ErrorEquals": ["Glue.EntityNotFoundException"], "MaxAttempts": 0},
                {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1},
            ],
            "End": True,
        }
    },
}


def run(folder: Path, *scenarios: dict[str, object], **keys: object):
    (folder / "load.asl.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
    file = folder / "load.sfntest.json"
    document = {"target": {"template": "load.asl.json"}, **keys, "scenarios": list(scenarios)}
    file.write_text(json.dumps(document), encoding="utf-8")
    report = run_scenarios(ScenarioRequest(files=(file,)))
    (coverage,) = report.coverage.values()
    return report, coverage


UNKNOWN = {"name": "unknown", "given": {"unknown_jobs": ["load"]}, "expect": {"status": "FAILED", "retries": 0}}


def test_a_retrier_that_matches_without_a_retry_is_reached(tmp_path: Path):
    report, coverage = run(tmp_path, UNKNOWN)
    assert report.has_passed
    assert [str(part) for part in coverage.list_missed()] == ["load.Load.Retry[1]"]


def test_the_number_of_retries(tmp_path: Path):
    report, _ = run(
        tmp_path,
        {"name": "right", "given": {"failures": {"load": 1}}, "expect": {"retries": 1}},
        {"name": "wrong", "given": {"failures": {"load": 1}}, "expect": {"retries": 2}},
    )
    assert [result.outcome for result in report.results] == [Outcome.PASSED, Outcome.FAILED]
    (mismatch,) = report.results[1].mismatches
    assert (mismatch.path, mismatch.expected, mismatch.found) == ("expect.retries", "2", 1)


def test_a_part_that_no_run_can_reach_does_not_count(tmp_path: Path):
    _, coverage = run(tmp_path, UNKNOWN, unreachable={"load.Load.Retry[1]": "an example"})
    assert coverage.list_missed() == []
    assert coverage.count() == (2, 2)


def test_a_part_counts_if_a_run_reaches_it_nevertheless(tmp_path: Path):
    _, coverage = run(tmp_path, UNKNOWN, unreachable={"load.Load.Retry[0]": "an example"})
    assert [str(part) for part in coverage.list_missed()] == ["load.Load.Retry[1]"]
    assert coverage.count() == (2, 3)
