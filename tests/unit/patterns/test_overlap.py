"""`overlap`, simulated in every pattern that has it: what a second run does, and what a run leaves that was stopped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol.overlap import LockState, find_holder
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.execution import begin_execution
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.simulator.world import World
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

WORK: dict[str, dict[str, Any]] = {
    "master-child": {"children": [{"name": "orders", "jobs": ["a", "b"]}]},
    "dag": {"tasks": [{"name": "a", "glue_job": "a"}, {"name": "b", "glue_job": "b", "needs": ["a"]}]},
    "dynamic": {},
    "flow": {"steps": [{"name": "first", "glue_job": "a"}, {"name": "second", "glue_job": "b"}]},
}
INPUTS: dict[str, Any] = {"dynamic": {"glueJobs": ["a", "b"]}}
TABLE = "stack-LockTable-XXXXXXXXXXXX"


def template_of(pattern: str, overlap: Any, **keys: Any) -> Template:
    plan = {"pattern": pattern, "name": "locked", "overlap": overlap, **WORK[pattern], **keys}
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "cfn")
    return evaluate_template(parse_template(text, "template"))


def play(pattern: str, overlap: Any, **options: Any) -> Run:
    template = template_of(pattern, overlap)
    return run_machine(template, choose_machine(template), INPUTS.get(pattern, {}), **options)


def roots(run: Run) -> list[Any]:
    return [execution for execution in run.executions if not execution.parent]


@pytest.mark.parametrize("pattern", WORK)
def test_a_second_run_is_skipped(pattern: str):
    run = play(pattern, "skip", second_run=60)
    first, second = roots(run)
    assert (first.status, first.started, first.ended) == ("SUCCEEDED", 0, 600)
    assert (second.status, second.started, second.ended) == ("SUCCEEDED", 60, 60)
    assert second.output["skipped"] is True
    assert second.output["run"]["name"] == second.name
    assert find_holder(second.output) == first.arn
    assert [job.job for job in run.job_runs] == ["a", "b"]
    assert "ALARM" not in [change.after for change in run.alarms]


@pytest.mark.parametrize("pattern", WORK)
def test_a_second_run_waits(pattern: str):
    run = play(pattern, "wait", second_run=90)
    first, second = roots(run)
    assert (first.ended, second.status) == (600, "SUCCEEDED")
    assert second.states.count(LockState.WAIT_FOR_HOLDER) == 9
    assert [job.started for job in run.job_runs] == [0, 300, 630, 930]


@pytest.mark.parametrize("pattern", WORK)
def test_a_second_run_fails_and_names_the_first(pattern: str):
    run = play(pattern, {"mode": "fail"}, second_run=60)
    first, second = roots(run)
    assert (second.status, second.error) == ("FAILED", "AlreadyRunning")
    assert second.cause == f"another run is running: {first.arn}, which holds the lock orchestration"
    assert first.status == "SUCCEEDED"


@pytest.mark.parametrize("mode", ["skip", "wait", "fail"])
@pytest.mark.parametrize("pattern", WORK)
def test_a_run_that_was_stopped_blocks_nobody(pattern: str, mode: str):
    run = play(pattern, mode, stop_after=100, second_run=101)
    first, second = roots(run)
    assert (first.status, first.ended) == ("ABORTED", 100)
    assert (second.status, second.error) == ("SUCCEEDED", "")
    assert LockState.TAKE_LOCK_OVER in second.states
    assert [job.started for job in run.job_runs][-2:] == [101, 401]


@pytest.mark.parametrize("overlap", [None, "allow"])
def test_without_a_lock_nothing_is_rendered(overlap: Any):
    template = template_of("flow", overlap)
    assert "LockTable" not in template.source.data["Resources"]
    assert "dynamodb" not in json.dumps(template.source.data)


def test_a_run_that_waits_too_long_fails():
    run = play("flow", {"mode": "wait", "timeout": "5m"}, second_run=60, behaviour=Behaviour(seconds={"a": 3_600}))
    first, second = roots(run)
    assert (second.status, second.error, second.ended) == ("FAILED", "OverlapTimeout", 360)
    assert second.cause == f"the run has waited 300 s for {first.arn}, which holds the lock orchestration"


def test_the_history_has_room_for_the_longest_wait():
    behaviour = Behaviour(seconds={"a": 170_000, "b": 170_000})
    run = play("flow", {"mode": "wait", "timeout": "96h"}, second_run=1, behaviour=behaviour)
    _, second = roots(run)
    assert second.status == "SUCCEEDED"
    assert second.history < 6_000


def begin_all(template: Template, *starts: tuple[float, Any]) -> World:
    """The world in which executions with these inputs started at these times and have ended."""
    world = World(template, Behaviour(seconds={"*": 100}, concurrent_runs={"*": 100}))

    def begin(at: float, given: Any) -> Steps[None]:
        yield world.clock.timeout(at)
        begin_execution(world, choose_machine(template), given)

    for at, given in starts:
        world.clock.process(begin(at, given))
    world.clock.run()
    return world


LONG = "x" * 3_000
VALUES: list[Any] = ["a", "b", "null", "1", "", '"', "{% $x %}", "${Name}", "é" * 900, LONG, f"{LONG}y"]


def test_only_runs_with_the_same_value_of_the_parameter_exclude_each_other():
    template = template_of("flow", {"mode": "fail", "per": "key"}, parameters={"key": {"required": False}})
    inputs = [{"params": {"key": value}} for value in VALUES] + [{}]
    world = begin_all(template, *((0, each) for each in inputs), *((1, each) for each in inputs))
    statuses = [(each.started, each.status, each.error) for each in world.record.executions]
    assert statuses == [(0, "SUCCEEDED", "")] * len(inputs) + [(1, "FAILED", "AlreadyRunning")] * len(inputs)
    keys = [item["lockKey"]["S"] for item in world.tables[TABLE].values()]
    assert keys[:4] == ['key=["a"]', 'key=["b"]', 'key=["null"]', 'key=["1"]']
    assert keys[-1] == "key=[null]"
    assert len(set(keys)) == len(inputs)
    assert max(len(key.encode()) for key in keys) <= 2_048
    assert sum(key.startswith("key#") for key in keys) == 3


def test_one_run_for_each_date():
    parameters = {"run_date": {"type": "date", "default": "today"}}
    template = template_of("flow", {"mode": "skip", "per": "run_date"}, parameters=parameters)
    dates: list[Any] = ["2026-01-01", "2026-01-02", "today", None, "yesterday"]
    starts = [(number, {"params": {"run_date": date}} if date else {}) for number, date in enumerate(dates)]
    world = begin_all(template, *starts)
    skipped = [bool(find_holder(each.output)) for each in world.record.executions]
    assert skipped == [False, False, True, True, False]  # the simulation begins on 2026-01-01


def test_items_expire_more_than_a_year_after_the_start():
    world = begin_all(template_of("flow", "skip"), (0, {}))
    (item,) = world.tables[TABLE].values()
    assert item["heldBy"] == {"S": world.record.first.arn}
    assert item["acquiredAt"] == {"S": "2026-01-01T00:00:00.000Z"}
    assert (int(item["expiresAt"]["N"]) - world.begin.timestamp()) / 86_400 == 400


def lock_of(holder: str, acquired: str) -> dict[str, Any]:
    return {"lockKey": {"S": "orchestration"}, "heldBy": {"S": holder}, "acquiredAt": {"S": acquired}}


GONE = "arn:aws:states:us-east-1:123456789012:execution:stack-flow:gone"


@pytest.mark.parametrize(
    ("acquired", "skipped"),
    [("2025-12-31T23:50:00.000Z", False), ("2025-12-31T23:59:30.000Z", True), ("", False)],
)
def test_an_execution_that_is_unknown_is_deleted_unless_it_has_just_acquired_the_lock(acquired: str, skipped: bool):
    template = template_of("flow", "skip")
    world = World(template, Behaviour())
    world.tables[TABLE] = {'{"lockKey":{"S":"orchestration"}}': lock_of(GONE, acquired)}
    begin_execution(world, choose_machine(template), {})
    world.clock.run()
    assert bool(find_holder(world.record.first.output)) is skipped


def test_an_item_that_disappears_is_acquired_again():
    template = template_of("flow", "fail")
    run = run_machine(
        template, choose_machine(template), {}, Behaviour(mocks={"ReadLock": {}, "AcquireLock": LOST_ONCE})
    )
    assert run.first.status == "SUCCEEDED"
    assert run.first.states.count(LockState.ACQUIRE_LOCK) == 2
    assert LockState.DESCRIBE_HOLDER not in run.first.states


LOST_ONCE = {
    "0": {"Throw": {"Error": "DynamoDB.ConditionalCheckFailedException", "Cause": "The conditional request failed"}},
    "1": {"Return": {}},
}


@pytest.mark.parametrize("state", [LockState.ACQUIRE_LOCK, LockState.READ_LOCK, LockState.DESCRIBE_HOLDER])
def test_errors_of_aws_are_retried_then_the_execution_fails(state: str):
    template = template_of("flow", "skip")
    error = {"Error": "DynamoDB.InternalServerErrorException", "Cause": "try again"}
    mocks: dict[str, Any] = {state: {"Throw": error}}
    world = World(template, Behaviour(mocks=mocks))
    world.tables[TABLE] = {'{"lockKey":{"S":"orchestration"}}': lock_of(GONE, "2025-12-31T23:59:59.000Z")}
    begin_execution(world, choose_machine(template), {})
    world.clock.run()
    run = world.record
    assert (run.first.error, run.first.retries) == ("LockFailed", 6)
    assert run.first.cause == (
        "the lock of the run could not be acquired: DynamoDB.InternalServerErrorException: try again"
    )
    assert [change.after for change in run.alarms] == ["ALARM"]
    assert run.job_runs == []


def test_the_role_can_use_the_table_and_describe_executions_of_its_machine_alone():
    template = template_of("flow", "skip")
    role = template.source.data["Resources"]["StateMachineRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    statements = {statement["Sid"]: statement for statement in role["Statement"] if "Sid" in statement}
    assert statements["AcquireLock"]["Action"] == ["dynamodb:PutItem", "dynamodb:GetItem"]
    assert statements["AcquireLock"]["Resource"] == [{"Fn::GetAtt": ["LockTable", "Arn"]}]
    assert statements["DescribeHolder"]["Action"] == ["states:DescribeExecution"]
    assert statements["DescribeHolder"]["Resource"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}-flow:*"}
    ]
