"""What must hold of every plan that loads."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.asl import serialize_graph
from sfnorch.cfn.render import render_template
from sfnorch.definitions.check import find_faults
from sfnorch.errors import LimitError
from sfnorch.linter.run import Linter
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.plan.models.master_child import MasterChildPlan
from sfnorch.plan.names import find_code_fault, find_job_name_fault
from sfnorch.template.contents import evaluate_template
from sfnorch.template.located import Object, SourceLocation, locate
from sfnorch.template.reader import parse_template
from sfnorch.template.states import build_scope
from tests.lint_once import without_cfn_lint
from tests.template_yaml import yaml_1_1, yaml_1_2

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

LINTING = Linter()
MARK = "Zq"
"""What every text of these plans' authors begins with, so that it is found again in a template."""

JOB_NAMES = (
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40).map(lambda text: MARK + text)
    | st.sampled_from(
        [f"{MARK}", f"{MARK}: y #", f"{MARK}'s"[:2], MARK + "x" * 90, MARK + "x" * 90 + "y", "Done", "RunJob"]
    )
).filter(lambda name: not find_job_name_fault(name))
ARGUMENTS = st.dictionaries(
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["C"]), min_size=1, max_size=8)
    .map(lambda text: f"--{MARK}{text}")
    .filter(lambda text: not find_code_fault(text) and text == text.strip()),
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)
    .map(lambda text: MARK + text)
    .filter(lambda text: not find_code_fault(text)),
    max_size=2,
)
JOBS = JOB_NAMES | st.fixed_dictionaries(
    {"name": JOB_NAMES},
    optional={
        "arguments": ARGUMENTS,
        "worker_type": st.sampled_from(["G.1X", "Standard"]),
        "number_of_workers": st.integers(1, 50),
        "execution_class": st.sampled_from(["FLEX", "STANDARD"]),
        "timeout_minutes": st.integers(1, 10_080),
        "retries": st.integers(0, 3),
        "job_run_queuing": st.booleans(),
    },
).filter(lambda job: not (job.get("job_run_queuing") and job.get("execution_class") == "FLEX"))
COMMON = {
    "name": st.just(f"{MARK} nightly"),
    "environment": st.just(f"{MARK}-dev"),
    "alerts": st.sampled_from([{}, {"emails": ["a@b.c"]}, {"topic_arn": "arn:aws:sns:us-east-1:123456789012:t"}]),
    "allowed_jobs": st.lists(JOB_NAMES | JOB_NAMES.map(lambda name: name + "*"), max_size=3),
    "logging": st.booleans(),
    "tracing": st.booleans(),
    "max_duration": st.sampled_from(["2h", "24h"]),
    "dashboard": st.booleans(),
    "tags": st.dictionaries(st.just(f"{MARK}team"), st.just(f"{MARK} data"), max_size=1),
}
MASTER_CHILD = st.fixed_dictionaries(
    {"pattern": st.just("master-child")},
    optional={
        **COMMON,
        "on_child_failure": st.sampled_from(["succeed", "fail"]),
        "notify": st.sampled_from(["failure", "always", "never"]),
        "schedule": st.sampled_from(["rate(1 day)", "cron(0 3 * * ? *)"]),
        "job_states": st.booleans(),
        "children": st.lists(
            st.fixed_dictionaries({"jobs": st.lists(JOBS, min_size=1, max_size=5)}), min_size=1, max_size=4
        ),
    },
)
DYNAMIC = st.fixed_dictionaries(
    {"pattern": st.just("dynamic")},
    optional={
        **COMMON,
        "continue_on_failure": st.booleans(),
        "jobs": st.lists(JOBS, max_size=4, unique_by=lambda job: job if isinstance(job, str) else job["name"]),
    },
)
TASKS = st.lists(st.sampled_from(["glue_job", "lambda", "state_machine"]), min_size=1, max_size=6).map(
    lambda kinds: [
        {
            "name": f"{MARK}{number}",
            kind: f"{MARK}-{kind}",
            "needs": [f"{MARK}{need}" for need in range(number) if (number + need) % 2],
            "retries": number % 3,
            **({} if kind == "glue_job" else {"input": {MARK: [f"{MARK}: '#\"", {"n": number}]}}),
        }
        for number, kind in enumerate(kinds)
    ]
)
LISTS = {"allowed_jobs"}
DAG = st.fixed_dictionaries(
    {"pattern": st.just("dag"), "tasks": TASKS},
    optional={
        **{key: value for key, value in COMMON.items() if key not in LISTS},
        "on_task_failure": st.sampled_from(["succeed", "fail"]),
        "notify": st.sampled_from(["failure", "always", "never"]),
        "schedule": st.sampled_from(["rate(1 day)", "cron(0 3 * * ? *)"]),
    },
)
PLANS = (MASTER_CHILD | DYNAMIC | DAG).map(lambda data: parse_plan(json.dumps(data)))


