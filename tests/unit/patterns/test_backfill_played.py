"""The machine of backfills, simulated: what each date's run gets, what is reported, and what stops it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sfnorch.protocol.backfill import MOST_DATES
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.run import choose_machine, is_backfill
from tests.backfills import KEY, PLANS, backfill, days, parts_of, runs_of, template_of

pytestmark = pytest.mark.slow


def given(count: int, **keys: Any) -> dict[str, Any]:
    return {"dates": days(count), "key": KEY, "param": "day", **keys}


@pytest.mark.parametrize("plan", PLANS)
def test_each_date_is_one_run_of_the_main_machine(plan: str):
    run = backfill(template_of(plan), given(5, parallel=2, params={"mode": "y"}))
    (own,) = parts_of(run)
    assert (own.status, own.output) == ("SUCCEEDED", {"key": KEY, "total": 5, "succeeded": 5})
    assert sorted(each.name for each in runs_of(run)) == [f"{day}-{KEY}-1" for day in days(5)]
    for each in runs_of(run):
        day = each.name[:10]
        assert each.input == {"params": {"mode": "y", "day": day}, "run": {"date": day, "attempt": 1}}
        assert (each.output["run"]["date"], each.output["run"]["attempt"]) == (day, 1)


def test_dates_run_in_order_as_many_at_once_as_the_input_says():
    run = backfill(template_of("flow"), given(6, parallel=3), Behaviour(seconds={"a": 100.0, "b": 0.0}))
    times = {each.name[:10]: (each.started, each.ended) for each in runs_of(run)}
    begun = [times[day][0] for day in days(6)]
    assert begun[:3] == [0.0, 0.0, 0.0]
    running = [sum(start <= at < end for start, end in times.values() if end is not None) for at in begun]
    assert max(running) == 3


@pytest.mark.parametrize(
    ("plan", "what", "error", "message"),
    [
        ("master-child", "orders", "ChildrenFailed", "broke"),
        ("master-child that fails", None, "ChildrenFailed", "1 of 1 child workflows failed: orders"),
        ("dag", "first", "TasksFailed", "broke"),
        ("flow", "first", "StepFailed", "broke"),
        ("fan-out", "north", "ItemsFailed", "1 of 2 items failed"),
        ("fan-out that fails", "north", "ItemsFailed", "broke"),
    ],
)
def test_a_date_that_fails(plan: str, what: str | None, error: str, message: str):
    run = backfill(template_of(plan), given(3, command="again"), Behaviour(faults=[Fault("a", 1, message="broke")]))
    (own,) = parts_of(run)
    first = days(3)[0]
    at = f" ({what})" if what else ""
    assert (own.status, own.error) == ("FAILED", "BackfillFailed")
    assert own.cause == f"1 of 3 dates failed: {first}{at}. Continue with: again"
    assert len(runs_of(run)) == 3
    (sent,) = [each for each in run.messages if each.sender == "backfill"]
    assert sent.subject.endswith("backfill: 1 of 3 dates failed")
    assert f"\n{first}{f' at {what}' if what else ''} failed: {error}\n  {message}" in sent.message
    assert f":{first}-{KEY}-1\n" in sent.message
    assert "\nContinue: again" in sent.message
    alarms = [(each.before, each.after) for each in run.alarms if each.alarm == "stack-backfill-failed"]
    assert alarms[-1][1] == "ALARM"


def test_a_date_without_the_object_of_its_items_fails():
    plan = {"items": {"object": {"bucket": "landing", "key": "{% $run.date & '.json' %}"}}, "item_name": "{% $item %}"}
    first, second = days(2)
    objects = {f"s3://landing/{first}.json": b'["north"]'}
    run = backfill(template_of("fan-out", **plan), given(2, command="again"), Behaviour(objects=objects))
    (own,) = parts_of(run)
    assert own.cause == f"1 of 2 dates failed: {second}. Continue with: again"
    (sent,) = [each for each in run.messages if each.sender == "backfill"]
    assert f"\n{second} failed: States.ItemReaderFailed\n  0 of 0 items failed" in sent.message


def test_a_date_of_a_fan_out_that_was_skipped_fails():
    template = template_of("fan-out", overlap="skip")
    run = backfill(template, given(2, parallel=2, command="again"))
    (own,) = parts_of(run)
    assert own.cause.startswith("1 of 2 dates failed: ")
    (sent,) = [each for each in run.messages if each.sender == "backfill"]
    assert "failed: RunSkipped\n  another run was running" in sent.message


def test_nothing_starts_after_a_chunk_with_a_failure_and_what_runs_ends():
    faults = Behaviour(seconds={"b": 9.0}, faults=[Fault("a", 1)])
    run = backfill(template_of("flow"), given(9, parallel=2, stopOnFailure=True), faults)
    (own,) = parts_of(run)
    assert own.cause.startswith("1 of 9 dates failed, 7 were not started: 2026-01-01 (first)")
    assert [each.status for each in runs_of(run)] == ["FAILED", "SUCCEEDED"]


def test_attempts_are_in_names_and_inputs():
    run = backfill(template_of("flow"), given(2, attempts={"2026-01-02": 3}))
    assert [(each.name, each.input["run"]["attempt"]) for each in runs_of(run)] == [
        (f"2026-01-01-{KEY}-1", 1),
        (f"2026-01-02-{KEY}-3", 3),
    ]


def test_without_a_parameter_only_the_date_of_the_run_is_set():
    run = backfill(template_of("flow"), {"dates": days(1), "key": KEY, "input": {"more": 1}})
    (each,) = runs_of(run)
    assert each.input == {"more": 1, "params": {}, "run": {"date": "2026-01-01", "attempt": 1}}


@pytest.mark.parametrize("stops", [False, True])
def test_a_long_backfill_continues_in_the_next_execution(stops: bool):
    count = 2 * MOST_DATES + 3
    run = backfill(template_of("flow"), given(count, parallel=7, stopOnFailure=stops, attempts={days(count)[-1]: 2}))
    own = parts_of(run)
    assert len(own) == 3
    assert [each.status for each in own] == ["SUCCEEDED"] * 3
    assert [each.name for each in own[1:]] == [f"{own[0].name}-2", f"{own[0].name}-3"]
    assert own[-1].output == {"key": KEY, "total": count, "succeeded": count}
    assert sorted(each.name[:10] for each in runs_of(run)) == days(count)
    assert runs_of(run)[-1].name.endswith(f"{days(count)[-1]}-{KEY}-2")
    assert all(each.output["next"].endswith(after.name) for each, after in pairwise(own))


def test_failures_of_earlier_executions_are_reported_at_the_end():
    run = backfill(template_of("flow"), given(MOST_DATES + 2), Behaviour(faults=[Fault("a", 1)]))
    own = parts_of(run)
    assert [each.status for each in own] == ["SUCCEEDED", "FAILED"]
    assert own[-1].cause.startswith(f"1 of {MOST_DATES + 2} dates failed: 2026-01-01 (first). Continue")


@pytest.mark.slow
def test_the_history_fits_even_if_all_dates_fail():
    every = Behaviour(faults=[Fault("a", message="ü" * 250)])
    run = backfill(template_of("flow", notify="never"), given(MOST_DATES, parallel=40), every)
    (own,) = parts_of(run)
    assert own.error == "BackfillFailed"
    assert own.cause.startswith(f"{MOST_DATES} of {MOST_DATES} dates failed: 2026-01-01 (first), ")
    assert own.cause.endswith(f"2026-04-10 and {MOST_DATES - 100} more. Continue with: sfnorch backfill")
    assert own.history < 5_000


def test_a_date_whose_run_was_skipped_counts_as_failed():
    run = backfill(template_of("flow", overlap="skip"), given(2, parallel=2))
    (own,) = parts_of(run)
    assert own.cause.startswith("1 of 2 dates failed: 2026-01-0")
    assert [each.status for each in runs_of(run)] == ["SUCCEEDED", "SUCCEEDED"]
    (sent,) = [each for each in run.messages if each.sender == "backfill"]
    assert "failed: RunSkipped\n  another run was running" in sent.message


@pytest.mark.parametrize("overlap", ["wait", {"mode": "skip", "per": "day"}, "allow"])
def test_dates_that_may_overlap_or_wait_succeed(overlap: Any):
    run = backfill(template_of("flow", overlap=overlap), given(4, parallel=2))
    assert parts_of(run)[0].status == "SUCCEEDED"


@pytest.mark.parametrize("plan", PLANS)
def test_the_main_machine_is_still_the_one_that_starts_the_others(plan: str):
    template = template_of(plan)
    chosen = choose_machine(template)
    assert template.build_title(chosen) in ("master", "flow", "fan-out")
    assert not is_backfill(chosen)
    assert is_backfill(template.find("backfill"))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"dates": []},
        {"dates": "2026-01-01"},
        {"dates": ["2026-1-1"]},
        {"key": ""},
        {"key": "a b"},
        {"parallel": 0},
        {"parallel": 41},
        {"parallel": "2"},
        {"attempts": [2]},
        {"params": "x"},
        {"stopOnFailure": "no"},
        {"failed": {}},
    ],
)
def test_an_invalid_input_starts_nothing(wrong: dict[str, Any]):
    run = backfill(template_of("flow"), {**given(2), **wrong} if wrong else {})
    assert [(each.title, each.status, each.error) for each in run.executions] == [
        ("backfill", "FAILED", "InvalidInput")
    ]
    assert run.first.cause.startswith("the input must have dates")
