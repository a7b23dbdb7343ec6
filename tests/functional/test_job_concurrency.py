"""Jobs that run side by side with themselves, and names that AWS would refuse, from the command line on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.functional.test_deploy import TOPIC
from tests.ministack import Account
from tests.wire import Fault, Wire, json_answer, json_error

PLAN = """\
pattern: master-child
job_states: false
logging: false
tracing: false
children:
- {name: one, jobs: [a, b]}
- {name: two, jobs: [c, a]}
"""
MESSAGE = (
    "the Glue job 'a' can have 2 concurrent runs: children[0].jobs[0] and children[1].jobs[1] run in parallel, "
    "and Glue allows one run of a job at a time unless its MaxConcurrentRuns is higher"
)
HINT = "raise MaxConcurrentRuns of the job, set job_run_queuing: true, or run them in sequence"
WARNING = f"children[0].jobs[0]: {MESSAGE}; {HINT} (sfnorch.yaml, line 6)"


@pytest.fixture
def plan(run: Run) -> Run:
    """Runs commands in a folder with the plan."""
    Path("sfnorch.yaml").write_text(PLAN)
    return run


def test_render_warns_and_renders(plan: Run):
    done = plan("render")
    assert (done.code, done.err) == (0, f"Warning: {WARNING}\n")
    assert done.out.startswith("Wrote SAM-template.yaml: SAM template, 3 state machines")
    text = plan("render", "-o", "-")
    assert (text.out, text.err) == (Path("SAM-template.yaml").read_text(), f"Warning: {WARNING}\n")


def test_render_lists_its_warnings_as_json(plan: Run):
    done = plan("render", "--output", "json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["warnings"] == [
        {
            "rule": "job-side-by-side",
            "severity": "warning",
            "file": "sfnorch.yaml",
            "line": 6,
            "path": "children[0].jobs[0]",
            "message": MESSAGE,
            "hint": HINT,
        }
    ]


def test_jobs_that_are_given_count_as_the_plans(plan: Run):
    assert plan("render", "--child2-jobs", "d").err == ""
    assert "Warning: children[0].jobs[1]: the Glue job 'b'" in plan("render", "--jobs", "two=b").err


def warnings(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("warning")]


GLUE_KNOWS = Fault("ListJobs", json_answer({"JobNames": ["a", "b", "c"]}), times=9)
LIMITED = (
    "warning: Glue job a: the plan can start 2 runs at once, and MaxConcurrentRuns is 1: the start of the others is retried "
    "for about 10 minutes, then they fail; raise MaxConcurrentRuns, or set job_run_queuing: true"
)
QUEUED = (
    "warning: Glue job a: the plan can start 2 runs at once, and MaxConcurrentRuns is 1: Glue queues the others for at most "
    "15 minutes, then they fail; raise MaxConcurrentRuns"
)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({}, [LIMITED]),
        ({"ExecutionProperty": {"MaxConcurrentRuns": 2}}, []),
        (
            {"JobRunQueuingEnabled": True},
            [QUEUED],
        ),
    ],
)
def test_deploy_says_what_glue_will_do(job: dict[str, object], said: list[str], plan: Run, wire: Wire):
    wire.faults = [GLUE_KNOWS, Fault("BatchGetJobs", json_answer({"Jobs": [{"Name": "a", **job}]}))]
    done = plan("deploy", "--yes", "--no-execute", "--stack-name", "s")
    assert (done.code, warnings(done.err)) == (0, said)
    assert wire.calls.count("BatchGetJobs") == 1


def test_deploy_asks_glue_of_no_other_job(plan: Run, wire: Wire):
    wire.faults = [GLUE_KNOWS]
    done = plan("deploy", "--yes", "--no-execute", "--stack-name", "s", "--child2-jobs", "c")
    assert (done.code, warnings(done.err)) == (0, [])
    assert "BatchGetJobs" not in wire.calls


def test_deploy_warns_as_render_does_where_glue_does_not_tell(plan: Run, wire: Wire):
    wire.faults = [GLUE_KNOWS, Fault("BatchGetJobs", json_error("AccessDeniedException", "not allowed"))]
    done = plan("deploy", "--yes", "--no-execute", "--stack-name", "s")
    assert (done.code, warnings(done.err)) == (
        0,
        [
            "warning: Cannot read MaxConcurrentRuns of the Glue jobs: BatchGetJobs: not allowed (AccessDeniedException)",
            f"warning: {WARNING}",
        ],
    )


ARN = "arn:aws:glue:eu-west-1:123456789012:job/x"


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("render", "--child1-jobs", f"a,{ARN}"), "--child1-jobs"),
        (("render", "--jobs", f"one={ARN}"), "--jobs"),
        (("deploy", "--child1-jobs", ARN), "--child1-jobs"),
        (("run", "--thread", f"T1={ARN}"), "--thread"),
    ],
)
def test_an_arn_on_the_command_line_is_told_with_its_name(arguments: tuple[str, ...], option: str, plan: Run):
    done = plan(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == (
        f"Error: Invalid value for '{option}': '{ARN}' is not a valid Glue job name: a name is required, not an ARN; write 'x'"
    )


def test_tags_that_aws_would_refuse_are_told_before_it_is_asked(run: Run, wire: Wire):
    Path("t.yaml").write_text(TOPIC)
    done = run("deploy", "--template", "t.yaml", "--yes", "--tags", "team=a&b", "aws:x=y", "Cost=1", "cost=2", "e=")
    assert (done.code, done.out, wire.calls) == (2, "", [])
    assert done.err.splitlines()[-1] == (
        "Error: --tags: team: 'a&b' is not a valid tag value: & is not allowed; use letters, digits, blanks and "
        "_ . : / = + - @; 'aws:x' is not a valid tag key: keys that begin with aws: are reserved for AWS; use another "
        "prefix; e: '' is not a valid tag value: it must have 1 to 256 characters; this one has 0; "
        "'cost' and 'Cost' differ only in case, and are the same key for IAM; remove one of them."
    )


def test_a_reference_as_a_list_of_jobs_is_refused_and_as_another_value_passed_on(plan: Run, account: Account):
    done = plan("deploy", "--yes", "--stack-name", "s", "--parameter-overrides", "OneGlueJobs={{resolve:ssm:/jobs}}")
    assert (done.code, done.err.splitlines()[0].partition(":")[0]) == (1, "Error")
    assert "OneGlueJobs cannot be '{{resolve:ssm:/jobs}}'" in done.err
    Path("t.yaml").write_text(TOPIC)
    given = ("--parameter-overrides", "Word={{resolve:ssm:/word:1}}")
    passed = plan("deploy", "--template", "t.yaml", "--yes", "--no-execute", "--stack-name", "t", *given)
    assert passed.code == 0
