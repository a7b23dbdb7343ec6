"""The exported DAGs of fan-outs run by a real Airflow: which items run, what fails, and what is told."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("airflow", reason="Airflow has an environment of its own: make test-airflow")

from tests.airflow.aws import Aws
from tests.airflow.conditions import CONDITIONS, ITEMS, Condition
from tests.airflow.runs import Ended, ended, loaded
from tests.airflow.test_runs import FAULT, LOGS, _own, _resume, _started, _told

END = {"items": "success", "outcomes": "success", "done": "success"}


def _arguments(aws: Aws) -> list[tuple[str, dict[str, str]]]:
    """The job runs: each job, with its arguments but the ID of the run."""
    found = []
    for call in aws.called("StartJobRun"):
        given = _own(call["Arguments"])
        given.pop("--run_id", None)
        found.append((call["JobName"], given))
    return found


def test_each_item_has_its_chain_and_a_failure_stops_no_other(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "fan_out_dag.py")
    aws.begin({"load-table": [FAULT, None, None]}, busy={"extract-table": 2})

    run = ended(dag)

    jobs = {f"item.{job}-table[{index}]": "success" for index in range(3) for job in ("extract", "load")}
    index = next(index for index in range(2) if run.tasks[f"item.load-table[{index}]"] == "failed")
    failed = {f"item.load-table[{index}]": "failed", "item.extract-table[2]": "failed"}
    failed |= {"item.load-table[2]": "upstream_failed"}
    assert run == Ended("failed", {**END, **jobs, **failed, "notify": "success", "done": "failed"})
    extracts = sorted((given for job, given in _arguments(aws) if job == "extract-table"), key=str)
    assert extracts == [{"--table": table, "--mode": "full"} for table in ("orders", "{{ returns }}")]
    ((subject, message),) = _told(aws)
    assert subject == "[dev] every table: 2 of 3 items failed"
    number, name = _started(aws).index("load-table") + 1, ("orders", "{{ returns }}")[index]
    assert message.startswith(
        f"2 of 3 items failed in every table (dev).\n\n{name}: load-table failed\n  {FAULT}\n  Job run: jr_{number}\n"
        f'  Logs: {LOGS}jr_{number}\n\n{{"rows":3}}: extract-table failed\n\n{_resume("every_table")}\n\nRun: '
    )


def test_rows_of_csv_are_the_items(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "fan_out_object_dag.py")
    aws.begin({})
    aws.objects = {"tables/2026-11-28.csv": '\ufeffschema,table,rows\nsales,"a, b",\n\nhr,c\nhr,d,5,more\n'}

    run = ended(dag, {"day": "2026-11-28"})

    jobs = {f"item.load-table[{index}]": "success" for index in range(2)}
    assert run == Ended("success", {**END, **jobs, "notify": "success"})
    assert sorted(_arguments(aws), key=str) == [("load-table", {"--table": table}) for table in ("a, b", "d")]
    ((subject, _),) = _told(aws)
    assert subject == "[dev] objects: 0 of 2 items failed"


def test_a_missing_object_is_told(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "fan_out_object_dag.py")
    aws.begin({})
    dag.get_task("items").retries = 0

    run = ended(dag, {"day": "2026-11-28"})

    assert (run.tasks["items"], run.tasks["outcomes"], _started(aws)) == ("failed", "success", [])
    ((subject, message),) = _told(aws)
    assert subject == "[dev] objects: the items are unknown"
    assert "The task items failed: see its log." in message


def test_objects_with_the_suffix_are_the_items(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "fan_out_listing_dag.py")
    aws.begin({})
    aws.objects = {"orders/a.csv": "1", "orders/b.txt": "2", "orders/c.csv": "333", "other/d.csv": "4"}

    run = ended(dag)

    assert run == Ended("success", {**END, **{f"item.load-file[{index}]": "success" for index in range(2)}})
    assert aws.called("ListObjectsV2") == [("our-landing-zone", "orders/")]
    assert sorted(_arguments(aws), key=str) == [
        ("load-file", {"--key": key, "--size": size}) for key, size in (("orders/a.csv", "1"), ("orders/c.csv", "3"))
    ]


def test_a_run_without_objects_has_nothing_to_do(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "fan_out_listing_dag.py")
    aws.begin({})

    run = ended(dag)

    assert (run.state, {run.tasks[name] for name in END}, _started(aws)) == ("success", {"success"}, [])


@pytest.mark.parametrize(
    ("items", "count"),
    [(["a", "b", {"x": 1}], 3), (["a", "b", "a"], 0), (list(range(1025)), 0)],
    ids=["three", "repeated", "too-many"],
)
def test_the_items_of_the_input(dags: Path, aws: Aws, items: list[object], count: int) -> None:
    dag = loaded(dags / "fan_out_input_dag.py")
    aws.begin({"load-table": FAULT})

    run = ended(dag, {"items": items})

    assert run.tasks["items"] == ("success" if count else "failed")
    assert _started(aws) == ["load-table"] * count
    ((subject, message),) = _told(aws)
    told = f"{count} of {count} items failed" if count else "the items are unknown"
    assert subject == f"[dev] asked: {told}"
    if count:
        assert [line for line in message.splitlines() if line.endswith("load-table failed")] == [
            f"{name}: load-table failed" for name in ("a", "b", json.dumps({"x": 1}, separators=(",", ":")))
        ]


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.jsonata)
def test_a_condition_selects_what_it_selects_in_step_functions(dags: Path, condition: Condition) -> None:
    dag = loaded(dags / "fan_out_dag.py")
    task = dag.get_task("items")
    context = {"ti": SimpleNamespace(task=task), "dag_run": None, "params": {}, "run_id": "r"}

    is_selected = task.python_callable.__globals__["compile_code"](context, condition.jinja)

    assert [index for index, item in enumerate(ITEMS) if is_selected(item)] == condition.selected


def test_jobs_in_a_pool_wait_without_a_worker(dags: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "listing_dag.py"
    text = (dags / "fan_out_listing_dag.py").read_text(encoding="utf-8")
    file.write_text(text.replace("POOL = None", 'POOL = "jobs"'), encoding="utf-8")
    dag = loaded(file)
    aws.begin({"load-file": [FAULT, None]})
    aws.objects = {"orders/a.csv": "1", "orders/b.csv": "2"}

    run = ended(dag)

    assert sorted(run.tasks[f"item.load-file[{index}]"] for index in range(2)) == ["failed", "success"]
    job = dag.get_task("item.load-file")
    assert (run.state, job.pool, job.deferrable) == ("success", "jobs", True)