def strings(value: Any) -> Iterator[str]:
    """Every string in the data, keys included."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.slow
@settings(max_examples=6)
@given(PLANS)
def test_both_yamls_read_the_same_template(plan: AnyPlan):
    text = render_template(build_workflow(plan), "sam")
    assert yaml_1_1(text) == yaml_1_2(text)
    assert text == render_template(build_workflow(plan), "sam")


@settings(max_examples=15)
@given(PLANS)
def test_no_definition_has_a_fault(plan: AnyPlan):
    for machine in build_workflow(plan).machines:
        definition = locate(serialize_graph(machine.graph), SourceLocation("m.asl.json", 1))
        assert isinstance(definition, Object)
        assert find_faults(build_scope(definition)) == []


@pytest.mark.slow
@settings(max_examples=4)
@given(PLANS)
def test_lint_finds_nothing(plan: AnyPlan):
    template = evaluate_template(parse_template(render_template(build_workflow(plan), "cfn"), "t.yaml"))
    assert [str(finding) for finding in LINTING.lint_template(template)] == []
    template = evaluate_template(parse_template(render_template(build_workflow(plan), "sam"), "t.yaml"))
    with without_cfn_lint():  # it has looked at the same resources
        assert [str(finding) for finding in LINTING.lint_template(template)] == []


@settings(max_examples=30)
@given(PLANS)
def test_no_text_of_the_plans_author_is_code(plan: AnyPlan):
    for machine in build_workflow(plan).machines:
        for text in strings(serialize_graph(machine.graph)):
            for code in re.findall(r"\{%.*?%\}|\$\{.*?\}", text, re.DOTALL):
                assert MARK not in code


@given(MASTER_CHILD.map(lambda data: parse_plan(json.dumps(data))))
def test_every_job_stands_in_its_chain_in_order(plan: AnyPlan):
    assert isinstance(plan, MasterChildPlan)
    for child, machine in zip(plan.children, build_workflow(plan).machines[1:], strict=True):
        states = serialize_graph(machine.graph)["States"]
        rules = states["CheckJobs"]["Choices"]
        rule = rules[1 if plan.job_states else 0]  # before it, the rule for a list with more arguments
        if plan.job_states:
            seen, name = [], rule["Next"]
            while states[name]["Type"] == "Task" and name != "ClearAlarm":
                seen.append(states[name]["Arguments"]["JobName"])
                assert len(name) <= 80
                name = states[name]["Next"]
            assert (seen, name) == ([job.name for job in child.jobs], "ClearAlarm")
        else:
            settings_of = states["ResolveJobs"]["Assign"].get("settings", {})
            named = [settings_of.get(job, {}).get("JobName", job) for job in rule["Assign"]["jobs"]]
            assert (named, rule["Next"]) == ([job.name for job in child.jobs], "RunGivenJobs")


@given(PLANS)
def test_the_clean_run_of_a_machine_enters_no_more_states_than_promised(plan: AnyPlan):
    if not isinstance(plan, MasterChildPlan) or not plan.job_states:
        return
    master, *children = build_workflow(plan).machines
    clean = {"ResolveThreads", "CheckThreads", "RunChildren", "AnyChildFailed", "NotifySuccess", "Done"}
    top = [state.name for state in master.graph.states if state.name in clean]
    assert 2 * len(children) + len(top) <= 3 * len(children) + 4 + (plan.notify == "always")
    for machine in children:
        clean = {"ResolveJobs", "CheckJobs", "ClearAlarm", "Done"}
        assert len([state for state in machine.graph.states if state.name in clean]) == 4


@pytest.mark.slow
@settings(max_examples=10)
@given(st.integers(1, 40), st.integers(1, 100), st.booleans())
def test_a_plan_of_any_size_renders_where_it_can(children: int, jobs: int, job_states: bool):
    data = {
        "pattern": "master-child",
        "job_states": job_states,
        "children": [{"jobs": [f"job-{c}-{j}" for j in range(jobs)]} for c in range(children)],
    }
    plan = parse_plan(json.dumps(data))
    if job_states and children * jobs > 600:  # about where a template of named states passes its limit
        with contextlib.suppress(LimitError):
            render_template(build_workflow(plan), "sam")
    else:
        assert render_template(build_workflow(plan), "sam")
