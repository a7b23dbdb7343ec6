"""Plans of tasks, command by command: drawn, played through, and what is told of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sfnorch.template.contents import evaluate_template
from sfnorch.template.declarations import find_declarations
from sfnorch.template.iam import can_allow
from sfnorch.template.reader import read_template
from sfnorch.template.roles import count_policy_characters
from tests.conftest import Run
from tests.screens import plain

PLAN = """\
pattern: dag
name: nightly
tasks:
- {name: report, state_machine: report, needs: [facts, prices]}
- {name: facts, glue_job: load-facts, needs: [orders, prices]}
- {name: orders, glue_job: extract-orders}
- {name: prices, lambda: 'get-prices:live'}
"""
TEXT = """\
tasks
├── report  ← facts, prices
├── facts  load-facts  ← orders, prices
├── orders  extract-orders
└── prices  get-prices:live
"""
MERMAID = """\
flowchart LR
  subgraph tasks [tasks]
    t1["report"]
    t2["facts<br/>load-facts"]
    t3["orders<br/>extract-orders"]
    t4["prices<br/>get-prices:live"]
    t2 --> t1
    t4 --> t1
    t3 --> t2
    t4 --> t2
  end
"""
DOT = """\
  subgraph cluster_tasks {
    label=tasks; style=rounded; color="#64748b"
    t1 [label="report"]
    t2 [label="facts\\nload-facts"]
    t3 [label="orders\\nextract-orders"]
    t4 [label="prices\\nget-prices:live"]
    t2 -> t1
    t4 -> t1
    t3 -> t2
    t4 -> t2
  }
}
"""


@pytest.fixture(autouse=True)
def plan(run: Run) -> None:
    Path("sfnorch.yaml").write_text(PLAN)


def test_graph_of_the_tasks_alone(run: Run):
    assert run("graph", "--tasks").out == TEXT
    assert run("graph", "--tasks", "--format", "mermaid").out == MERMAID
    assert run("graph", "--tasks", "--format", "dot").out.endswith(DOT)
    assert run("graph", "--tasks", "-o", "t.mmd", "--format", "mermaid").out == "Wrote t.mmd: mermaid, 4 tasks.\n"


def test_graph_draws_the_tasks_before_the_machines(run: Run):
    assert run("graph").out.startswith(TEXT + "master\n")
    assert run("graph", "--machine", "master").out.startswith("master\n")
    assert MERMAID.partition("\n")[2] in run("graph", "--format", "mermaid").out


def test_graph_where_there_are_no_tasks(run: Run):
    assert run("graph", "--tasks", "--machine", "master").err.endswith(
        "Error: --tasks and --machine exclude each other; pass one of them.\n"
    )
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")
    assert (
        run("graph", "--tasks").err
        == "Error: sfnorch.yaml, rendered: no tasks with dependencies found; draw the state machines without --tasks\n"
    )


@pytest.mark.smoke
def test_a_run_in_which_a_task_fails_is_played_through(run: Run):
    done = run(
        "simulate", "--fail", "load-facts", "--duration", "get-prices:live=10s", "--seed", "1", "--output", "json"
    )
    told = json.loads(done.out)
    assert done.code == 3
    master, *tasks = told["executions"]
    assert [(one["title"], one["status"], one["ended"]) for one in tasks] == [
        ("report", "SUCCEEDED", 600.0),
        ("facts", "FAILED", 600.0),
        ("orders", "SUCCEEDED", 300.0),
        ("prices", "SUCCEEDED", 10.0),
    ]
    (run_id,) = [one["runId"] for one in told["jobRuns"] if one["job"] == "load-facts"]
    fault = "simulated failure (--fail)"
    assert master["output"] == {
        "tasks": [
            {"task": "report", "status": "BLOCKED", "by": "facts"},
            {
                "task": "facts",
                "status": "FAILED",
                "error": "States.TaskFailed",
                "message": fault,
                "job": "load-facts",
                "runId": run_id,
                "logGroup": "/aws-glue/jobs",
            },
            {"task": "orders", "status": "SUCCEEDED"},
            {"task": "prices", "status": "SUCCEEDED"},
        ]
    }
    alarm, message = told["messages"]
    assert (alarm["sender"], alarm["subject"]) == (
        "alarm nightly-task-failed",
        'ALARM: "nightly-task-failed" in us-east-1',
    )
    arn = master["arn"]
    console = "https://us-east-1.console.aws.amazon.com"
    logs = "logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror$3FlogStreamNameFilter$3D"
    assert message["subject"] == "[dev] nightly: 1 of 4 tasks failed"
    assert message["message"] == (
        "1 of 4 tasks failed, 1 more were blocked in nightly (dev).\n"
        f"\nfacts: job load-facts failed\n  {fault}\n  Job run: {run_id}\n"
        f"  Logs: {console}/cloudwatch/home?region=us-east-1#{logs}{run_id}\n"
        "\nNot run, because a task that they need failed:\n  report (by facts)\n"
        f"\nMaster: {console}/states/home?region=us-east-1#/v2/executions/details/{arn}\n"
        f"Resume: sfnorch resume {arn.rpartition(':')[2]} --stack-name nightly"
    )


STORY = """\
T+00s  master starts
T+00s  all 4 children start
T+10s  prices SUCCEEDED
T+05m  orders: extract-orders FAILED: simulated failure (--fail)
T+05m  alarm nightly-task-failed → ALARM: Task orders failed: simulated failure (--fail)
T+05m  orders FAILED: TaskFailed
T+05m  facts and report BLOCKED by orders
T+05m  master notifies nightly-AlarmTopic: [dev] nightly: 1 of 4 tasks failed
T+05m  master SUCCEEDED

                  T+00s              T+02m              T+04m
