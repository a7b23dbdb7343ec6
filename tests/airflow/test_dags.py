"""The exported DAGs as a real Airflow reads them: they load, and have the very tasks and dependencies of their plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("airflow", reason="Airflow has an environment of its own: make test-airflow")

import yaml

from tests.airflow.conftest import DAGS
from tests.airflow.runs import loaded

PLANS = DAGS.parent / "plans"
END = {"outcomes": ["notify"], "notify": ["done"], "done": []}
CHAINS = [
    [f"child-{number}.glue-job-{number}-{letter}" for letter in "abcde"[:count]]
    for number, count in enumerate((4, 5, 4, 5, 4), 1)
]


def test_airflow_imports_every_file(dags: Path) -> None:
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models import DagBag

    bag = DagBag(dag_folder=str(dags))

    found = (
        "master-step-function-stack",
        "nightly_etl",
        "nightly_tasks",
        "on_demand",
        "orders_flow",
        "quiet",
        "dated_etl",
        "every_table",
        "objects",
        "listing",
        "asked",
    )
    assert (bag.import_errors, sorted(bag.dags)) == ({}, sorted(found))


def test_children_are_groups_side_by_side_whose_jobs_follow_each_other(dags: Path) -> None:
    dag = loaded(dags / "five_children_dag.py")

    following = {job: [after] for chain in CHAINS for job, after in zip(chain, [*chain[1:], "outcomes"], strict=True)}
    assert _edges(dag) == {**following, **END}
    assert list(dag.task_group.children) == [*(f"child-{number}" for number in range(1, 6)), *END]


def test_the_jobs_that_a_run_names_follow_each_other(dags: Path) -> None:
    dag = loaded(dags / "dynamic_goes_on_dag.py")

    following = {f"job_{number}": sorted([f"job_{number + 1}", "outcomes"]) for number in range(1, 25)}
    assert _edges(dag) == {**following, "job_25": ["outcomes"], **END}


def test_tasks_follow_just_what_they_need(dags: Path) -> None:
    dag = loaded(dags / "tasks_dag.py")

    tasks = yaml.safe_load((PLANS / "tasks.plan.yaml").read_text(encoding="utf-8"))["tasks"]
    following = {
        task["name"]: sorted(
            ["outcomes", *(other["name"] for other in tasks if task["name"] in other.get("needs", []))],
        )
        for task in tasks
    }
    assert _edges(dag) == {**following, **END}


def test_the_jobs_of_an_item_follow_each_other_in_a_mapped_group(dags: Path) -> None:
    dag = loaded(dags / "fan_out_dag.py")

    assert _edges(dag) == {
        "items": ["item.extract-table", "item.load-table"],
        "item.extract-table": ["item.load-table"],
        "item.load-table": ["outcomes"],
        **END,
    }
    assert type(dag.task_group.children["item"]).__name__ == "MappedTaskGroup"
    job = dag.get_task("item.extract-table")
    assert (dag.max_active_tasks, job.deferrable, job.pool) == (10, False, "default_pool")


def test_steps_follow_each_other_and_branches_and_items_stand_side_by_side(dags: Path) -> None:
    dag = loaded(dags / "flow_dag.py")

    items = ["each.item_1.profile", "each.item_2.profile"]
    assert _edges(dag) == {
        "clean": ["outcomes", "pause"],
        "pause": ["outcomes", "side-by-side.branch_1.load", "side-by-side.branch_2.other"],
        "side-by-side.branch_1.load": ["outcomes", "side-by-side.branch_1.count"],
        "side-by-side.branch_1.count": [*items, "outcomes"],
        "side-by-side.branch_2.other": [*items, "outcomes"],
        **{item: ["outcomes", "write"] for item in items},
        "write": ["outcomes", "write-all"],
        "write-all": ["outcomes", "say"],
        "say": ["outcomes"],
        **END,
    }


def test_schedules_settings_and_tags_are_the_plans(dags: Path) -> None:
    dag = loaded(dags / "all_settings_dag.py")

    assert sorted(dag.tags) == ["cost: centre:yes", "n:1", "team:data"]
    assert (dag.catchup, str(dag.timetable.summary), str(dag.timetable._timezone)) == (
        False,
        "0 3 * * *",
        "Europe/Berlin",
    )
    job = dag.get_task("orders.clean-orders")
    assert (job.job_name, job.retries, job.deferrable, job.script_args, job.run_job_kwargs) == (
        "clean-orders",
        2,
        True,
        {
            "--mode": "full",
            "--date": "2026-01-01",
            "--rows": "1000",
            "--dry": "false",
            "--text": 'it\'s "all", {x: 1} # no',
        },
        {
            "WorkerType": "G.1X",
            "NumberOfWorkers": 10,
            "ExecutionClass": "FLEX",
            "Timeout": 60,
            "SecurityConfiguration": "encrypted",
        },
    )


def _edges(dag: Any) -> dict[str, list[str]]:
    return {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}
