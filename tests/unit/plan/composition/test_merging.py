"""Each rule by which an environment and defaults change a plan, with the whole effective plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.plan.composition.compose import Composition, compose_plan
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.read import parse_document

CHILDREN = """\
pattern: master-child
schedule: rate(1 day)
tags: {team: data, cost: etl}
children:
- name: orders
  jobs:
  - extract
  - {name: clean, retries: 1, arguments: {--mode: full, --db: raw}}
- jobs: [load]
- jobs: [report, clean]
"""
DYNAMIC = """\
pattern: dynamic
jobs: [a, {name: b, retries: 1}]
allowed_jobs: [b, etl-*, '*']
"""
TASKS = """\
pattern: dag
starts: [{name: late, schedule: rate(2 days)}]
tasks:
- {name: a, glue_job: load-a}
- {name: b, lambda: clean, needs: [a], input: {tasks: [1], keep: true, gone: 1}}
"""
STEPS = """\
pattern: flow
steps:
- name: both
  parallel:
  - - {name: a, glue_job: load-a}
  - - name: each
      for_each:
        items: [1]
        steps: [{name: c, glue_job: load-c}, {name: d, wait: 1}]
  on_error:
    steps: [{name: e, glue_job: load-a}]
"""

RULES: dict[str, tuple[str, str, str]] = {
    "mappings are merged key by key, and other values replaced": (
        CHILDREN,
        "{tags: {team: web, owner: me}, schedule: {expression: rate(2 days), timezone: null}, logging: false}",
        (
            "pattern: master-child\n"
            "schedule: {expression: rate(2 days)}\n"
            "tags: {team: web, cost: etl, owner: me}\n"
            "children: [{name: orders, jobs: [extract, {name: clean, retries: 1, arguments: {--mode: full, --db: raw}}]}, "
            "{jobs: [load]}, {jobs: [report, clean]}]\n"
            "logging: false\n"
        ),
    ),
    "none removes the schedule": (
        TASKS,
        "{schedule: none, tasks: {b: none}, starts: {late: {schedule: rate(3 days)}}}",
        ("pattern: dag\nstarts: [{name: late, schedule: rate(3 days)}]\ntasks: [{name: a, glue_job: load-a}]\n"),
    ),
    "a list replaces a list": (
        CHILDREN,
        "{children: [{jobs: [x]}], schedule: null, tags: null}",
        "pattern: master-child\nchildren: [{jobs: [x]}]\n",
    ),
    "items are changed, removed and added by name": (
        CHILDREN,
        (
            "{schedule: null, tags: null, children: {orders: {jobs: {extract: {retries: 2}, clean: null, check: {add: true},"
            " first: {before: extract, retries: 0}}}, child-2: null, child-3: {name: reports}, last: {add: true, jobs: [z]},"
            " second: {after: orders, jobs: [y]}}}"
        ),
        (
            "pattern: master-child\n"
            "children:\n"
            "- {name: orders, jobs: [{name: first, retries: 0}, {name: extract, retries: 2}, {name: check}]}\n"
            "- {name: second, jobs: [y]}\n"
            "- {name: reports, jobs: [report, clean]}\n"
            "- {name: last, jobs: [z]}\n"
        ),
    ),
    "jobs are changed by name wherever they run": (
        CHILDREN,
        "{schedule: null, tags: null, jobs: {clean: {retries: 3, arguments: {--mode: delta, --db: null}}, load: {}}}",
        (
            "pattern: master-child\n"
            "children:\n"
            "- {name: orders, jobs: [extract, {name: clean, retries: 3, arguments: {--mode: delta}}]}\n"
            "- {jobs: [{name: load}]}\n"
            "- {jobs: [report, {name: clean, retries: 3, arguments: {--mode: delta}}]}\n"
        ),
    ),
    "a job is replaced by another, and one with the name none": (
        CHILDREN,
        "{schedule: null, tags: null, children: {orders: {jobs: {extract: none, clean: wash}}, child-2: null}}",
        (
            "pattern: master-child\n"
            "children: [{name: orders, jobs: [none, wash]}, {name: child-3, jobs: [report, clean]}]\n"
        ),
    ),
    "the list of a dynamic plan": (
        DYNAMIC,
        "{jobs: {a: null, b: {retries: 2}, c: {before: b}}}",
        "pattern: dynamic\njobs: [{name: c}, {name: b, retries: 2}]\nallowed_jobs: [b, etl-*, '*']\n",
    ),
    "names of jobs, and of those that are allowed": (
        DYNAMIC,
        "{job_name: '{environment}.{name}_x'}",
        "pattern: dynamic\njobs: [prod.a_x, {name: prod.b_x, retries: 1}]\nallowed_jobs: [prod.b_x, prod.etl-*, '*']\n",
    ),
    "a suffix, also of added jobs": (
        TASKS,
        "{job_suffix: -prod, tasks: {b: null, c: {after: a, glue_job: load-c}}, starts: null, jobs: {load-c: {retries: 1}}}",
        "pattern: dag\ntasks: [{name: a, glue_job: load-a-prod}, {name: c, glue_job: load-c-prod, retries: 1}]\n",
    ),
    "data is merged, but its lists are no lists of the plan": (
        TASKS,
        "{tasks: {b: {input: {tasks: {jobs: {a: 1}}, gone: null, steps: {x: y}}}}, starts: null}",
        (
            "pattern: dag\n"
            "tasks:\n"
            "- {name: a, glue_job: load-a}\n"
            "- {name: b, lambda: clean, needs: [a], input: {tasks: {jobs: {a: 1}}, keep: true, steps: {x: y}}}\n"
        ),
    ),
    "steps are found at any depth": (
        STEPS,
        (
            "{steps: {d: null, c: {retry: 1}, e: {glue_job: report}, f: {after: c, wait: 2}, g: {before: a, wait: 3},"
            " h: {add: true, wait: 4}}, jobs: {load-a: {worker_type: G.2X}}, job_suffix: -prod}"
        ),
        """\