master            ████████████████████████████████████████████████ 05m SUCCEEDED
report            ████████████████████████████████████████████████ 05m BLOCKED
facts             ████████████████████████████████████████████████ 05m BLOCKED
orders            ████████████████████████████████████████████████ 05m FAILED
  extract-orders  ████████████████████████████████████████████████ 05m FAILED
prices            ██                 ┊                  ┊          10s SUCCEEDED
  get-prices:live ██                 ┊                  ┊          10s SUCCEEDED
"""


def test_the_story_of_a_run_tells_who_was_blocked_by_whom(run: Run):
    told = run("simulate", "--fail", "extract-orders", "--duration", "get-prices:live=10s").out.partition("\nMessage")[
        0
    ]
    outcomes = run("simulate", "--fail", "load-facts").out.splitlines()
    assert "\n".join(line.rstrip() for line in told.splitlines()) + "\n" == STORY
    assert [line.partition(" TaskFailed")[0] for line in outcomes[outcomes.index("master SUCCEEDED") :][:5]] == [
        "master SUCCEEDED",
        "report BLOCKED by facts",
        "facts FAILED",
        "orders SUCCEEDED",
        "prices SUCCEEDED",
    ]


@pytest.mark.parametrize("given", ['{"done": "orders"}', '{"done": ["ordres"]}', '{"done": [1]}'])
def test_a_run_that_is_told_nonsense_runs_nothing(run: Run, given: str):
    done = run("simulate", "--input", given, "--output", "json")
    told = json.loads(done.out)
    (master,) = told["executions"]
    assert (master["status"], master["error"]) == ("FAILED", "InvalidInput")
    assert master["cause"].startswith("done must be a list of names of tasks, such as [report]; got ")


def test_a_run_in_which_all_is_done_before_does_nothing_and_is_well(run: Run):
    done = run("simulate", "--input", '{"done": ["orders", "prices", "facts", "report"]}', "--output", "json")
    (master,) = json.loads(done.out)["executions"]
    assert {one["status"] for one in master["output"]["tasks"]} == {"DONE BEFORE"}


@pytest.mark.slow
def test_two_hundred_tasks_that_fail_fit_into_what_the_master_may_say(run: Run):
    tasks = [{"name": f"task-{'n' * 50}-{n:03}", "glue_job": f"job-{n}"} for n in range(200)]
    Path("sfnorch.yaml").write_text(json.dumps({"pattern": "dag", "tasks": tasks}))
    fault = "ä" * 5_000
    done = run("simulate", "--fail", "job-*", "--output", "json")
    told = json.loads(done.out)
    assert [one["status"] for one in told["executions"][0]["output"]["tasks"]] == ["FAILED"] * 200
    assert {one["started"] for one in told["jobRuns"]} == {0.0}
    longest = json.dumps(told["executions"][0]["output"]).replace("simulated failure (--fail)", fault[:300])
    assert len(longest.encode()) < 262_144
    assert plain(done.err) == ""


@pytest.mark.parametrize("count", [1, 40, 41, 81])
def test_all_tasks_that_need_nothing_start_at_once_and_the_one_that_needs_all_is_last(run: Run, count: int):
    first = [{"name": f"t{n}", "glue_job": f"job-{n}"} for n in range(count)]
    last = {"name": "last", "glue_job": "last", "needs": [one["name"] for one in first]}
    Path("sfnorch.yaml").write_text(json.dumps({"pattern": "dag", "tasks": [last, *first]}))
    done = run("simulate", "--duration", "job-0=20m", "--output", "json")
    runs = {one["job"]: one["started"] for one in json.loads(done.out)["jobRuns"]}
    assert done.code == 0
    assert runs == {**{f"job-{n}": 0.0 for n in range(count)}, "last": 1200.0}


def test_the_jobs_of_two_hundred_tasks_have_room_in_policies_of_their_own(run: Run):
    tasks = [{"name": f"t{n}", "glue_job": f"{'j' * 40}-{n:03}"} for n in range(200)]
    Path("sfnorch.yaml").write_text(json.dumps({"pattern": "dag", "logging": False, "tracing": False, "tasks": tasks}))
    assert run("render", "-o", "t.yaml").code == 0
    assert run("lint", "t.yaml").out == "t.yaml: 2 state machines, nothing found.\n"
    template = evaluate_template(read_template(Path("t.yaml")))
    policies = [
        policy.value("PolicyDocument") for policy in find_declarations(template.stack, "AWS::IAM::ManagedPolicy")
    ]
    assert 3 <= len(policies) <= 6
    assert all(count_policy_characters(policy) <= 6_144 for policy in policies)
    (role,) = (role for role in template.roles.values() if role.name == "TaskStateMachineRole")
    job = "arn:aws:glue:us-east-1:123456789012:job"
    assert all(can_allow(role.statements, "glue:StartJobRun", f"{job}/{task['glue_job']}") for task in tasks)
    assert not can_allow(role.statements, "glue:StartJobRun", f"{job}/another")
