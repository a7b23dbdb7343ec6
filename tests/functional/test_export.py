"""`sfnorch export airflow`, whole: what it writes, what it says, and that what it can't say leaves every file alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.functional.test_commands import imported_by
from tests.golden.artifacts import AIRFLOW, PLANS


@pytest.mark.smoke
def test_the_default_orchestration(run: Run, tmp_path: Path):
    done = run("export", "airflow")

    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Wrote master-step-function-stack_dag.py: the DAG master-step-function-stack.\n"
        "  Airflow variable master-step-function-stack_topic_arn: the ARN of the SNS topic to notify; default: "
        "none\n"
    )
    written = (tmp_path / "master-step-function-stack_dag.py").read_text(encoding="utf-8")
    assert written == (AIRFLOW / "five_children_dag.py").read_text(encoding="utf-8")


def test_a_plan_to_a_file_or_to_standard_output(run: Run, tmp_path: Path):
    plan = str(PLANS / "tasks.plan.yaml")
    wanted = (AIRFLOW / "tasks_dag.py").read_text(encoding="utf-8")

    done = run("export", "airflow", "--plan", plan, "-o", "dag.py")
    printed = run("export", "airflow", "--plan", plan, "-o", "-")

    assert (done.code, (tmp_path / "dag.py").read_text(encoding="utf-8")) == (0, wanted)
    assert (printed.code, printed.out, printed.err) == (0, wanted, "")


def test_what_can_not_be_exported_leaves_the_file_as_it_was(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text("pattern: continuous\nworkflow: w\n", encoding="utf-8")
    (tmp_path / "dag.py").write_text("before", encoding="utf-8")

    done = run("export", "airflow", "-o", "dag.py")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: pattern: continuous can't be exported: a DAG run has to end\n"
        "  use a DAG with a schedule; master-child, dynamic, dag, flow and fan-out can be exported\n"
    )
    assert (tmp_path / "dag.py").read_text(encoding="utf-8") == "before"


def test_it_loads_neither_templates_nor_clients():
    assert imported_by("export", "airflow", "-o", "-") & {"boto3", "cfnlint", "troposphere", "airflow"} == set()
