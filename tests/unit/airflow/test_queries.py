"""Queries in Athena and crawlers in exported DAGs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.airflow.export import render_airflow_source
from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan


def export(plan: dict[str, Any]) -> str:
    return render_airflow_source(parse_plan(json.dumps({"name": "lake", **plan})))


def test_a_step_and_a_task_are_the_same_operators():
    query = {"sql": "select '{{ ds }}'", "database": "analytics", "output": "s3://our-results/"}
    flow = export(
        {
            "pattern": "flow",
            "steps": [
                {"name": "crawl", "crawler": "orders {{ x }}", "timeout": "2h"},
                {"name": "daily", "athena_sql": query},
            ],
        }
    )
    assert (
        """\
    crawl = GlueCrawlerOperator(
        task_id="crawl",
        config={"Name": '{{ "orders {{ x }}" }}'},
        deferrable=False,
        execution_timeout=timedelta(seconds=7200),
    )
    daily = AthenaOperator(
        task_id="daily",
        query="{{ \\"select '{{ ds }}'\\" }}",
        database="analytics",
        catalog="AwsDataCatalog",
        workgroup="primary",
        output_location="s3://our-results/",
        deferrable=True,
    )
"""
        in flow
    )
    dag = export(
        {
            "pattern": "dag",
            "tasks": [
                {"name": "crawl", "crawler": "orders"},
                {"name": "daily", "athena_sql": {"sql": "select 1"}, "needs": ["crawl"], "retries": 2},
            ],
        }
    )
    assert (
        """\
    daily = AthenaOperator(
        task_id="daily",
        query="select 1",
        database="default",
        catalog="AwsDataCatalog",
        workgroup="primary",
        deferrable=True,
        retries=2,
        retry_delay=timedelta(seconds=30),
    )
"""
        in dag
    )


@pytest.mark.parametrize(("pattern", "key"), [("flow", "steps"), ("dag", "tasks")])
def test_values_of_question_marks_are_not_supported(pattern: str, key: str):
    step = {"name": "daily", "athena_sql": {"sql": "select ?", "parameters": [1]}}
    with pytest.raises(SfnorchError) as error:
        export({"pattern": pattern, key: [step]})
    assert error.value.message == f"{key}: daily: Airflow does not support parameters of a query in Athena"
