"""Warnings about a plan's schedule, from an instant that the test says."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from sfnorch.findings import Severity
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import load_plan
from sfnorch.plan.schedule_doubts import find_schedule_doubts

NOW = datetime(2026, 11, 5, tzinfo=timezone.utc)
IN_A_GAP = "schedule:\n  timezone: Europe/Berlin\n  expression: cron(30 2 * * ? *)\n"
SKIPPED = (
    "schedule.expression: the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00; "
    "write a time outside of 02:00 to 03:00, or use the time zone UTC"
)


@pytest.mark.parametrize(
    ("schedule", "warnings"),
    [
        (IN_A_GAP, [f"{SKIPPED} ({{file}}, line 5)"]),
        (
            "schedule: at(2020-01-01T00:00:00)\n",
            ["schedule: at(2020-01-01T00:00:00) is in the past; write a later time ({file}, line 3)"],
        ),
        (
            "schedule: cron(0 3 * * ? 2020)\n",
            [
                ("schedule: cron(0 3 * * ? 2020) has no start time after 2026-11-05; write a later year, or * "
                "({file}, line 3)")
            ],
        ),
        ("schedule: cron(30 2 * * ? *)\n", []),
        ("schedule: rate(1 day)\n", []),
        (
            "starts:\n- {name: a, schedule: rate(1 day)}\n- name: b\n  schedule: at(2020-01-01T00:00:00)\n",
            ["starts[1].schedule: at(2020-01-01T00:00:00) is in the past; write a later time ({file}, line 6)"],
        ),
        ("", []),
    ],
)  # fmt: skip
def test_the_warnings_with_their_line(tmp_path: Path, schedule: str, warnings: list[str]):
    file = tmp_path / "plan.yaml"
    file.write_text(f"pattern: master-child\nname: nightly\n{schedule}")

    found = list(find_schedule_doubts(load_plan(file), NOW))

    assert [str(finding) for finding in found] == [warning.format(file=file) for warning in warnings]
    assert {finding.severity for finding in found} <= {Severity.WARNING}


def test_the_default_plan_has_no_schedule():
    assert list(find_schedule_doubts(build_default_plan(), NOW)) == []
