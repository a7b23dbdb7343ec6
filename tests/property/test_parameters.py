"""Each job run receives the arguments that an oracle of a few lines computes, whatever the plan and the input are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.naming import name_jobs_parameter, name_parameter_default
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.plan.names import find_code_fault
from sfnorch.simulator.run import simulate

pytestmark = pytest.mark.slow

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["{% $x %}", "${AWS::Region}", "{{resolve:ssm:x}}", '{"a": 1}', "'; drop table x; --", "$(rm -rf /)", "\n", "null"]
)
PLAIN = TEXTS.filter(lambda text: not find_code_fault(text))
DEPLOYED = st.text("abc /-,.'$", max_size=6).filter(lambda text: "${" not in text)
DATES = st.dates(date(2020, 1, 1), date(2040, 12, 31)).map(date.isoformat)
WORDS = st.sampled_from(["today", "yesterday", "month_start"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "integer": st.integers(-(10**9), 10**9),
    "boolean": st.booleans(),
    "date": DATES | WORDS,
}
PLANNED = {**VALUES, "string": PLAIN}
AT_DEPLOY = {**VALUES, "string": DEPLOYED}
JOBS = ("a", "b", "c")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
KEYS = st.sampled_from(["--x", "--y", "--z"])
EXPRESSIONS = {
    "{% $params.p0 %}": lambda scope: scope["params"]["p0"],
    "{% $params.p1 & '/' & $run.date %}": lambda scope: scope["params"]["p1"] + "/" + scope["date"],
    "{% $child & ' ' & $thread & ' ' & $environment %}": lambda scope: f"{scope['child']} {scope['thread']} dev",
    "{% $run.attempt * 2 %}": lambda scope: "2",
    "{% null %}": lambda scope: None,
}


@st.composite
def _runs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a plan, what is set at deployment, and an input."""
    kinds = [draw(st.sampled_from(sorted(VALUES))) for _ in range(2)]
    kinds[1] = "string"
    parameters = {f"p{n}": {"type": kind, "default": draw(PLANNED[kind])} for n, kind in enumerate(kinds)}
    arguments = st.dictionaries(KEYS, PLAIN | st.sampled_from(sorted(EXPRESSIONS)), max_size=2)
    job = st.fixed_dictionaries(
        {"name": st.sampled_from(JOBS)}, optional={"arguments": arguments, "retries": st.integers(0, 2)}
    )
    children = {
        f"child-{n}": draw(st.lists(job, min_size=1, max_size=3, unique_by=lambda each: each["name"]))
        for n in range(1, draw(st.integers(1, 2)) + 1)
    }
    listed = st.sampled_from([*JOBS, "other", "a, other"])
    given_jobs = st.lists(
        listed
        | st.fixed_dictionaries(
            {"name": listed},
            optional={"arguments": st.dictionaries(KEYS, TEXTS, max_size=2)},
        ),
        min_size=1,
        max_size=3,
    )
    thread = st.fixed_dictionaries(
        {}, optional={"arguments": st.dictionaries(KEYS, TEXTS, max_size=2), "glueJobs": given_jobs}
    )
    return {
        "parameters": parameters,
        "children": children,
        "job_states": draw(st.booleans()),
        "zone": draw(st.sampled_from(ZONES)),
        "run_id_argument": draw(st.sampled_from([None, "--run_id", "--x"])),
        "deployed": {name: draw(AT_DEPLOY[each["type"]]) for name, each in parameters.items() if draw(st.booleans())},
        "deployed_jobs": {name: draw(st.lists(st.sampled_from(JOBS), max_size=2)) for name in children},
        "params": {name: draw(VALUES[each["type"]]) for name, each in parameters.items() if draw(st.booleans())},
        "threads": [{**draw(thread), "child": name} for name in children if draw(st.booleans())],
        "at": draw(st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31))).replace(microsecond=0),
    }