pattern: flow
steps:
- name: both
  parallel:
  - - {name: g, wait: 3}
    - {name: a, glue_job: load-a-prod, worker_type: G.2X}
  - - name: each
      for_each:
        items: [1]
        steps: [{name: c, glue_job: load-c-prod, retry: 1}, {name: f, wait: 2}]
  on_error:
    steps: [{name: e, glue_job: report-prod}]
- {name: h, wait: 4}
""",
    ),
    "defaults of the plan, of a child, and of the environment": (
        CHILDREN.replace(
            "- jobs: [load]", "- defaults: {retries: 5, worker_type: null, arguments: {--db: null}}\n  jobs: [load]"
        )
        + "defaults: {retries: 2, worker_type: G.1X, arguments: {--db: low, --x: y}}\n",
        "{schedule: null, tags: null, defaults: {worker_type: G.2X, arguments: {--x: null}}, children: {child-3: null}}",
        (
            "pattern: master-child\n"
            "children:\n"
            "- name: orders\n"
            "  jobs:\n"
            "  - {name: extract, retries: 2, worker_type: G.2X, arguments: {--db: low}}\n"
            "  - {name: clean, retries: 1, worker_type: G.2X, arguments: {--mode: full, --db: raw}}\n"
            "- {name: child-2, jobs: [{name: load, retries: 5, arguments: {}}]}\n"
        ),
    ),
    "null in a job keeps a default away": (
        DYNAMIC + "defaults: {retries: 2, timeout_minutes: 5, arguments: {--a: b}}\n",
        "{jobs: {b: null, c: {add: true}, d: {add: true, arguments: {--a: c}}}}",
        (
            "pattern: dynamic\n"
            "jobs:\n"
            "- {name: a, retries: 2, timeout_minutes: 5, arguments: {--a: b}}\n"
            "- {name: c, retries: 2, timeout_minutes: 5, arguments: {--a: b}}\n"
            "- {name: d, retries: 2, timeout_minutes: 5, arguments: {--a: c}}\n"
            "allowed_jobs: [b, etl-*, '*']\n"
        ),
    ),
    "defaults of tasks and steps that run a Glue job": (
        STEPS + "defaults: {retry: {attempts: 2, interval: 5s}, timeout: 1h}\n",
        "{steps: {d: null, c: {retry: {errors: [X]}}, e: {timeout: null}}}",
        """\
