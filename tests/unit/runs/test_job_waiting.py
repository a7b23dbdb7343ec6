"""How long a job run waited, from Glue's description of it."""

from __future__ import annotations

import pytest

from sfnorch.json_values import Json
from sfnorch.runs.job_waiting import measure_waiting

MILLIS = 1_578_022_390_301


@pytest.mark.parametrize(
    ("started", "completed", "seconds", "waiting"),
    [
        (MILLIS, MILLIS + 895_331, 135, 760.331),
        (1_637_210_222_488, 1_637_210_428_964, 197, 9.476),  # of an output that AWS published
        ("2026-11-20T22:40:55.263365+00:00", "2026-11-20T22:41:40.263365+00:00", 5, 40.0),
        ("2026-11-20T22:40:55Z", "2026-11-20T22:40:56Z", 1, 0.0),
        (MILLIS, MILLIS + 900, 0, 0.0),
        (MILLIS, MILLIS + 60_000, 0, 60.0),
        (MILLIS, MILLIS + 1_000, 60, 0.0),
        (None, MILLIS, 1, None),
        (MILLIS, None, 1, None),
        (MILLIS, MILLIS, None, None),
        (MILLIS, "yesterday", 1, None),
        (True, MILLIS, 1, None),
        (MILLIS, MILLIS, "1", None),
    ],
)
def test_the_time_in_which_a_run_consumed_nothing(started: Json, completed: Json, seconds: Json, waiting: float | None):
    run = {"StartedOn": started, "CompletedOn": completed, "ExecutionTime": seconds}
    assert measure_waiting(run) == (None if waiting is None else pytest.approx(waiting, abs=0.001))


def test_a_description_without_times():
    assert measure_waiting({}) is None