def _write(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _resolve(drawn: dict[str, Any], today: date) -> dict[str, str]:
    words = {
        "today": today.isoformat(),
        "yesterday": (today - timedelta(days=1)).isoformat(),
        "month_start": today.replace(day=1).isoformat(),
    }
    found = {}
    for name, declared in drawn["parameters"].items():
        deployed = drawn["deployed"].get(name, "")
        value = drawn["params"].get(name, deployed if deployed != "" else declared["default"])
        found[name] = words.get(value, value) if declared["type"] == "date" else _write(value)
    return found


def _compute(drawn: dict[str, Any], child: str, scope: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name and the arguments of each job run of a child: the oracle."""
    planned = {job["name"]: job.get("arguments", {}) for job in drawn["children"][child]}
    thread = next((each for each in drawn["threads"] if each["child"] == child), {})
    jobs = thread.get("glueJobs") or drawn["deployed_jobs"][child] or list(planned)
    for job in jobs:
        names, own = (job, {}) if isinstance(job, str) else (job["name"], job.get("arguments", {}))
        for name in names.split(", "):
            run_id = {drawn["run_id_argument"]: scope["id"]} if drawn["run_id_argument"] else {}
            wanted = {
                key: EXPRESSIONS[text](scope) if text in EXPRESSIONS else text
                for key, text in planned.get(name, {}).items()
            }
            # a null in the plan leaves the argument out, so that the one with the ID of the run is not overridden
            wanted = {key: text for key, text in wanted.items() if text is not None}
            yield name, {**run_id, **wanted, **thread.get("arguments", {}), **own}


@settings(max_examples=35, deadline=None)
@given(_runs())
def test_the_arguments_of_every_job_run(drawn: dict[str, Any]):
    plan = {
        "pattern": "master-child",
        "timezone": drawn["zone"],
        "job_states": drawn["job_states"],
        "parameters": drawn["parameters"],
        "children": [{"name": name, "jobs": jobs} for name, jobs in drawn["children"].items()],
        **({"run_id_argument": drawn["run_id_argument"]} if drawn["run_id_argument"] else {}),
    }
    values = {name_parameter_default(name): _write(value) for name, value in drawn["deployed"].items()}
    values |= {name_jobs_parameter(name): ",".join(jobs) for name, jobs in drawn["deployed_jobs"].items()}
    moment = drawn["at"].replace(tzinfo=timezone.utc)
    given_run = {"scheduledAt": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
    run = simulate(
        render_template(build_workflow(parse_plan(yaml.safe_dump(plan, allow_unicode=True))), "cfn"),
        {"params": drawn["params"], "run": given_run, "threads": drawn["threads"]},
        parameters=values,
    )
    assert run.first.status == "SUCCEEDED", run.first.cause
    today = moment.astimezone(ZoneInfo(drawn["zone"])).date()
    described = run.first.output["run"]
    assert described == {
        "id": described["id"],
        "name": run.first.name,
        "startedAt": described["startedAt"],
        "scheduledAt": given_run["scheduledAt"],
        "date": today.isoformat(),
        "attempt": 1,
    }
    assert described["id"].startswith(f"{today.isoformat()}-")
    for number, child in enumerate(drawn["children"], 1):
        scope = {"params": _resolve(drawn, today), "date": today.isoformat(), "id": described["id"]}
        scope |= {"child": child, "thread": f"T{number}"}
        found = [(job.job, job.arguments) for job in run.job_runs if job.machine == child]
        assert found == list(_compute(drawn, child, scope))


@settings(max_examples=20, deadline=None)
@given(_runs())
def test_the_arguments_of_every_job_run_of_a_dynamic_machine(drawn: dict[str, Any]):
    (child, jobs), *_ = drawn["children"].items()
    jobs = [
        {**job, "arguments": {key: text for key, text in job.get("arguments", {}).items() if "$child" not in text}}
        for job in jobs
    ]
    thread = next(iter(drawn["threads"]), {})
    drawn = {
        **drawn,
        "children": {child: jobs},
        "deployed_jobs": {child: ["a", "other"]},
        "threads": [{**thread, "child": child}],
    }
    plan = {
        "pattern": "dynamic",
        "timezone": drawn["zone"],
        "parameters": drawn["parameters"],
        "jobs": jobs,
        **({"run_id_argument": drawn["run_id_argument"]} if drawn["run_id_argument"] else {}),
    }
    values = {name_parameter_default(name): _write(value) for name, value in drawn["deployed"].items()}
    moment = drawn["at"].replace(tzinfo=timezone.utc)
    run = simulate(
        render_template(build_workflow(parse_plan(yaml.safe_dump(plan, allow_unicode=True))), "sam"),
        {
            "params": drawn["params"],
            "run": {"scheduledAt": moment.strftime("%Y-%m-%dT%H:%M:%SZ")},
            "glueJobs": "a,other",
            **{key: value for key, value in thread.items() if key != "child"},
        },
        parameters=values,
    )
    assert run.first.status == "SUCCEEDED", run.first.cause
    today = moment.astimezone(ZoneInfo(drawn["zone"])).date()
    scope = {"params": _resolve(drawn, today), "date": today.isoformat(), "id": run.first.output["run"]["id"]}
    assert [(job.job, job.arguments) for job in run.job_runs] == list(_compute(drawn, child, scope))


@pytest.mark.parametrize(
    ("zone", "moment", "today"),
    [
        ("Europe/Berlin", "2026-03-28T22:59:59Z", "2026-03-28"),
        ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T21:59:59Z", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30"),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26"),
        ("America/New_York", "2026-03-08T04:59:59Z", "2026-03-07"),
        ("America/New_York", "2026-03-09T03:59:59Z", "2026-03-08"),
        ("America/New_York", "2026-03-09T04:00:00Z", "2026-03-09"),
        ("America/New_York", "2026-11-01T04:00:00Z", "2026-11-01"),
        ("America/New_York", "2026-11-02T04:59:59Z", "2026-11-01"),
        ("America/New_York", "2026-11-02T05:00:00Z", "2026-11-02"),
        ("Australia/Lord_Howe", "2026-04-04T12:59:59Z", "2026-04-04"),
        ("Australia/Lord_Howe", "2026-04-05T13:29:59Z", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-04-05T13:30:00Z", "2026-04-06"),
        ("Australia/Lord_Howe", "2026-10-04T12:59:59Z", "2026-10-04"),
        ("Australia/Lord_Howe", "2026-10-04T13:00:00Z", "2026-10-05"),
    ],
)
def test_the_date_of_a_run_around_the_changes_of_the_clocks(zone: str, moment: str, today: str):
    plan = parse_plan(
        f"pattern: dynamic\ntimezone: {zone}\nparameters: {{day: {{type: date, default: today}}}}\n"
        "jobs: [{name: a, arguments: {--day: '{% $params.day %}'}}]\n"
    )
    run = simulate(render_template(build_workflow(plan), "sam"), {"glueJobs": "a", "run": {"scheduledAt": moment}})
    assert [job.arguments for job in run.job_runs] == [{"--day": today}]


@pytest.mark.parametrize(
    ("zone", "date", "start"),
    [
        ("America/Havana", "2027-03-14", "2027-03-14T05:00:00.000Z"),
        ("America/Santiago", "2036-09-07", "2036-09-07T04:00:00.000Z"),
        ("Asia/Beirut", "2027-03-28", "2027-03-27T22:00:00.000Z"),
        ("Africa/Cairo", "2027-04-30", "2027-04-29T22:00:00.000Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z"),
    ],
)
def test_the_scheduled_time_of_a_date_that_begins_at_one(zone: str, date: str, start: str):
    plan = parse_plan(f"pattern: dynamic\ntimezone: {zone}\nrun_id_argument: --id\njobs: [a]\n")
    run = simulate(render_template(build_workflow(plan), "sam"), {"glueJobs": "a", "run": {"date": date}})
    assert run.first.output["run"]["scheduledAt"] == start
