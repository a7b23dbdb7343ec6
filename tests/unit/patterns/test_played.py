"""Patterns played through: what each promises, seen to happen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate


def play(plan: dict[str, Any], given: Any = None, behaviour: Behaviour | None = None, **parameters: str) -> Run:
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "sam")
    return simulate(text, given, behaviour, parameters=parameters)


def failing(*jobs: str) -> Behaviour:
    return Behaviour(faults=[Fault(job=job, message=f"{job} is broken") for job in jobs])


def statuses(run: Run) -> dict[str, str]:
    return {execution.title: execution.status for execution in run.executions}


def jobs_of(run: Run, machine: str) -> list[tuple[str, str]]:
    return [(job.job, job.status) for job in run.job_runs if job.machine == machine]


DEFAULT = {"pattern": "master-child"}
CHILDREN = [f"child-{number}" for number in range(1, 6)]


@pytest.mark.parametrize("job_states", [True, False])
def test_five_children_start_at_once_and_run_their_jobs_one_after_another(job_states: bool):
    run = play({**DEFAULT, "job_states": job_states})
    assert statuses(run) == {"master": "SUCCEEDED", **dict.fromkeys(CHILDREN, "SUCCEEDED")}
    assert {execution.started for execution in run.executions} == {0.0}
    for number, letters in enumerate(("abcd", "abcde", "abcd", "abcde", "abcd"), start=1):
        runs = [job for job in run.job_runs if job.machine == f"child-{number}"]
        assert [(job.job, job.started) for job in runs] == [
            (f"glue-job-{number}-{letter}", 300.0 * index) for index, letter in enumerate(letters)
        ]
    assert run.messages == []


@pytest.mark.parametrize("job_states", [True, False])
@pytest.mark.parametrize("job", [f"glue-job-{child}-{letter}" for child in range(1, 6) for letter in "abd"])
def test_a_job_fails_its_child_alone_and_is_told(job: str, job_states: bool):
    run = play({**DEFAULT, "job_states": job_states}, behaviour=failing(job))
    child = f"child-{job.split('-')[2]}"
    assert statuses(run) == {"master": "SUCCEEDED", **dict.fromkeys(CHILDREN, "SUCCEEDED"), child: "FAILED"}
    assert jobs_of(run, child)[-1] == (job, "FAILED")
    by_alarm, by_master = run.messages
    assert by_alarm.sender == f"alarm stack-{child}-failed"
    assert json.loads(by_alarm.message)["NewStateReason"] == f"Job {job} of {child} failed: {job} is broken"
    assert by_master.subject == "[dev] stack: 1 of 5 child workflows failed"
    assert f"{child}: job {job} failed\n  {job} is broken" in by_master.message
    assert by_master.attributes["failedChildren"]["StringValue"] == json.dumps([child])
    assert by_master.at == run.first.ended == max(execution.ended or 0 for execution in run.executions)
    (outcome,) = [row for row in run.first.output["children"] if row["status"] == "FAILED"]
    letters = "abcde" if child in ("child-2", "child-4") else "abcd"
    left = letters[letters.index(job[-1]) :]
    assert outcome["remaining"] == [f"{job[:-1]}{letter}" for letter in left]


def test_all_children_fail():
    run = play(DEFAULT, behaviour=failing("*-a"))
    assert statuses(run) == {"master": "SUCCEEDED", **dict.fromkeys(CHILDREN, "FAILED")}
    assert run.messages[-1].subject == "[dev] stack: 5 of 5 child workflows failed"
    assert len(run.job_runs) == 5


def test_a_master_that_is_to_fail_raises_its_alarm():
    run = play({**DEFAULT, "on_child_failure": "fail"}, behaviour=failing("glue-job-1-a"))
    assert (run.first.status, run.first.error) == ("FAILED", "ChildrenFailed")
    assert [(change.alarm, change.after) for change in run.alarms if "master" in change.alarm] == [
        ("stack-master-failed", "ALARM")
    ]


def test_telling_always_and_never():
    assert play({**DEFAULT, "notify": "always"}).messages[0].sender == "master"
    run = play({**DEFAULT, "notify": "never"}, behaviour=failing("glue-job-1-a"))
    assert [message.sender for message in run.messages] == ["alarm stack-child-1-failed"]


def test_jobs_named_at_deploy_and_at_start():
    assert jobs_of(play(DEFAULT, Child1GlueJobs="x, y"), "child-1") == [("x", "SUCCEEDED"), ("y", "SUCCEEDED")]
    given = {"threads": [{"threadId": "T1", "glueJobs": ["z"]}, {"child": "child-5", "skip": True}]}
    run = play(DEFAULT, given, Child1GlueJobs="x")
    assert jobs_of(run, "child-1") == [("z", "SUCCEEDED")]
    assert [row["status"] for row in run.first.output["children"]] == [*["SUCCEEDED"] * 4, "SKIPPED"]


REFUSED = [{"threads": "T1"}, {"threads": [{}] * 6}, {"threads": [{"child": "nobody"}]}, {"threads": [5]}]


@pytest.mark.parametrize("given", REFUSED)
def test_threads_that_the_master_refuses(given: Any):
    run = play(DEFAULT, given)
    assert (run.first.status, run.first.error, run.job_runs) == ("FAILED", "InvalidInput", [])


def test_retries_run_a_job_again():
    plan = {"pattern": "master-child", "children": [{"jobs": [{"name": "a", "retries": 2}, "b"]}]}
    run = play(plan, behaviour=Behaviour(faults=[Fault(job="a", times=2)]))
    assert jobs_of(run, "child-1") == [("a", "FAILED"), ("a", "FAILED"), ("a", "SUCCEEDED"), ("b", "SUCCEEDED")]


def test_starts_that_glue_refuses_are_tried_again():
    run = play(DEFAULT, behaviour=Behaviour(throttles={"glue-job-1-a": 3}))
    assert set(statuses(run).values()) == {"SUCCEEDED"}
    same = {"pattern": "master-child", "children": [{"jobs": ["same"]}, {"jobs": ["same"]}]}
    assert set(statuses(play(same)).values()) == {"SUCCEEDED"}


def test_a_role_starts_nothing_but_what_it_may():
    run = play({**DEFAULT, "allowed_jobs": ["load-*"]}, Child1GlueJobs="load-a,drop-b")
    assert jobs_of(run, "child-1") == [("load-a", "SUCCEEDED")]
    (outcome,) = [row for row in run.first.output["children"] if row["status"] == "FAILED"]
    assert (outcome["job"], outcome["error"]) == ("drop-b", "Glue.AccessDeniedException")


DYNAMIC = {"pattern": "dynamic", "name": "jobs"}


def test_dynamic_runs_the_jobs_handed_to_it():
    run = play(DYNAMIC, {"glueJobs": "a, b"})
    assert (run.first.status, jobs_of(run, "jobs")) == ("SUCCEEDED", [("a", "SUCCEEDED"), ("b", "SUCCEEDED")])
    run = play(DYNAMIC, {"glueJobs": ["a", "b", "c"]}, failing("b"))
    assert (run.first.status, jobs_of(run, "jobs")) == ("FAILED", [("a", "SUCCEEDED"), ("b", "FAILED")])


def test_dynamic_may_go_on_after_a_failure():
    run = play({**DYNAMIC, "continue_on_failure": True}, {"glueJobs": ["a", "b", "c"]}, failing("a", "c"))
    assert jobs_of(run, "jobs") == [("a", "FAILED"), ("b", "SUCCEEDED"), ("c", "FAILED")]
    assert run.first.status == "FAILED"


@pytest.mark.parametrize(
    "given", [{}, {"glueJobs": []}, {"glueJobs": " , "}, {"glueJobs": [["a"]]}, {"glueJobs": ["a", 1]}]
)
def test_lists_that_dynamic_refuses(given: Any):
    run = play(DYNAMIC, given)
    assert (run.first.error, run.job_runs) == ("InvalidInput", [])
