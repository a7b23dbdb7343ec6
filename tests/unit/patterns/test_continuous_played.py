"""Loops played through: run after run, until one fails or the loop is ended; handed over where a run is long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.execution import begin_execution
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate
from sfnorch.simulator.world import World
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

PLAN = {"pattern": "continuous", "name": "ingest", "workflow": "hourly"}


def play(given: Any = None, behaviour: Behaviour | None = None, until: float | None = None, **more: Any) -> Run:
    text = render_template(build_workflow(parse_plan(json.dumps(PLAN | more.pop("plan", {})))), "sam")
    return simulate(text, given, behaviour, parameters=more, until=until)


def runs(run: Run) -> list[tuple[str, float, str]]:
    return [(job.job, job.started, job.status) for job in run.job_runs]


def test_runs_follow_each_other_and_each_has_an_execution():
    run = play(plan={"max_runs": 3, "pause": "1m"})
    assert runs(run) == [("hourly", 360.0 * n, "SUCCEEDED") for n in range(3)]
    assert [execution.status for execution in run.executions] == ["SUCCEEDED"] * 3
    ids = [job.run_id for job in run.job_runs]
    assert [execution.name for execution in run.executions[1:]] == [f"after-{run_id}" for run_id in ids[:2]]
    assert [execution.output for execution in run.executions] == [
        {"workflow": "hourly", "runId": ids[0], "runs": 1, "next": run.executions[1].arn},
        {"workflow": "hourly", "runId": ids[1], "runs": 2, "next": run.executions[2].arn},
        {"workflow": "hourly", "runId": ids[2], "runs": 3, "ended": "all runs are done"},
    ]
    assert (run.messages, run.cut_off) == ([], None)


def test_a_workflows_name_is_taken_as_it_stands():
    run = play(plan={"workflow": "a<<b>> of <<key>>", "max_runs": 1})
    assert runs(run) == [("a<<b>> of <<key>>", 0.0, "SUCCEEDED")]


def test_without_an_end_it_is_played_for_an_hour():
    run = play()
    assert (len(run.job_runs), run.cut_off, run.executions[-1].status) == (12, 3600.0, "RUNNING")
    assert len(play(until=18_000.0).job_runs) == 60


def test_a_failed_action_stops_the_loop_raises_the_alarm_and_is_told():
    run = play(behaviour=Behaviour(faults=[Fault(job="hourly", times=1)]))
    (job,) = run.job_runs
    assert (run.first.status, run.first.error, len(run.executions)) == ("FAILED", "GlueWorkflowFailed", 1)
    assert json.loads(run.first.cause) == {
        "workflow": "hourly",
        "runId": job.run_id,
        "runs": 0,
        "error": "GlueWorkflowFailed",
        "status": "COMPLETED",
        "counts": {"total": 3, "succeeded": 2, "failed": 1, "timedOut": 0, "errored": 0, "stopped": 0},
        "message": "1 of 3 actions did not succeed: 1 failed",
    }
    by_alarm, by_loop = run.messages
    assert json.loads(by_alarm.message)["NewStateReason"] == (
        "Glue workflow hourly failed: 1 of 3 actions did not succeed: 1 failed"
    )
    assert by_loop.subject == "[dev] ingest: Glue workflow failed"
    assert by_loop.message == (
        "The Glue workflow hourly failed in ingest (dev), and the loop has stopped.\n\n"
        "1 of 3 actions did not succeed: 1 failed\n"
        f"Workflow run: {job.run_id}\n"
        "Successful runs before: 0\n\n"
        "Execution: https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1"
        f"#/v2/executions/details/{run.first.arn}\n"
        f"Resume: sfnorch resume {run.first.arn.rpartition(':')[2]} --stack-name stack"
    )


def look(status: str, **counts: int) -> dict[str, Any]:
    return {"Run": {"Name": "hourly", "Status": status, "Statistics": {"TotalActions": 4, **counts}}}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (look("COMPLETED", FailedActions=1, TimeoutActions=2), "3 of 4 actions did not succeed: 1 failed, 2 timed out"),
        (look("COMPLETED", ErroredActions=1), "1 of 4 actions did not succeed: 1 ended in an error"),
        (look("COMPLETED", StoppedActions=1), "1 of 4 actions did not succeed: 1 were stopped"),
        (look("STOPPED", StoppedActions=1), "1 of 4 actions did not succeed: 1 were stopped; the run ended STOPPED"),
        (look("ERROR"), "the run ended ERROR"),
        (
            {"Run": {"Status": "ERROR", "ErrorMessage": "Concurrent runs exceeded for workflow: hourly."}},
            "the run ended ERROR; Concurrent runs exceeded for workflow: hourly.",
        ),
    ],
)
def test_every_way_in_which_a_run_ends_badly_is_told(answer: dict[str, Any], said: str):
    run = play(behaviour=Behaviour(mocks={"GetRun": answer}))
    assert (run.first.status, json.loads(run.first.cause)["message"]) == ("FAILED", said)


def test_stopping_is_no_end():
    run = play(behaviour=Behaviour(mocks={"GetRun": look("STOPPING")}), plan={"polls_per_execution": 1500})
    assert (run.first.status, run.first.states.count("GetRun")) == ("RUNNING", 59)


def test_a_run_longer_than_a_history_is_handed_over_and_polled_on():
    run = play(
        behaviour=Behaviour(seconds={"hourly": 3000.0}),
        until=100_000.0,
        plan={"polls_per_execution": 20, "max_runs": 1},
    )
    (job,) = run.job_runs
    assert [(execution.started, execution.ended, execution.status) for execution in run.executions] == [
        (0.0, 1200.0, "SUCCEEDED"),
        (1200.0, 2400.0, "SUCCEEDED"),
        (2400.0, 3000.0, "SUCCEEDED"),
    ]
    assert run.executions[1].input["run_id"] == job.run_id
    assert run.executions[0].output["ended"] == "handed over"
    assert run.executions[-1].output["runs"] == 1
    assert max(execution.history for execution in run.executions) < 20 * 11


def test_a_run_is_waited_for_however_few_polls_an_execution_takes():
    run = play(
        behaviour=Behaviour(seconds={"hourly": 150.0}), until=1e4, plan={"polls_per_execution": 1, "max_runs": 1}
    )
    assert [(execution.started, execution.ended, execution.status) for execution in run.executions] == [
        (0.0, 60.0, "SUCCEEDED"),
        (60.0, 120.0, "SUCCEEDED"),
        (120.0, 180.0, "SUCCEEDED"),
    ]
    assert runs(run) == [("hourly", 0.0, "SUCCEEDED")]
    assert run.executions[-1].output["ended"] == "all runs are done"


def test_an_execution_whose_next_would_be_itself_fails_and_is_told():
    text = render_template(build_workflow(parse_plan(json.dumps(PLAN))), "sam")
    template = evaluate_template(parse_template(text, "t.yaml"))
    world = World(template, Behaviour(mocks={"GetRun": look("COMPLETED")}), 0)
    execution = begin_execution(world, template.machines[0], {"run_id": "wr_1"}, name="after-wr_1")
    world.clock.run(1e4)
    cause = json.loads(execution.cause)
    assert (execution.status, cause["error"], len(world.record.executions)) == (
        "FAILED",
        "States.QueryEvaluationError",
        1,
    )
    assert cause["message"].endswith("the next execution would have the name of this one, after-wr_1")
    assert [change.after for change in world.record.alarms] == ["OK", "ALARM"]


def test_a_loop_resumed_after_its_last_run_is_done():
    run = play({"runs": 3}, plan={"max_runs": 3})
    assert (run.job_runs, run.first.status, run.first.output) == (
        [],
        "SUCCEEDED",
        {"workflow": "hourly", "runId": None, "runs": 3, "ended": "all runs are done"},
    )


@pytest.mark.slow
def test_the_longest_plan_keeps_within_a_history():
    run = play(behaviour=Behaviour(seconds={"hourly": 1e6}), until=1e5, plan={"polls_per_execution": 1500})
    assert run.executions[0].history < 25_000


def test_a_parameter_ends_the_loop_after_the_current_run():
    run = play(Continue="false")
    assert (runs(run), run.first.output["ended"]) == ([("hourly", 0.0, "SUCCEEDED")], "Continue is false")
    run = play({"runs": 4}, Continue="false")  # started by the run before
    assert (run.job_runs, run.first.status, run.first.output["ended"]) == ([], "SUCCEEDED", "Continue is false")
    run = play({"runs": 4, "run_id": "wr_1"}, Behaviour(mocks={"GetRun": look("COMPLETED")}), Continue="false")
    assert (run.first.status, run.first.output) == (
        "SUCCEEDED",
        {"workflow": "hourly", "runId": "wr_1", "runs": 5, "ended": "Continue is false"},
    )


def test_a_second_loop_is_refused_by_glues_own_limit_in_plain_words():
    run = play(behaviour=Behaviour(concurrent_runs={"hourly": 0}))
    assert run.first.status == "FAILED"
    assert json.loads(run.first.cause)["message"] == (
        "it is already running, and its MaxConcurrentRuns does not allow another run; another loop, a trigger or a "
        "person started it"
    )
    assert "No run was started." in run.messages[-1].message


def test_the_input_names_another_workflow():
    run = play({"workflow_name": "daily"}, plan={"max_runs": 1})
    assert runs(run) == [("daily", 0.0, "SUCCEEDED")]
    run = play({"workflow_name": "daily"}, plan={"max_runs": 1, "allowed_workflows": []})
    assert json.loads(run.first.cause)["error"] == "Glue.AccessDeniedException"


@pytest.mark.parametrize("given", [{"workflow_name": ""}, {"workflow_name": 5}, {"run_id": 5}, {"runs": "x"}])
def test_inputs_that_a_loop_refuses(given: Any):
    run = play(given)
    assert (run.first.error, run.job_runs) == ("InvalidInput", [])


def test_without_a_workflow_in_the_plan_the_input_must_name_one():
    text = render_template(build_workflow(parse_plan("pattern: continuous\nmax_runs: 1\n")), "sam")
    assert simulate(text, {}).first.error == "InvalidInput"
    assert simulate(text, {"workflow_name": "any"}).first.output["runs"] == 1


def test_telling_always_and_never():
    run = play(plan={"notify": "always", "max_runs": 2})
    assert [(message.subject, message.message) for message in run.messages] == [
        ("[dev] ingest: the loop succeeded", "The loop of hourly succeeded after 2 runs: all runs are done.")
    ]
    run = play(behaviour=Behaviour(faults=[Fault(job="hourly")]), plan={"notify": "never"})
    assert [message.sender for message in run.messages] == ["alarm stack-loop-failed"]