pattern: flow
steps:
- name: both
  parallel:
  - - {name: a, glue_job: load-a, retry: {attempts: 2, interval: 5s}, timeout: 1h}
  - - name: each
      for_each:
        items: [1]
        steps: [{name: c, glue_job: load-c, retry: {errors: [X]}, timeout: 1h}]
  on_error:
    steps: [{name: e, glue_job: load-a, retry: {attempts: 2, interval: 5s}, timeout: 1h}]
""",
    ),
    "defaults of run parameters": (
        DYNAMIC + "parameters: {mode: {default: full, required: false}, day:, x: {default: y}}\n",
        "{params: {mode: null, day: today}}",
        (
            "pattern: dynamic\n"
            "jobs: [a, {name: b, retries: 1}]\n"
            "allowed_jobs: [b, etl-*, '*']\n"
            "parameters: {mode: {required: false}, day: {default: today}, x: {default: y}}\n"
        ),
    ),
}


def compose(base: str, environment: str) -> Composition:
    text = f"{base}environments:\n  prod: {environment}\n"
    return compose_plan(parse_document(text, "plan.yaml"), Path("plan.yaml"), "prod")


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule: str):
    base, environment, effective = RULES[rule]
    composition = compose(base, environment)
    assert composition.findings == []
    assert composition.document.data == {**parse_document(effective, "plan.yaml").data, "environment": "prod"}
    assert parse_plan(f"{base}environments:\n  prod: {environment}\n", environment="prod") == parse_plan(
        f"{effective}environment: prod\n"
    )


def test_null_removes_a_key_everywhere():
    environment = "{tags: {team: null}, schedule: null, alerts: {emails: [a@b.c], topic_arn: null}}"
    data = compose(CHILDREN, environment).document.data
    assert {key: value for key, value in data.items() if key not in ("children", "pattern")} == {
        "tags": {"cost": "etl"},
        "alerts": {"emails": ["a@b.c"]},
        "environment": "prod",
    }


def test_the_default_children_are_changed_by_name():
    plan = parse_plan(
        "pattern: master-child\ndefaults: {retries: 1}\nenvironments:\n  prod: {children: {child-1: null, child-2: "
        "{jobs: [x]}}}\n",
        environment="prod",
    )
    assert plan.pattern == "master-child"
    assert [child.name for child in plan.children] == ["child-2", "child-3", "child-4", "child-5"]
    assert [job.name for job in plan.children[0].jobs] == ["x"]
    assert {job.retries for child in plan.children for job in child.jobs} == {1}


def test_an_environment_can_complete_a_plan():
    text = "pattern: dag\nenvironments:\n  prod: {tasks: [{name: a, glue_job: b}]}\n"
    assert parse_plan(text, environment="prod").job_names == ("b",)
    with pytest.raises(PlanError, match="the key 'tasks' is missing"):
        parse_plan(text)


MANY = {
    "changes": ("jobs: []", ", ".join(f"j{number}: {{add: true}}" for number in range(1_001))),
    "items": (f"jobs: [{', '.join(f'j{number}' for number in range(1_001))}]", "j1: null"),
}


@pytest.mark.parametrize("what", MANY)
def test_a_list_that_is_too_long(what: str):
    jobs, changes = MANY[what]
    with pytest.raises(PlanError) as error:
        parse_plan(f"pattern: dynamic\n{jobs}\nenvironments: {{prod: {{jobs: {{{changes}}}}}}}\n", environment="prod")
    assert (
        f"environments.prod.jobs: a list can have at most 1,000 {what} here, got 1,001 (sfnorch.yaml, line 3)"
        in map(str, error.value.findings)
    )


def test_many_unknown_names():
    children = ", ".join(f"{{jobs: [{', '.join(f'job-{child}-{n}' for n in range(100))}]}}" for child in range(40))
    jobs = ", ".join(f"unknown-{number}: {{}}" for number in range(60))
    with pytest.raises(PlanError) as error:
        parse_plan(
            f"pattern: master-child\nchildren: [{children}]\nenvironments: {{a: {{jobs: {{{jobs}}}}}}}", environment="a"
        )
    assert len(error.value.findings) == 60
    assert error.value.findings[0].hint.endswith("job-0-48, job-0-49 and 3,950 more")
