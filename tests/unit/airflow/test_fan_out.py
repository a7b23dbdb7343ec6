"""The DAGs of fan-outs: what is written, and what can't be."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from jsonata.utils import Utils

from sfnorch.airflow.conditions import convert_condition
from sfnorch.airflow.export import render_airflow_source
from sfnorch.airflow.readable_item import ReadableItem
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.errors import SfnorchError
from sfnorch.evaluation.budget import Budget
from sfnorch.evaluation.engine import Engine
from sfnorch.plan.load import parse_plan
from tests.airflow.conditions import CONDITIONS, ITEMS
from tests.dag_file import DagFile, run_file

PLAN: dict[str, Any] = {"pattern": "fan-out", "name": "etl", "items": ["a", "b"], "jobs": ["extract", "load"]}


def export(**keys: Any) -> DagFile:
    return run_file(render_airflow_source(parse_plan(json.dumps({**PLAN, **keys}))))


def faults_of(**keys: Any) -> list[str]:
    with pytest.raises(SfnorchError) as told:
        export(**keys)
    return told.value.message.splitlines()


def test_the_chain_is_mapped_over_the_items():
    made = export(max_concurrency=7)

    assert [*made.tasks] == ["items", "item.extract", "item.load", "outcomes", "notify", "done"]
    assert made.edges == {
        ("items", "item"),
        ("item.extract", "item.load"),
        ("item", "outcomes"),
        ("outcomes", "notify"),
        ("notify", "done"),
    }
    job = made.tasks["item.load"]
    assert (job["job_name"], job["map_index_template"]) == ("load", "{{ task.item_name[:250] }}")
    assert (job["deferrable"], job["weight_rule"]) == (False, "upstream")
    assert made.settings["max_active_tasks"] == 7


def test_jobs_with_the_names_of_the_file_have_variables_of_their_own():
    names = ["items", "item", "chain", "chains", "conf", "outcomes", "items", "item_job", "csv"]

    made = export(jobs=names)

    assert [task["job_name"] for task in made.tasks.values() if "job_name" in task] == names
    assert "item.items_2" in made.tasks


def test_a_pool_lets_jobs_wait_without_a_worker():
    text = render_airflow_source(parse_plan(json.dumps(PLAN))).replace("POOL = None", 'POOL = "glue"')

    job = run_file(text).tasks["item.load"]

    assert (job["deferrable"], job["pool"]) == (True, "glue")


def test_all_that_airflow_can_not_do_is_told_at_once():
    job = {"name": "load", "arguments": {"--n": "{% $item.n + 1 %}"}}
    told = faults_of(
        items={"object": {"bucket": "landing", "key": "manifest.json", "format": "manifest"}},
        tolerated_failures="5%",
        item_name="{% $uppercase($item) %}",
        select="{% $item.n in [1, 2] %}",
        jobs=["extract", job],
    )

    assert told == [
        "tolerated_failures: Airflow does not support a limit of failures: all items run",
        "items: Airflow does not support the manifest of an inventory; use a listing, or an object with a list",
        "item_name: Airflow does not support {% $uppercase($item) %}",
        "select: Airflow does not support {% $item.n in [1, 2] %}",
        "jobs: load: Airflow does not support {% $item.n + 1 %}",
    ]


def test_items_of_the_input_and_a_schedule_contradict_each_other():
    assert faults_of(items="input", schedule="rate(1 day)") == [
        "items: input: a DAG with a schedule requires a default for each param; use another source of items"
    ]
    assert faults_of(items="input", parameters={"items": {"type": "string"}}) == [
        "parameters: items: the DAG has another param of this name; choose another name"
    ]


@pytest.mark.parametrize(
    "select",
    [
        "$item.a = $item.b",
        "$item.a[0] = 1",
        "$item[a = 1].b",
        "$not($not($item.a))",
        "$count($item.a) > 1",
        "$item.a ~> $not",
        "$boolean()",
        "'x'",
        "$item.keys = 1",
        "($item.a; $item.b)",
        "$item.a = {'b': 1}",
    ],
)
def test_other_conditions_are_told(select: str):
    (told,) = faults_of(select=f"{{% {select} %}}")
    assert told.startswith("select: Airflow does not support ")


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.jsonata)
def test_a_condition_selects_in_airflow_what_it_selects_in_step_functions(condition: Any):
    find = ReadableItem(ReadableRun(parse_plan(json.dumps(PLAN)))).find_source
    selected = [_evaluate(condition.jsonata, item) for item in ITEMS]

    assert convert_condition(f"{{% {condition.jsonata} %}}", find) == condition.jinja
    assert [index for index, is_selected in enumerate(selected) if is_selected] == condition.selected


def _evaluate(code: str, item: Any) -> bool:
    """Whether the state machine selects the item."""
    return Utils.convert_nulls(Engine().run(f"$boolean({code}) = true", {"item": item}, Budget(10_000))) is True


@pytest.mark.parametrize(
    ("key", "text", "items"),
    [
        ("a.json", '\ufeff[1, {"a": null}]', [1, {"a": None}]),
        ("a.json", '{"x": 1, "y": [2]}', [1, [2]]),
        ("a.jsonl", '{"a": 1}\n\n"b"\r\n', [{"a": 1}, "b"]),
        ("a.csv", 'a,b\n1,"2,""3"""\n\n4\n5,6,7\n', [{"a": "1", "b": '2,"3"'}, {"a": "4", "b": ""}, {"a": "5", "b": "6"}]),
        ("a.csv", "", []),
    ],
)  # fmt: skip
def test_objects_are_read_as_step_functions_reads_them(key: str, text: str, items: list[Any]):
    made = export(items={"object": {"bucket": "landing", "key": key}})
    calls: list[dict[str, str]] = []

    def get_object(**named: str) -> dict[str, Any]:
        calls.append(named)
        return {"Body": io.BytesIO(text.encode())}

    made.names["S3Hook"] = lambda: SimpleNamespace(conn=SimpleNamespace(get_object=get_object))

    assert made.names["read_items"](made.tasks["items"]["op_kwargs"]) == items
    assert calls == [{"Bucket": "landing", "Key": key}]


def test_columns_with_the_same_name_are_refused():
    made = export(items={"object": {"bucket": "landing", "key": "a.csv"}})

    with pytest.raises(Exception, match="two columns of the CSV have the same name"):
        made.names["parse_items"]("a,a\n1,2\n")
