"""Runs with parameters and dates, played through in every pattern."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import yaml

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

PARAMETERS = """
timezone: Europe/Berlin
run_id_argument: --run_id
parameters:
  day: {type: date, default: yesterday}
  table: {default: orders}
"""
ARGUMENTS = "{--day: '{% $params.day %}', --table: '{% $params.table %}'}"
PLANS = {
    "master-child": f"children: [{{jobs: [{{name: load, arguments: {ARGUMENTS}}}]}}]",
    "master-child in a map": f"job_states: false\nchildren: [{{jobs: [{{name: load, arguments: {ARGUMENTS}}}]}}]",
    "dynamic": f"jobs: [{{name: load, arguments: {ARGUMENTS}}}]",
    "dag": f"tasks: [{{name: load, glue_job: load, arguments: {ARGUMENTS}}}]",
    "flow": f"steps: [{{name: load, glue_job: load, arguments: {ARGUMENTS}}}]",
}
RUN = {"id": "r-1", "scheduledAt": "2026-03-29T22:30:00Z"}
DATE = "2026-03-30"


def play(pattern: str, given: dict[str, Any], behaviour: Behaviour | None = None, **parameters: str) -> Run:
    text = f"pattern: {pattern.split()[0]}\n{PARAMETERS}{PLANS[pattern]}\n"
    more = {"glueJobs": ["load"]} if pattern == "dynamic" else {}
    template = render_template(build_workflow(parse_plan(text)), "sam")
    return simulate(template, {**more, **given}, behaviour, parameters=parameters)


@pytest.mark.parametrize("pattern", PLANS)
@pytest.mark.parametrize(
    ("given", "at_deploy", "day", "table"),
    [
        ({}, {}, "2026-03-29", "orders"),
        ({}, {"DayDefault": "month_start", "TableDefault": "items"}, "2026-03-01", "items"),
        ({"day": "2026-01-31"}, {"DayDefault": "today", "TableDefault": "items"}, "2026-01-31", "items"),
        ({"day": "today", "table": "x"}, {"DayDefault": "2026-01-01"}, DATE, "x"),
    ],
)
def test_a_parameter_is_bound_three_times(
    pattern: str, given: dict[str, str], at_deploy: dict[str, str], day: str, table: str
):
    run = play(pattern, {"params": given, "run": RUN}, **at_deploy)
    assert run.first.status == "SUCCEEDED"
    wanted = {"--run_id": "r-1", "--day": day, "--table": table}
    assert [job.arguments for job in run.job_runs] == [wanted]
    assert run.first.output["run"] == {
        **RUN,
        "name": run.first.name,
        "startedAt": "2026-01-01T00:00:00.000Z",
        "date": DATE,
        "attempt": 1,
    }


INJECTED = [
    "{% $states.context %}",
    "${AWS::AccountId}",
    "{{resolve:secretsmanager:x}}",
    '{"a": ["b"], "c": null}',
    "'; drop table orders; --",
    "$(touch /tmp/x) `id` && rm -rf / #",
    'quote " backslash \\ line\nline\ttab',
    "\u0007 \u202e 日本語 🙂",
    "null",
    "",
]


@pytest.mark.parametrize("pattern", PLANS)
@pytest.mark.parametrize("text", INJECTED)
def test_the_text_of_a_parameter_arrives_unchanged(pattern: str, text: str):
    run = play(pattern, {"params": {"table": text}})
    assert [job.arguments["--table"] for job in run.job_runs] == [text]


@pytest.mark.parametrize("pattern", PLANS)
def test_a_long_text_arrives_unchanged(pattern: str):
    text = "x" * 100_000
    run = play(pattern, {"params": {"table": text}})
    assert [job.arguments["--table"] for job in run.job_runs] == [text]


@pytest.mark.parametrize("pattern", PLANS)
def test_an_invalid_parameter_ends_the_run_before_anything_runs(pattern: str):
    run = play(pattern, {"params": {"day": "2026-02-30", "tabel": "x"}})
    assert (run.first.status, run.first.error, run.job_runs) == ("FAILED", "InvalidInput", [])
    assert run.first.cause == (
        "the parameter day must be a date, YYYY-MM-DD, or today, yesterday or month_start; got 2026-02-30; "
        "unknown parameter tabel; the parameters are: day, table"
    )
    told = [message for message in run.messages if not message.sender.startswith("alarm")]
    assert [message.subject for message in told] == ["[dev] stack: invalid parameters"] * (pattern != "dynamic")


@pytest.mark.parametrize("pattern", [name for name in PLANS if not name.endswith("map")])
def test_the_id_of_a_run_is_readable_and_in_its_messages(pattern: str):
    run = play(pattern, {}, Behaviour(faults=[Fault(job="load", message="broken")]))
    digest = hashlib.sha256(run.first.arn.encode()).hexdigest()[:8]
    assert [job.arguments["--run_id"] for job in run.job_runs] == [f"2026-01-01-{digest}"]
    told = [message.message for message in run.messages if not message.sender.startswith("alarm")]
    assert [f"(dev, run 2026-01-01-{digest})" in text for text in told] == [True] * len(told)
    assert len(told) == (pattern != "dynamic")


def test_a_child_without_a_run_is_refused():
    text = f"pattern: master-child\n{PARAMETERS}{PLANS['master-child']}\n"
    run = simulate(render_template(build_workflow(parse_plan(text)), "sam"), {}, machine="child-1")
    assert (run.first.error, run.job_runs) == ("InvalidInput", [])
    assert run.first.cause == (
        "The input has no run and params, which the main state machine passes on. Start that one, and select this part "
        "of it with sfnorch run --only"
    )


def test_patterns_and_types_of_parameters():
    plan = {
        "pattern": "dynamic",
        "parameters": {
            "s": {"pattern": "[a-z/]+|x", "default": "a/b"},
            "empty": {"pattern": "[a-z]*", "default": ""},
            "i": {"type": "integer", "default": 1},
            "b": {"type": "boolean", "default": True},
            "e": {"type": "enum", "values": [1, "two"], "default": "two"},
            "t": {"type": "timestamp", "default": "scheduled_time"},
            "o": {"required": False},
        },
        "jobs": [
            {"name": "a", "arguments": {f"--{name}": f"{{% $params.{name} %}}" for name in ("s", "i", "b", "e", "o")}}
        ],
    }
    template = render_template(build_workflow(parse_plan(yaml.safe_dump(plan, sort_keys=False))), "sam")

    def find(**params: Any) -> Any:
        run = simulate(template, {"glueJobs": "a", "params": params})
        return run.first.cause or run.job_runs[0].arguments

    assert find() == {"--s": "a/b", "--i": "1", "--b": "true", "--e": "two"}
    assert find(s="x", i="-20", b="false", e="1", o="") == {
        "--s": "x",
        "--i": "-20",
        "--b": "false",
        "--e": "1",
        "--o": "",
    }
    assert find(s="xa1") == "the parameter s must be text that matches [a-z/]+|x; got xa1"
    assert find(s="a\n") == "the parameter s must be text that matches [a-z/]+|x; got a\n"
    assert find(empty="A") == "the parameter empty must be text that matches [a-z]*; got A"
    assert find(i="01", b=1, e=2, t="2026-01-01") == (
        "the parameter i must be a whole number of at most 15 digits; got 01; the parameter b must be true or false; got 1; "
        'the parameter e must be one of [1,"two"]; got 2; '
        "the parameter t must be a timestamp such as 2026-01-31T03:00:00Z, or scheduled_time; got 2026-01-01"
    )


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({"glueJobs": "a, b"}, [{"--p": "1"}, {}]),
        ({"glueJobs": ["a", {"name": " a ", "arguments": {"--q": "3"}}]}, [{"--p": "1"}, {"--p": "1", "--q": "3"}]),
        (
            {"glueJobs": [{"name": "a", "arguments": {"--p": "2"}}, "b,c"], "arguments": {"--p": "0", "--z": ""}},
            [{"--p": "2", "--z": ""}, {"--p": "0", "--z": ""}, {"--p": "0", "--z": ""}],
        ),
    ],
)
@pytest.mark.parametrize("pattern", ["dynamic", "master-child"])
def test_arguments_of_a_thread_and_of_a_job(pattern: str, given: dict[str, Any], arguments: list[dict[str, str]]):
    jobs = [{"name": "a", "arguments": {"--p": "1"}}]
    plan = (
        {"pattern": pattern, "jobs": jobs}
        if pattern == "dynamic"
        else {"pattern": pattern, "children": [{"jobs": jobs}]}
    )
    whole = given if pattern == "dynamic" else {"threads": [{"threadId": "T1", **given}]}
    run = simulate(render_template(build_workflow(parse_plan(json.dumps(plan))), "sam"), whole)
    assert [job.arguments for job in run.job_runs] == arguments


@pytest.mark.parametrize(
    "given",
    [
        {"arguments": {"x": "1"}},
        {"arguments": {"--x": 1}},
        {"arguments": ["--x"]},
        {"glueJobs": [{"name": "a", "arguments": {"--x": None}}]},
        {"glueJobs": [{"name": 1}]},
        {"glueJobs": [{"arguments": {"--x": "1"}}]},
        {"glueJobs": [{"name": "a", "arguments": "x"}]},
    ],
)
@pytest.mark.parametrize("pattern", ["dynamic", "master-child"])
def test_wrong_arguments_of_a_thread_run_nothing(pattern: str, given: dict[str, Any]):
    whole = {"glueJobs": ["a"], **given} if pattern == "dynamic" else {"threads": [{"threadId": "T1", **given}]}
    run = simulate(render_template(build_workflow(parse_plan(f"pattern: {pattern}\n")), "sam"), whole)
    assert (run.first.error, run.job_runs) == ("InvalidInput", [])


def test_a_task_of_a_run_that_began_before_an_update_of_the_stack():
    text = "pattern: dag\ntasks: [{name: a, glue_job: a}, {name: b, glue_job: b, needs: [a]}]\n"
    given = {"task": "b", "run": "arn:aws:states:us-east-1:123456789012:execution:etl-master:1", "done": []}
    run = simulate(render_template(build_workflow(parse_plan(text)), "sam"), given, machine="task")
    assert [(job.job, job.status) for job in run.job_runs] == [("a", "SUCCEEDED"), ("b", "SUCCEEDED")]


def test_the_message_of_a_task_says_why_its_expression_failed():
    text = (
        "pattern: dag\nparameters: {day: {default: today}}\n"
        "tasks: [{name: a, glue_job: a, arguments: {--day: \"{% $error('no ' & $params.day) %}\"}}]\n"
    )
    run = simulate(render_template(build_workflow(parse_plan(text)), "sam"), {})
    (failed,) = run.first.output["tasks"]
    assert (failed["error"], failed["message"]) == ("States.QueryEvaluationError", "D3137: no today")
