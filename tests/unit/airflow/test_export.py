"""What can't be exported, each with all that is said of it."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from sfnorch.airflow.export import render_airflow_source
from sfnorch.aws.links import build_logs_link
from sfnorch.errors import SfnorchError
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from tests.dag_file import reformatted, run_file
from tests.golden.artifacts import AIRFLOW, starter_plan

FLOW = """\
pattern: flow
steps:
  - {name: a, lambda: f, save_as: a, retry: {errors: [X]}}
  - {name: b, lambda: f, input: {n: '{% $a.n + 1 %}'}, retry: {backoff_rate: 1.5}, save_as: b}
  - {name: c, wait: '{% $a.seconds %}'}
  - {name: d, state_machine: m, save_as: d}
  - {name: e, lambda: f, on_error: {then: continue}, input: {d: '{% $d %}'}}
  - name: f
    for_each: {items: [1, 2, 3], concurrency: 2, steps: [{name: g, glue_job: x}]}
  - name: h
    for_each: {items: '{% $a.items %}', steps: [{name: i, glue_job: x}]}
  - name: j
    for_each: {items: [{x: 1}], steps: [{name: k, glue_job: x, arguments: {--y: '{% $item.y %}'}, save_as: k}]}
    save_as: j
  - {name: l, parallel: [[{name: m, glue_job: x, save_as: m}]], retry: 1, save_as: l}
  - {name: n, glue_job: x, arguments: {--l: '{% $l.m %}', --t: '{% $states.context.State.Name %}'}, save_as: n}
  - {name: o, notify: {subject: s, message: '{% $n.seconds %}'}}
  - {name: p, notify: {subject: '{% $input.items %}', message: m}}
