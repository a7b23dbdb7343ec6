"""Backfills: what is equal of all runs, which parameter gets the date, and how an execution of a backfill is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.asl import serialize_graph
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol.backfill import MOST_DATES_IN_ALL, PARTS, OutcomeRule, name_run, parse_run_name
from sfnorch.runs.backfill_progress import FollowedBackfill
from sfnorch.runs.backfills import BackfillSettings, choose_date_parameter
from sfnorch.runs.date_runs import DateRun, find_rule
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import find_kind, open_record
from sfnorch.runs.kinds.backfill import BACKFILL
from sfnorch.runs.node import Node
from sfnorch.runs.resume import can_resume
from tests.backfills import PLANS
from tests.unit.runs.events import History

MAIN = "arn:aws:states:eu-west-1:123456789012:stateMachine:etl-flow"
PARAMETERS = {"day": {"type": "date"}, "until": {"type": "date"}, "count": {"type": "integer"}, "text": {}}


def definitions(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [serialize_graph(machine.graph) for machine in build_workflow(parse_plan(json.dumps(plan))).machines]


def main_definition(*parameters: str) -> dict[str, Any]:
    declared = {name: {"type": "string", **PARAMETERS[name]} for name in parameters}
    return definitions({"pattern": "flow", "backfill": True, "parameters": declared, **PLANS["flow"]})[0]


def settings(**keys: Any) -> BackfillSettings:
    return BackfillSettings(**{"param": "day", "params": {"mode": "x"}, "execution_input": {"threads": []}, **keys})


def test_the_key_is_that_of_what_makes_runs_equal():
    keys = {
        settings(**keys).compute_key(machine)
        for machine, keys in [
            (MAIN, {}),
            (f"{MAIN}s", {}),
            (MAIN, {"param": "other"}),
            (MAIN, {"params": {"mode": "y"}}),
            (MAIN, {"params": {}}),
            (MAIN, {"execution_input": {}}),
        ]
    }
    assert len(keys) == 6
    assert settings().compute_key(MAIN) in keys
    assert settings(parallel=9, stop_on_failure=True).compute_key(MAIN) == settings().compute_key(MAIN)
    swapped = settings(params={"b": 1, "a": 2}).compute_key(MAIN)
    assert swapped == settings(params={"a": 2, "b": 1}).compute_key(MAIN)


def test_the_input_has_only_the_attempts_of_its_dates():
    made = settings().make_input(["2026-01-01", "2026-01-02"], "ab", {"2026-01-01": 1, "2026-01-02": 2, "x": 3}, "c")
    assert made["attempts"] == {"2026-01-02": 2}
    assert "param" not in settings(param="").make_input([], "ab", {}, "c")


@pytest.mark.parametrize(
    ("declared", "wanted", "fixed", "expected"),
    [
        (["day"], None, {}, "day"),
        (["day", "count"], None, {"count": "1"}, "day"),
        (["day", "until"], "until", {}, "until"),
        (["day", "until"], None, {"until": "2026-01-01"}, "day"),
        (["text", "count"], None, {}, ""),
        (["text", "day"], "text", {}, "text"),
        ([], None, {}, ""),
    ],
)
def test_the_parameter_that_gets_the_date(declared: list[str], wanted: str | None, fixed: Any, expected: str):
    assert choose_date_parameter("the flow", main_definition(*declared), wanted, fixed) == expected


@pytest.mark.parametrize(
    ("declared", "wanted", "fixed", "message"),
    [
        (["day", "until"], None, {}, "param: several parameters are dates (day, until); pass one of them"),
        (["day"], "dya", {}, "param: unknown parameter 'dya'; did you mean day?"),
        (["day", "count"], "count", {}, "param: count is of type integer, and cannot be a date"),
        (["day"], "day", {"day": "2026-01-01"}, "param: day cannot get both the date and a fixed value"),
    ],
)
def test_a_parameter_that_cannot_get_the_date(declared: list[str], wanted: str | None, fixed: Any, message: str):
    with pytest.raises(RequestError) as caught:
        choose_date_parameter("the flow", main_definition(*declared), wanted, fixed)
    assert str(caught.value) == message


def test_the_name_of_a_run_has_its_date_and_attempt():
    assert parse_run_name(name_run("2026-01-31", "ab12", 13), "ab12") == ("2026-01-31", 13)
    for other in ("2026-01-31-ab12-0", "2026-01-31-ab13-1", "2026-01-31-ab12", "ab12-1", "2026-01-31-ab12-1-2"):
        assert parse_run_name(other, "ab12") is None


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ({"pattern": "master-child", **PLANS["master-child"]}, OutcomeRule(PARTS["master-child"])),
        (PLANS["master-child that fails"], OutcomeRule()),
        ({"pattern": "dag", **PLANS["dag"]}, OutcomeRule(PARTS["dag"])),
        ({"pattern": "dag", "on_task_failure": "fail", **PLANS["dag"]}, OutcomeRule()),
        ({"pattern": "fan-out", **PLANS["fan-out"]}, OutcomeRule(has_items=True)),
        (PLANS["fan-out that fails"], OutcomeRule()),
        ({"pattern": "flow", **PLANS["flow"]}, OutcomeRule()),
        ({"pattern": "flow", "overlap": "skip", **PLANS["flow"]}, OutcomeRule(can_skip=True)),
        ({"pattern": "flow", "overlap": "wait", **PLANS["flow"]}, OutcomeRule()),
    ],
)
def test_which_outputs_are_failures(plan: dict[str, Any], rule: OutcomeRule):
    assert find_rule(definitions({**plan, "backfill": True})[0]) == rule


def test_a_run_that_succeeded_with_failed_parts_or_was_skipped():
    rows = [{"child": "a", "status": "FAILED", "message": "no"}, {"child": "b", "status": "SUCCEEDED"}]
    rule = OutcomeRule(PARTS["master-child"], can_skip=True)
    assert rule.find_failure({"children": rows}) == {"failed": "a", "error": "ChildrenFailed", "message": "no"}
    assert rule.find_failure({"children": rows[1:]}) is None
    assert (rule.find_failure({"skipped": True, "heldBy": MAIN}) or {})["error"] == "RunSkipped"
    assert OutcomeRule().find_failure({"skipped": True, "heldBy": MAIN, "children": rows}) is None
    assert [each.has_hidden_failures for each in (rule, OutcomeRule(can_skip=True), OutcomeRule())] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("output", "failure"),
    [
        ({"counts": {"total": 2, "failed": 0}, "failures": []}, None),
        (
            {"counts": {"total": 3, "failed": 2}, "failures": [{"item": "a"}, {"item": "b"}]},
            {"failed": "a, b", "error": "ItemsFailed", "message": "2 of 3 items failed"},
        ),
        (
            {"counts": {"total": 0, "failed": 0}, "failures": [], "error": "States.ItemReaderFailed"},
            {"failed": "", "error": "States.ItemReaderFailed", "message": "0 of 0 items failed"},
        ),
        ("text", None),
    ],
)
def test_a_fan_out_that_succeeded_with_failed_items(output: Any, failure: Any):
    rule = OutcomeRule(has_items=True)
    assert (rule.find_failure(output), rule.has_hidden_failures) == (failure, True)


class BackfillHistory(History):
    """The history of an execution of a backfill."""

    def run_date(self, day: str) -> tuple[int, int]:
        """Enters the state of a date, and starts its run; the numbers of both events."""
        entered = self.add("TaskStateEntered", 1, key="stateEntered", name="StartOrJoin", input=json.dumps(day))
        call = {"resourceType": "states", "resource": "startExecution.sync:2"}
        parameters = json.dumps({"StateMachineArn": MAIN, "Name": f"{day}-ab-1"})
        self.add("TaskScheduled", entered, key="taskScheduled", **call, parameters=parameters)
        arn = f"{MAIN.replace('stateMachine', 'execution')}:{day}-ab-1"
        submitted = self.add("TaskSubmitted", key="taskSubmitted", **call, output=json.dumps({"ExecutionArn": arn}))
        return entered, submitted

    def end_date(self, submitted: int, **outcome: str) -> None:
        """Ends the run of a date with this outcome."""
        ended = self.add("TaskSucceeded", submitted, key="taskSucceeded", output="{}")
        self.add("TaskStateExited", ended, key="stateExited", name="StartOrJoin", output=json.dumps(outcome))


def test_an_execution_of_a_backfill_follows_the_dates_that_run():
    history = BackfillHistory()
    history.begin({"dates": ["2026-01-01", "2026-01-02", "2026-01-03"]})
    history.assign(dates=["2026-01-01", "2026-01-02", "2026-01-03"], runKey="ab", command="sfnorch backfill again")
    _, first = history.run_date("2026-01-01")
    history.run_date("2026-01-02")
    record = open_record()
    list(read_events(record, history.events))
    assert record.reading is BACKFILL
    assert [arn[-15:-5] for arn in record.reading.list_followed(record)] == ["2026-01-01", "2026-01-02"]
    assert record.reading.list_to_come(record) == ["3 dates: 2 running, 1 not started yet"]
    history.end_date(first, date="2026-01-01", status="SUCCEEDED")
    list(read_events(record, history.events[-2:]))
    assert [arn[-15:-5] for arn in record.reading.list_followed(record)] == ["2026-01-02"]
    assert record.reading.list_to_come(record) == ["3 dates: 1 ended, 1 running, 1 not started yet"]
    node = Node(arn=f"{MAIN}:b".replace("stateMachine", "execution"), record=record)
    with pytest.raises(SfnorchError, match="still running"):
        BACKFILL.resume(node)
    history.finish("FAILED", "BackfillFailed", "1 of 3 dates failed")
    list(read_events(record, history.events[-1:]))
    with pytest.raises(SfnorchError, match="the same command continues it") as caught:
        BACKFILL.resume(node)
    assert caught.value.hint == "sfnorch backfill again"
    assert not can_resume(node)


def test_the_dates_of_a_history():
    days = ["2026-01-01", "2026-01-02", "2026-01-03"]
    backfill = FollowedBackfill(
        dates={day: DateRun(date=day) for day in days}, key="ab", main_machine_arn=MAIN, attempts={days[1]: 2}
    )
    backfill.execution = f"{MAIN}-b:1".replace("stateMachine", "execution")
    history = BackfillHistory()
    history.begin()
    _, first = history.run_date(days[0])
    history.run_date(days[1])
    history.run_date("2030-01-01")
    assert [run.date for run in backfill.read(history.events)] == days[:2]
    assert [run.status for run in backfill.dates.values()] == ["RUNNING", "RUNNING", "PENDING"]
    assert backfill.dates[days[1]].execution.endswith(":execution:etl-flow:2026-01-02-ab-2")
    count = len(history.events)
    history.end_date(first, date=days[0], status="FAILED", failed="orders", error="E", message="m")
    failed = json.dumps({"date": days[1], "status": "SUCCEEDED"})
    history.add("PassStateExited", 1, key="stateExited", name="Joined", output=failed)
    changed = backfill.read(history.events[count:])
    assert [(run.date, run.status, run.failed, run.error) for run in changed] == [
        (days[0], "FAILED", "orders", "E"),
        (days[1], "SUCCEEDED", "", ""),
    ]
    assert not backfill.ended
    history.finish("ABORTED")
    backfill.read(history.events[-1:])
    assert (backfill.ended, backfill.status) == (True, "ABORTED")


def test_the_kind_of_the_machine():
    plan = {"pattern": "flow", "backfill": True, **PLANS["flow"]}
    assert find_kind(definitions(plan)[-1]) is BACKFILL


def test_the_largest_backfill_fits_into_an_input_also_if_all_dates_failed():
    dates = [f"{number:010}" for number in range(MOST_DATES_IN_ALL)]  # as long as a date
    made = settings(params={"mode": "x" * 10_000}).make_input(dates, "ab", {}, "sfnorch backfill")
    whole = {**made, "attempts": dict.fromkeys(dates, 12)}
    failure = {"date": "2026-01-01", "failed": "x" * 100, "error": "x" * 100, "message": "ü" * 300}
    whole |= {"failures": [failure] * 20}
    assert len(json.dumps(whole, ensure_ascii=False).encode()) < 200_000
