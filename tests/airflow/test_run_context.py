"""Parameters and dates of runs in a real Airflow: what the job runs get as arguments."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("airflow", reason="Airflow has an environment of its own: make test-airflow")

from tests.airflow.aws import Aws
from tests.airflow.runs import ended, loaded

HOSTILE = "{{ 1 }} {% raw %} '\" $x ${X} \\ \n é"


def _arguments(aws: Aws) -> dict[str, dict[str, Any]]:
    """The arguments of each job's run, without those of the operator."""
    own = "--airflow_task_uuid"  # by which newer providers find a run again
    return {
        call["JobName"]: {name: value for name, value in call["Arguments"].items() if name != own}
        for call in aws.called("StartJobRun")
    }


@pytest.mark.parametrize(
    ("at", "scheduled", "date", "yesterday", "first"),
    [
        ("2026-03-28T23:30:00", "2026-03-28T23:30:00Z", "2026-03-29", "2026-03-28", "2026-03-01"),
        ("2026-03-29T22:30:00", "2026-03-29T22:30:00Z", "2026-03-30", "2026-03-29", "2026-03-01"),
        ("2026-10-25T22:30:00", "2026-10-25T22:30:00Z", "2026-10-25", "2026-10-24", "2026-10-01"),
        ("2026-10-25T23:30:00", "2026-10-25T23:30:00Z", "2026-10-26", "2026-10-25", "2026-10-01"),
        ("2026-02-28T23:30:00", "2026-02-28T23:30:00Z", "2026-03-01", "2026-02-28", "2026-03-01"),
    ],
)
def test_dates_are_those_of_the_time_zone(
    dags: Path, aws: Aws, at: str, scheduled: str, date: str, yesterday: str, first: str
) -> None:
    dag = loaded(dags / "parameters_dag.py")
    aws.begin({})

    run = ended(dag, at=datetime.fromisoformat(at).replace(tzinfo=timezone.utc))

    assert run.state == "success"
    found = _arguments(aws)
    run_id = found["clean-orders"]["--run_id"]
    assert re.fullmatch(rf"{date}-[0-9a-f]{{8}}", run_id)
    assert found == {
        "extract-orders": {
            "--run_id": run_id,
            "--date": yesterday,
            "--mode": "3",
            "--rows": "12",
            "--dry": "false",
            "--path": f"s3://data/dev/orders/{yesterday}/{{{{ x }}}}",
            "--note": "{{ x }} '\" $",
            "--extra": "null",
            "--text": "{{ not Jinja }}",
        },
        "clean-orders": {"--run_id": run_id},
        "sum-month": {"--from": first, "--to": date, "--at": scheduled, "--run_id": "own"},
    }


def test_values_of_a_run_arrive_unchanged(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "parameters_dag.py")
    aws.begin({})
    conf = {"run_date": "2024-02-29", "mode": "full", "rows": -7, "dry": True, "note": HOSTILE, "extra": "today"}

    assert ended(dag, {**conf, "environment": "prod", "since": "2026-01-31T03:00:00+01:00"}).state == "success"

    found = _arguments(aws)
    assert {key: value for key, value in found["extract-orders"].items() if key != "--run_id"} == {
        "--date": "2024-02-29",
        "--mode": "full",
        "--rows": "-7",
        "--dry": "true",
        "--path": "s3://data/prod/orders/2024-02-29/{{ x }}",
        "--note": HOSTILE,
        "--extra": "today",
        "--text": "{{ not Jinja }}",
    }
    assert found["sum-month"]["--at"] == "2026-01-31T03:00:00+01:00"


def test_a_message_names_the_run(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "parameters_dag.py")
    aws.begin({"sum-month": "it broke"})

    ended(dag, at=datetime(2026, 3, 28, 23, 30, tzinfo=timezone.utc))

    (message,) = aws.called("Publish")
    run_id = _arguments(aws)["clean-orders"]["--run_id"]
    assert json.loads(message["Message"])["default"].splitlines()[-2:] == ["", f"Run: {run_id}, date 2026-03-29"]


@pytest.mark.parametrize(
    "conf",
    [
        {"run_date": "2026-02-30"},
        {"run_date": "31.1.2026"},
        {"mode": "fill"},
        {"rows": "many"},
        {"dry": "yes"},
        {"table": "a b"},
        {"table": "a\n"},
        {"since": "noon"},
        {"note": None},
        {"extra": 1},
    ],
)
def test_a_run_with_an_invalid_value_does_not_start(dags: Path, aws: Aws, conf: dict[str, Any]) -> None:
    dag = loaded(dags / "parameters_dag.py")
    aws.begin({})

    with pytest.raises(Exception, match=f"Invalid input for param {next(iter(conf))}"):
        ended(dag, conf)
    assert aws.calls == []


def test_runs_wait_for_each_other_and_past_dates_run_on_request(dags: Path) -> None:
    dag = loaded(dags / "parameters_dag.py")

    assert (dag.max_active_runs, dag.catchup, dag.start_date.year) == (1, False, 2024)
    text = (dags / "parameters_dag.py").read_text(encoding="utf-8")
    changed = dags / "caught_up_dag.py"
    changed.write_text(
        text.replace("CATCH_UP_FROM = None", "CATCH_UP_FROM = datetime(2026, 1, 1, tzinfo=timezone.utc)"),
        encoding="utf-8",
    )
    later = loaded(changed)
    changed.unlink()
    assert (later.catchup, later.start_date.year) == (True, 2026)
