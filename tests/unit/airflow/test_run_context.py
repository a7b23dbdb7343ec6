"""Parameters, dates, overlap and starts in exported DAGs: expressions, and what can't be exported."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from sfnorch.airflow.export import render_airflow_source
from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan
from tests.dag_file import DagFile, run_file

PARAMETERS = {"day": {"type": "date", "default": "today"}, "mode": {"default": "full"}, "text": {"required": False}}


def export(plan: dict[str, Any]) -> DagFile:
    return run_file(render_airflow_source(parse_plan(json.dumps({"name": "etl", **plan}))))


def faults_of(plan: dict[str, Any]) -> list[str]:
    with pytest.raises(SfnorchError) as told:
        export(plan)
    return told.value.message.splitlines()


def chains(*arguments: str, **more: Any) -> dict[str, Any]:
    """A plan with a job for each argument."""
    jobs = [{"name": f"j{n}", "arguments": {"--a": text}} for n, text in enumerate(arguments, 1)]
    children = [{"name": "orders", "jobs": jobs or ["j1"]}]
    return {"pattern": "master-child", "parameters": PARAMETERS, "children": children, **more}


@pytest.mark.parametrize(
    ("written", "template"),
    [
        ("{% $params.day %}", '{{ plan_params(dag_run, params)["day"] | text }}'),
        ("{% $run.id %}", '{{ plan_run(dag_run)["id"] | text }}'),
        ("{% $string($params.text) %}", '{{ plan_params(dag_run, params)["text"] | text }}'),
        ("{% 'a' %}", '{{ ("a") | text }}'),
        ("{% $environment %}", '{{ params["environment"] | text }}'),
        ("{% $child & '-' & $run.date %}", '{{ ("orders" | text ~ "-" ~ plan_run(dag_run)["date"] | text) | text }}'),
        (
            '{% "a & \\" b" & $states.context.Execution.Name & \'c & "d"\' %}',
            '{{ ("a & \\" b" ~ run_id | text ~ "c & \\"d\\"") | text }}',
        ),
    ],
)
def test_expressions_become_templates(written: str, template: str):
    made = run_file(render_airflow_source(parse_plan(json.dumps(chains(written)))))

    assert made.tasks["orders.j1"]["script_args"] == {"--a": template}
    assert set(made.settings["user_defined_macros"]) - {"plan_params"} == {"plan_run"}
    assert ("plan_params" in made.settings["user_defined_macros"]) == ("plan_params(" in template)
    assert made.tasks["notify"]["message"].endswith(
        'Run: {{ plan_run(dag_run)["id"] }}, date {{ plan_run(dag_run)["date"] }}'
    )
    assert set(made.settings["user_defined_filters"]) == {"text"}


def test_every_expression_that_airflow_can_not_say_is_named():
    written = (
        "{% $uppercase($params.mode) %}",
        "{% $run.attempt %}",
        "{% $thread %}",
        "{% $params.text %}",
        "{% $params.mode & 1 %}",
        "{% $params.mode & ('a' & 'b') %}",
        "{% $run.date > '2026-01-01' ? 'a' : 'b' %}",
    )

    assert faults_of(chains(*written)) == [
        "children: orders: j1: Airflow does not support {% $uppercase($params.mode) %}",
        "children: orders: j2: Airflow does not support $run.attempt",
        "children: orders: j3: Airflow does not support $thread",
        "children: orders: j4: Airflow does not support --a without a value: give the parameter text a default",
        "children: orders: j5: Airflow does not support {% $params.mode & 1 %}",
        "children: orders: j6: Airflow does not support {% $params.mode & ('a' & 'b') %}",
        "children: orders: j7: Airflow does not support {% $run.date > '2026-01-01' ? 'a' : 'b' %}",
    ]
    jobs = [{"name": "a", "arguments": {"--x": "{% $thread %}"}}]
    assert faults_of({"pattern": "dynamic", "jobs": jobs}) == ["jobs: a: Airflow does not support $thread"]
    tasks = [{"name": "a", "lambda": "f", "input": {"x": "{% $run.attempt %}"}}]
    assert faults_of({"pattern": "dag", "tasks": tasks}) == ["tasks: a: Airflow does not support $run.attempt"]
    steps = [{"name": "a", "glue_job": "f", "arguments": {"--x": "{% $run.attempt %}"}}]
    assert faults_of({"pattern": "flow", "steps": steps}) == ["steps: a: Airflow does not support $run.attempt"]


def test_the_other_patterns_have_the_same_expressions():
    given = {"parameters": PARAMETERS, "run_id_argument": "--run"}
    run_id, day = '{{ plan_run(dag_run)["id"] | text }}', '{{ plan_params(dag_run, params)["day"] | text }}'
    tasks = [
        {"name": "a", "glue_job": "x", "arguments": {"--day": "{% $params.day %}", "--task": "{% $task %}"}},
        {"name": "b", "lambda": "f", "input": {"day": "{% $params.day %}"}},
    ]
    dag = export({"pattern": "dag", "tasks": tasks, **given})
    assert dag.tasks["a"]["script_args"] == {"--run": run_id, "--day": day, "--task": '{{ "a" | text }}'}
    assert dag.tasks["b"]["payload"] == '{{ {"day": plan_params(dag_run, params)["day"]} | tojson }}'

    steps = [
        {"name": "a", "glue_job": "x", "arguments": {"--day": "{% $params.day %}"}},
        {"name": "b", "lambda": "f"},
        {"name": "c", "lambda": "f", "input": {"x": "{% $input.x %}", "all": "{% $params %}"}},
        {"name": "d", "notify": {"subject": "{% 'loaded ' & $params.day %}", "message": "m"}},
    ]
    flow = export({"pattern": "flow", "steps": steps, **given})
    assert flow.tasks["a"]["script_args"] == {"--run": run_id, "--day": day}
    assert flow.tasks["b"]["payload"] == "{{ dict(plan_input(dag_run) or {}) | tojson }}"
    everything = '{"x": plan_input(dag_run)["x"], "all": plan_params(dag_run, params)}'
    assert flow.tasks["c"]["payload"] == f"{{{{ {everything} | tojson }}}}"

    jobs = [{"name": "a", "arguments": {"--day": "{% $params.day %}"}}]
    names = export({"pattern": "dynamic", "jobs": jobs, **given}).names
    assert names["SETTINGS"] == {"a": {"script_args": {"--run": run_id, "--day": day}}}
    assert names["OTHER_SETTINGS"] == {"script_args": {"--run": run_id}}


def test_params_that_a_dag_can_not_have():
    taken = {"environment": {"default": "x"}, "orders_jobs": {"default": "y"}, "must": {}}

    assert faults_of(chains(parameters=taken, schedule="rate(1 day)")) == [
        "parameters: environment: the DAG has another param of this name; choose another name",
        "parameters: orders_jobs: the DAG has another param of this name; choose another name",
        "parameters: must: a DAG with a schedule requires a default for each param; add a default",
    ]
    param = export(chains(parameters={"must": {"type": "integer"}})).settings["params"]["must"]
    assert (param.given, param.named) == ((), {"type": "integer"})


def test_starts_and_overlap_that_a_dag_does_not_have():
    starts = [
        {"name": "new-files", "s3": {"bucket": "our-landing-zone"}},
        {"name": "ready", "event": {"source": ["our.shop"]}},
        {"name": "nightly", "schedule": "rate(1 day)"},
    ]
    assert faults_of(chains(schedule="rate(1 hour)", starts=starts, overlap="skip")) == [
        "overlap: Airflow does not support skip: runs wait, or run at the same time",
        "starts: new-files: Airflow does not support starts by objects in S3",
        "starts: ready: Airflow does not support starts by events of EventBridge",
        "starts: a DAG has one schedule, and the plan has 2: schedule, starts: nightly",
    ]
    per = {"mode": "wait", "per": "mode"}
    assert faults_of(chains(overlap=per)) == ["overlap: Airflow does not support per: runs with other values wait too"]
    assert "max_active_runs" not in export(chains(overlap="allow")).settings


def test_a_plan_without_expressions_and_messages_has_no_macros():
    made = export(chains(parameters={}, backfill=True, overlap={"mode": "wait"}, notify="never"))

    assert "user_defined_macros" not in made.settings
    assert "plan_run" not in made.names
    assert (made.settings["catchup"], made.settings["max_active_runs"]) == (False, 1)


def test_the_parameters_of_a_schedule_are_those_of_scheduled_runs():
    start = {"name": "nightly", "schedule": "cron(0 3 * * ? *)", "params": {"mode": "delta", "day": "yesterday"}}
    made = export(chains("{% $params.mode %}", starts=[start], timezone="America/New_York"))

    assert made.settings["schedule"].given == ("0 3 * * *",)
    due = made.names["datetime"](2026, 3, 9, 3, tzinfo=made.names["timezone"].utc)
    run = {"dag_id": "etl", "run_id": "r", "data_interval_end": due, "start_date": due}
    params = {"day": "month_start", "mode": "full", "text": None, "environment": "dev"}

    def resolve(run_type: str, conf: dict[str, Any] | None) -> Any:
        return made.names["plan_params"](SimpleNamespace(**run, run_type=run_type, conf=conf), params)

    assert resolve("manual", None) == {"day": "2026-03-01", "mode": "full", "text": None}
    assert resolve("scheduled", {}) == {"day": "2026-03-07", "mode": "delta", "text": None}
    assert resolve("scheduled", {"mode": "x"}) == {"day": "2026-03-07", "mode": "x", "text": None}