"""


def test_the_committed_files_stand_as_ruff_lays_them_out_and_make_tasks():
    texts = [file.read_text(encoding="utf-8") for file in AIRFLOW.glob("*_dag.py")]

    assert len(texts) == 11
    assert reformatted(texts) == []
    assert all(run_file(text).tasks for text in texts)


def test_every_step_that_airflow_can_not_say_is_named():
    with pytest.raises(SfnorchError) as told:
        render_airflow_source(parse_plan(FLOW))

    assert told.value.message.splitlines() == [
        "steps: a: Airflow does not support retry for selected errors: Airflow retries after every error or never",
        "steps: b: Airflow does not support retry with a backoff_rate other than 1 and 2",
        "steps: c: Airflow does not support wait for a duration that is computed during the run",
        "steps: e: Airflow does not support what d saved",
        "steps: e: Airflow does not support on_error",
        "steps: f: Airflow does not support for_each with concurrency or stop_at_failure",
        "steps: h: Airflow does not support for_each with items that are not in the plan",
        "steps: k: Airflow does not support a path into an item without y",
        "steps: l: Airflow does not support retry of a group: it retries tasks only",
        "steps: n: Airflow does not support what l saved",
        "steps: o: Airflow does not support values of n other than its job and runId",
        "steps: p: Airflow does not support the key items, which is a method in Python",
    ]
    assert (
        told.value.hint == "move these steps into a state machine, and start it from the DAG with a step state_machine"
    )


def test_a_loop_has_no_dag():
    with pytest.raises(SfnorchError) as told:
        render_airflow_source(starter_plan("continuous"))

    assert told.value.message == "pattern: continuous can't be exported: a DAG run has to end"


def test_the_names_of_a_lists_jobs_are_those_that_the_plan_allows():
    plan = parse_plan("pattern: dynamic\nallowed_jobs: [etl-*, a.b]\njobs: [clean]\n")

    assert '"pattern": "^(clean|etl\\\\-.*|a\\\\.b)$"' in render_airflow_source(plan)


def task(step: str) -> dict[str, Any]:
    """What the task of the step `a` is made with."""
    return run_file(render_airflow_source(parse_plan(f"pattern: flow\nsteps:\n- {step}\n"))).tasks["a"]


def test_no_text_is_the_name_of_a_file_with_sql():
    sql = "{sql: 'select :p from a.sql', database: d.sql, cluster: c, db_user: u, parameters: {p: x.sql}}"

    assert task(f"{{name: a, redshift_sql: {sql}}}") == {
        "operator": "RedshiftDataOperator",
        "task_id": "a",
        "sql": '{{ "select :p from a.sql" }}',
        "parameters": [{"name": "p", "value": '{{ "x.sql" }}'}],
        "database": '{{ "d.sql" }}',
        "cluster_identifier": "c",
        "db_user": "u",
        "deferrable": True,
    }


def test_a_timeout_holds_for_what_is_deferred():
    machine = task("{name: a, state_machine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:m', timeout: 50s}")
    statement = task("{name: a, redshift_sql: {sql: x, database: d, cluster: c}, timeout: 1h}")

    assert (machine["waiter_delay"], machine["waiter_max_attempts"], "execution_timeout" in machine) == (30, 2, False)
    assert (statement["deferrable"], str(statement["execution_timeout"])) == (False, "1:00:00")


@pytest.mark.parametrize(
    ("region", "name"), [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
)
def test_a_state_machine_is_looked_for_in_the_partition_of_its_region(region: str, name: str):
    arn = task("{name: a, state_machine: m}")["state_machine_arn"]
    variables = SimpleNamespace(value=SimpleNamespace(aws_region=region, aws_account_id="123456789012"))
    # these expressions of Jinja are Python's as well
    filled = re.sub(r"\{\{ (.*?) \}\}", lambda code: eval(code[1], {"var": variables}), arn)  # noqa: S307
    assert filled == f"arn:{name}:states:{region}:123456789012:stateMachine:m"


def test_line_ends_are_the_users():
    made = task('{name: a, glue_job: x, arguments: {--a: "one\\n", --b: "a\\r\\nb"}}')

    assert made["script_args"] == {"--a": '{{ "one\\n" }}', "--b": '{{ "a\\r\\nb" }}'}


def test_groups_within_each_other_whose_names_are_too_long():
    step: dict[str, Any] = {"name": "a" * 50, "glue_job": "x"}
    for letter in "bcde":
        step = {"name": letter * 50, "parallel": [[step]]}

    with pytest.raises(SfnorchError) as told:
        render_airflow_source(parse_plan(json.dumps({"pattern": "flow", "steps": [step]})))

    assert told.value.message == (
        f"steps: {'a' * 50}: Airflow does not support nested groups whose names have more than 250 characters in all"
    )


def test_what_string_makes_a_text_stays_one_within_an_input():
    made = task("{name: a, lambda: f, input: {text: '{% $string($input.n) %}', number: '{% $input.n %}'}}")

    wanted = '{"text": (dag_run.conf["n"] | text), "number": dag_run.conf["n"]}'
    assert made["payload"] == f"{{{{ {wanted} | tojson }}}}"


@pytest.mark.parametrize(
    ("partition", "region", "log_group"),
    [
        ("aws", "eu-west-1", "/aws-glue/jobs-etl-kms"),
        ("aws-cn", "cn-north-1", "/etl/#1/"),
        ("aws-us-gov", "us-gov-west-1", None),
    ],
)
def test_a_job_runs_log_is_where_the_run_says_as_in_every_other_message(
    partition: str, region: str, log_group: str | None
):
    names = run_file(render_airflow_source(build_default_plan())).names
    glue = SimpleNamespace(meta=SimpleNamespace(region_name=region, partition=partition))
    run = {"Id": "jr_1", **({"LogGroupName": log_group} if log_group else {})}

    arn = f"arn:{partition}:states:{region}:123456789012:execution:m:n"
    assert names["logs_of"](glue, run) == build_logs_link(arn, "jr_1", log_group or "")


def test_a_child_that_is_a_fan_out_is_refused():
    with pytest.raises(SfnorchError) as told:
        render_airflow_source(
            parse_plan("{pattern: master-child, children: [{jobs: [a]}, {name: tables, items: [a], jobs: [b]}]}")
        )
    assert told.value.message == "children: tables can't be exported: a child with items is not a chain of tasks"
    assert told.value.hint == "put the items into a separate plan, and export the other children"
