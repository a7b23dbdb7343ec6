"""Plans that load: defaults, and what stands for a mapping."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.default import DefaultAlerts, DefaultChild, DefaultJob, DefaultPlan, build_default_plan
from sfnorch.plan.job_lists import replace_jobs
from sfnorch.plan.load import parse_plan
from sfnorch.plan.models.dynamic import DynamicPlan
from sfnorch.plan.models.job import Job
from sfnorch.plan.models.master_child import Child, MasterChildPlan
from sfnorch.plan.models.schedule import Schedule


def convert_to_plain(value: object) -> object:
    """Return named tuples as mappings, and other sequences as lists."""
    match value:
        case DefaultPlan() | DefaultChild() | DefaultJob() | DefaultAlerts():
            return {key: convert_to_plain(item) for key, item in value._asdict().items()}
        case list() | tuple():
            return [convert_to_plain(item) for item in value]
    return value


def test_the_default_plan_is_what_a_plan_with_its_pattern_alone_gives():
    plan = parse_plan("pattern: master-child\n")
    assert isinstance(plan, MasterChildPlan)
    assert convert_to_plain(build_default_plan()) == plan.model_dump()
    assert build_default_plan().job_names == plan.job_names
    assert [(child.name, [job.name for job in child.jobs]) for child in build_default_plan().children] == [
        ("child-1", ["glue-job-1-a", "glue-job-1-b", "glue-job-1-c", "glue-job-1-d"]),
        ("child-2", ["glue-job-2-a", "glue-job-2-b", "glue-job-2-c", "glue-job-2-d", "glue-job-2-e"]),
        ("child-3", ["glue-job-3-a", "glue-job-3-b", "glue-job-3-c", "glue-job-3-d"]),
        ("child-4", ["glue-job-4-a", "glue-job-4-b", "glue-job-4-c", "glue-job-4-d", "glue-job-4-e"]),
        ("child-5", ["glue-job-5-a", "glue-job-5-b", "glue-job-5-c", "glue-job-5-d"]),
    ]


def test_a_name_is_enough_for_a_job_and_an_expression_for_a_schedule():
    plan = parse_plan("pattern: master-child\nschedule: rate(1 day)\nchildren:\n  - jobs: [a, {name: b, retries: 2}]\n")
    assert isinstance(plan, MasterChildPlan)
    assert plan.schedule == Schedule(expression="rate(1 day)", timezone="UTC")
    assert plan.children == [Child(name="child-1", jobs=[Job(name="a"), Job(name="b", retries=2)])]


def test_arguments_are_texts_as_they_were_typed():
    plan = parse_plan("pattern: dynamic\njobs: [{name: a, arguments: {--n: 4, --t: true, --v: 1.10, --o: 010}}]\n")
    assert plan == DynamicPlan(
        pattern="dynamic", jobs=[Job(name="a", arguments={"--n": "4", "--t": "true", "--v": "1.10", "--o": "010"})]
    )


def test_other_jobs_keep_the_settings_of_those_that_the_child_knows():
    plan = parse_plan("pattern: master-child\nchildren:\n  - jobs: [a, {name: b, retries: 2}]\n  - jobs: [c]\n")
    assert isinstance(plan, MasterChildPlan)
    changed = replace_jobs(plan, {0: ["b", "x", "b"]})
    assert changed.children[0].jobs == [Job(name="b", retries=2), Job(name="x"), Job(name="b", retries=2)]
    assert changed.children[1] == plan.children[1]


def test_all_bad_names_among_other_jobs_are_told():
    with pytest.raises(SfnorchError) as error:
        replace_jobs(build_default_plan(), {0: ["a*", "ok"], 1: [], 2: ["b'"], 3: ["c"] * 101})
    assert error.value.message.splitlines() == [
        "'a*' is not a valid Glue job name: * is a wildcard in an IAM policy",
        "\"b'\" is not a valid Glue job name: ' is unsupported in the definition of a state machine",
        "child-2 must have 1 to 100 jobs; got 0",
        "child-4 must have 1 to 100 jobs; got 101",
    ]
