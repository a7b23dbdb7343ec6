"""Parameters and dates of simulated runs of plans, from the command line to the arguments of job runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

PLAN = """\
pattern: master-child
name: etl
timezone: {zone}
run_id_argument: --run_id
parameters:
  day: {{type: date, default: yesterday}}
  note: {{default: none}}
  number: {{type: integer, default: 3}}
  flag: {{type: boolean, required: false}}
children:
- name: orders
  jobs:
  - name: extract
    arguments:
      --day: '{{% $params.day %}}'
      --today: '{{% $run.date %}}'
      --note: '{{% $params.note %}}'
      --number: '{{% $params.number %}}'
      --flag: '{{% $params.flag %}}'
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a plan."""
    monkeypatch.chdir(tmp_path)
    Path("sfnorch.yaml").write_text(PLAN.format(zone="Europe/Berlin"))
    return tmp_path


def simulated(run: Run, *arguments: str) -> Any:
    """The document of the simulated run."""
    done = run("simulate", *arguments, "--output", "json")
    assert done.code == 0, done
    return json.loads(done.out)


@pytest.mark.parametrize(
    "value",
    [
        "{% $uppercase('x') %}",
        "${AWS::Region} ${Environment} {{resolve:ssm:x}}",
        '{"a": [1, null], "b": "\\u0000"}',
        "'; drop table orders; --",
        "$(rm -rf /) `id` \\ \" ' | & ; \t é 😀",
        "line\nbreak\r\n",
        "null",
        "",
        "x" * 100_000,
    ],
)
def test_a_value_arrives_unchanged(run: Run, folder: Path, value: str):
    (folder / "values.json").write_text(json.dumps({"note": value}))
    texts = [["--params", "@values.json"]]
    if len(value) < 10_000:
        texts.append(["--param", f"note={value}"])
    for arguments in texts:
        document = simulated(run, *arguments)
        (job,) = document["jobRuns"]
        assert job["arguments"]["--note"] == value
        assert document["executions"][0]["params"]["note"] == value


def test_text_is_converted_and_values_of_json_keep_their_type(run: Run, folder: Path):
    as_text = simulated(run, "--param", "number=12", "--param", "flag=true", "--param", "day=month_start")
    typed = simulated(run, "--params", '{"number": 12, "flag": true, "day": "2026-01-01"}')
    for document in (as_text, typed):
        assert document["executions"][0]["params"] == {"day": "2026-01-01", "note": "none", "number": 12, "flag": True}
        (job,) = document["jobRuns"]
        arguments = job["arguments"]
        assert (arguments["--number"], arguments["--flag"]) == ("12", "true")
        assert arguments["--run_id"] == document["executions"][1]["run"]["id"] == document["executions"][0]["run"]["id"]


@pytest.mark.parametrize(
    ("zone", "at", "scheduled", "today", "yesterday"),
    [
        ("Europe/Berlin", "2026-03-29T00:30", "2026-03-28T23:30:00Z", "2026-03-29", "2026-03-28"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z", "2026-03-29", "2026-03-28"),
        ("Europe/Berlin", "2026-03-30T00:10", "2026-03-29T22:10:00Z", "2026-03-30", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z", "2026-10-25", "2026-10-24"),
        ("Europe/Berlin", "2026-10-25T23:50", "2026-10-25T22:50:00Z", "2026-10-25", "2026-10-24"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00:00Z", "2026-03-08", "2026-03-07"),
        ("America/New_York", "2026-11-01T23:59:59", "2026-11-02T04:59:59Z", "2026-11-01", "2026-10-31"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "2026-04-05", "2026-04-04"),
        ("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30:00Z", "2026-10-04", "2026-10-03"),
        ("UTC", "2026-03-01T00:00", "2026-03-01T00:00:00Z", "2026-03-01", "2026-02-28"),
    ],
)
def test_dates_at_a_change_of_the_clocks(
    run: Run, folder: Path, zone: str, at: str, scheduled: str, today: str, yesterday: str
):
    (folder / "sfnorch.yaml").write_text(PLAN.format(zone=zone))
    document = simulated(run, "--at", at)
    found = document["executions"][0]["run"]
    assert (found["scheduledAt"], found["startedAt"]) == (scheduled, scheduled.replace("Z", ".000Z"))
    arguments = document["jobRuns"][0]["arguments"]
    assert (found["date"], arguments["--today"], arguments["--day"]) == (today, today, yesterday)
    assert "--flag" not in arguments


@pytest.mark.parametrize(
    ("zone", "at", "gap"),
    [
        ("Europe/Berlin", "2026-03-29T02:59", "02:00 to 03:00"),
        ("America/New_York", "2026-03-08T02:00", "02:00 to 03:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "02:00 to 02:30"),
    ],
)
def test_a_time_that_the_clocks_skip(run: Run, folder: Path, zone: str, at: str, gap: str):
    (folder / "sfnorch.yaml").write_text(PLAN.format(zone=zone))
    done = run("simulate", "--at", at)
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        (
            f"Error: --at: {at.replace('T', ' ')} does not exist in {zone}, where the clocks go from {gap}; a schedule skips "
            "such a time, so pass another one."
        ),
    )


def test_a_template_has_the_time_zone_of_its_plan(run: Run, folder: Path):
    assert run("render", "-o", "t.yaml").code == 0
    values = ["--at", "2026-07-01T00:30", "--param", "note=a b"]
    document = simulated(run, "t.yaml", *values, "--parameter-overrides", "DayDefault=today")
    assert document["executions"][0]["run"]["scheduledAt"] == "2026-06-30T22:30:00Z"
    assert document["executions"][0]["params"]["day"] == "2026-07-01"
