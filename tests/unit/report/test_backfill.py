"""A backfill on a screen: what fits into its height, and what is said at the end."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

from sfnorch.app.backfilling import BackfillResult
from sfnorch.console import Console
from sfnorch.report.followed.backfill import describe_plan, print_backfill, render_backfill
from sfnorch.runs.backfill_progress import FollowedBackfill
from sfnorch.runs.date_runs import DateRun

MAIN = "arn:aws:states:eu-west-1:123456789012:stateMachine:etl-master"
NOW = datetime(2026, 2, 1, tzinfo=timezone.utc)


def backfill(*statuses: str, execution: bool = True) -> FollowedBackfill:
    runs = {}
    for number, status in enumerate(statuses, 1):
        day = f"2026-{number // 28 + 1:02}-{number % 28 + 1:02}"
        begun = None if status == "PENDING" else NOW - timedelta(minutes=5)
        runs[day] = DateRun(date=day, status=status, attempt=0 if begun is None else 1, started=begun)
        if status == "FAILED":
            runs[day].error, runs[day].message, runs[day].failed = "E", "the\ninput is empty", "orders"
            runs[day].execution = f"{MAIN.replace('stateMachine', 'execution')}:{day}-ab-1"
    found = FollowedBackfill(dates=runs, key="ab", main_machine_arn=MAIN, attempts={})
    if execution:
        found.execution = f"{MAIN}:b".replace("stateMachine", "execution")
    return found


def shown(found: FollowedBackfill, height: int, width: int = 70) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(render_backfill(found, NOW, height))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_the_screen_has_the_dates_that_run_first():
    found = backfill(*["SUCCEEDED"] * 30, "FAILED", "RUNNING", "RUNNING", *["PENDING"] * 50)
    lines = shown(found, 8)
    assert len(lines) <= 9
    assert "31 of 83 dates, 1 failed" in lines[0]
    assert [line.split()[1] for line in lines[2:6]] == ["RUNNING", "RUNNING", "FAILED", "SUCCEEDED"]
    assert "orders  E: the input is empty" in lines[4]


def test_the_remaining_time_is_that_of_the_dates_that_have_ended():
    """Two dates took 20 and 40 minutes: each lane needs 30 minutes for a date, of which 5 have passed."""
    found = backfill("SUCCEEDED", "FAILED", "RUNNING", "RUNNING", "PENDING", "PENDING", "PENDING", "PENDING")
    assert "2 of 8 dates, 1 failed  -:--:--" in shown(found, 20)[0]
    first, second = list(found.dates.values())[:2]
    first.ended = NOW + timedelta(minutes=15)
    second.ended = NOW + timedelta(minutes=35)
    assert found.estimate_remaining(NOW) == (2 * 25 + 4 * 30) * 60 / 2
    assert "2 of 8 dates, 1 failed  1:25:00" in shown(found, 20)[0]
    assert found.estimate_remaining(NOW + timedelta(hours=1)) == 4 * 30 * 60 / 2  # those that run are overdue


def test_nothing_remains_when_all_dates_have_ended():
    found = backfill("SUCCEEDED")
    found.dates["2026-01-02"].ended = NOW
    assert "1 of 1 dates  0:00:00" in shown(found, 20)[0]


def test_a_long_message_does_not_wrap():
    found = backfill("FAILED")
    next(iter(found.dates.values())).message = "x" * 500
    assert [len(line) <= 60 for line in shown(found, 5, width=60)] == [True] * 3


def test_the_end_names_what_failed_and_how_to_continue():
    found = backfill("SUCCEEDED", "FAILED", "PENDING")
    found.record.status, found.record.error, found.record.ended = "FAILED", "BackfillFailed", NOW
    console = Console(file=io.StringIO(), width=200)
    print_backfill(BackfillResult(found, "sfnorch backfill"), console, NOW)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.splitlines()[-2:] == ["1 of 3 dates succeeded, 1 failed, 1 not started.", "Continue: sfnorch backfill"]
    assert "2026-01-03: orders  E: the input is empty\n  Execution: https://eu-west-1.console" in text


def test_only_what_did_not_succeed_is_listed_of_many_dates():
    found = backfill(*["SUCCEEDED"] * 99, "FAILED", "FAILED")
    console = Console(file=io.StringIO(), width=200)
    print_backfill(BackfillResult(found, "sfnorch backfill"), console, NOW)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [line.split()[1] for line in lines[1:3]] == ["FAILED", "FAILED"]
    assert "99 of 101 dates succeeded, 2 failed." in lines


def test_a_backfill_that_was_stopped_is_continued_too():
    found = backfill("SUCCEEDED", "PENDING")
    found.record.status, found.record.ended = "ABORTED", NOW
    assert BackfillResult(found, "").end == "failed"
    found.dates["2026-01-03"].status = "FAILED"
    assert BackfillResult(found, "").end == "failed"
    found.record.status, found.record.error = "FAILED", "BackfillFailed"
    assert BackfillResult(found, "").end == "work_failed"
    del found.dates["2026-01-03"]
    assert BackfillResult(found, "").end == "succeeded"
    found.record.ended = None
    assert BackfillResult(found, "").end == "running"
    assert BackfillResult(backfill("SUCCEEDED", execution=False), "").end == "succeeded"


def test_the_plan_in_words():
    found = backfill("SUCCEEDED", "PENDING", "RUNNING", "PENDING", execution=False)
    list(found.dates.values())[1].attempt = 1
    assert (
        describe_plan(found, "day") == "4 dates for the parameter day: 1 succeeded before, 1 rerun, 1 already running."
    )
    assert describe_plan(backfill("PENDING"), "") == "1 date for $run.date."
