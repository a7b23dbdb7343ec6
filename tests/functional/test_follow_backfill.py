"""A backfill that was recorded on an emulator: two of five dates fail, and the others are not started."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.aws.polling import Clock
from sfnorch.runs.backfill_progress import FollowedBackfill, follow_backfill
from sfnorch.runs.date_runs import DateRun
from sfnorch.runs.run_tree import RunTree
from tests.functional.following import follow
from tests.replay import Replay
from tests.screens import plain_tree as plain

ACCOUNT = "arn:aws:states:us-east-1:000000000000"
OWN = f"{ACCOUNT}:execution:bfdaily-backfill:1c26abeb-3"
DAYS = [f"2026-05-0{number}" for number in range(1, 6)]


def followed() -> FollowedBackfill:
    return FollowedBackfill(
        dates={day: DateRun(date=day) for day in DAYS},
        key="1c26abeb",
        main_machine_arn=f"{ACCOUNT}:stateMachine:bfdaily-master",
        attempts={},
        execution=OWN,
    )


def test_the_dates_while_it_runs():
    replay, backfill = Replay.of("backfill"), followed()
    clock: Any = replay.clock
    seen = []
    for changed in follow_backfill(replay.client(), backfill, clock):
        seen += [(run.date, run.status) for run in changed]
    assert sorted(seen) == [
        ("2026-05-01", "FAILED"),
        ("2026-05-01", "RUNNING"),
        ("2026-05-02", "FAILED"),
        ("2026-05-02", "RUNNING"),
    ]
    assert (backfill.ended, backfill.status, backfill.record.error) == (True, "FAILED", "BackfillFailed")
    first = backfill.dates[DAYS[0]]
    assert (first.failed, first.error, first.message) == ("customers", "ChildrenFailed", "bench: simulated failure")
    assert first.execution == f"{ACCOUNT}:execution:bfdaily-master:2026-05-01-1c26abeb-1"
    assert {arn for _, arn in replay.asked} == {OWN}


def test_the_deadline_ends_it():
    replay, backfill = Replay.of("backfill"), followed()
    clock = Clock(now=replay.clock.now, sleep=replay.clock.sleep)
    polls = list(follow_backfill(replay.client(), backfill, clock, replay.clock.now() + 2))
    assert len(polls) > 1
    assert not backfill.ended
    assert [run.status for run in backfill.select_dates("RUNNING")] == ["RUNNING", "RUNNING"]


def test_watch_reads_only_the_dates_that_run():
    replay = Replay.of("backfill")
    replay.clock.sleep(3600)
    tree = RunTree(replay.client(), [OWN], replay.clock)
    tree.poll()
    assert [node.arn for node in tree.roots[0].list_nodes()] == [OWN]
    assert {arn for _, arn in replay.asked} == {OWN}


def test_watch_shows_the_dates_that_run_and_how_many_there_are(capsys: pytest.CaptureFixture[str]):
    replay = Replay.of("backfill")
    with pytest.raises(Exception, match="still running"):
        follow(replay, "bfdaily", timeout=3)
    shown = plain(capsys.readouterr().out)
    assert "├── 5 dates: 2 running, 3 not started yet\n" in shown
    assert "master 2026-05-02-1c26abeb-1 RUNNING" in shown


def test_watch_of_a_backfill_that_failed(capsys: pytest.CaptureFixture[str]):
    replay = Replay.of("backfill")
    replay.clock.sleep(3600)
    assert follow(replay, "bfdaily") == 3
    shown = plain(capsys.readouterr().out)
    assert "2 of 5 dates failed, 3 were not started: 2026-05-01 (customers), 2026-05-02 (customers)" in shown
    assert "Resume" not in shown
