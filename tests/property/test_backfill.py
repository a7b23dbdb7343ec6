"""What must hold of every backfill: each date runs until it succeeds once, and continuing runs exactly the rest."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.aws.polling import Clock
from sfnorch.json_values import Json
from sfnorch.protocol.backfill import MOST_DATES
from sfnorch.runs.backfills import BackfillSettings
from sfnorch.runs.date_runs import DateRun, find_rule, read_date_runs
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import MAX_EVENTS, Run
from tests.backfills import KEY, PLANS, Listed, backfill, days, parts_of, runs_of, template_of

pytestmark = pytest.mark.slow

TEMPLATES = {name: template_of(name, notify="never") for name in PLANS}
CLOCK = Clock(now=lambda: 0.0, sleep=lambda _: None)


def next_input(left: dict[str, DateRun], dates: list[str], settings: BackfillSettings) -> dict[str, Any]:
    """The input of the next backfill, as `sfnorch backfill` makes it of what has run before."""
    attempts = {run.date: run.attempt + 1 for run in left.values() if run.status == "FAILED"}
    todo = [day for day in dates if day not in left or left[day].status == "FAILED"]
    return {**settings.make_input(todo, KEY, attempts, "again")}


def read(name: str, listed: Listed, dates: list[str]) -> dict[str, DateRun]:
    main = TEMPLATES[name].machines[0]
    assert main.definition
    definition = cast("dict[str, Json]", main.definition.data)
    return read_date_runs(cast("Any", listed), main.arn, KEY, dates, find_rule(definition), CLOCK)


def is_well(run: DateRun | None) -> bool:
    return run is not None and run.status == "SUCCEEDED"


@settings(max_examples=12)
@given(
    st.sampled_from(sorted(PLANS)),
    st.integers(1, 12),
    st.integers(1, 5),
    st.booleans(),
    st.lists(st.integers(0, 4), min_size=3, max_size=3),
    st.lists(st.none() | st.integers(1, 2_000), max_size=2),
)
def test_the_same_command_again_runs_exactly_what_has_not_succeeded(
    name: str, count: int, parallel: int, stops: bool, failing: list[int], cuts: list[int | None]
):
    dates, listed = days(count), Listed()
    chosen = BackfillSettings(param="day", parallel=parallel, stop_on_failure=stops)
    succeeded: Counter[str] = Counter()
    for cut, times in [*zip([*cuts, None, None], failing, strict=False), (None, 0), (None, 0)]:
        before = read(name, listed, dates)
        asked = next_input(before, dates, chosen)
        assert asked["dates"] == [day for day in dates if not is_well(before.get(day))]
        if not asked["dates"]:
            break
        run = backfill(TEMPLATES[name], asked, Behaviour(faults=[Fault("a", times)]), until=cut)
        assert_consistent(run, asked, stops=stops)
        listed.add(runs_of(run))
        after = read(name, listed, dates)
        succeeded += Counter(day for day in dates if is_well(after.get(day)) and not is_well(before.get(day)))
        own = parts_of(run)[-1]
        if own.status == "SUCCEEDED":
            assert all(is_well(after[day]) for day in dates)
        if own.status == "FAILED":
            named = re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", own.cause)
            assert named == [day for day in asked["dates"] if day in after and not is_well(after[day])]
    else:
        raise AssertionError("it does not end")
    assert succeeded == Counter(dates)
    names = [execution.name for execution in listed.executions]
    assert len(names) == len(set(names)), "a date ran twice in the same attempt"


def assert_consistent(run: Run, asked: dict[str, Any], *, stops: bool) -> None:
    """Each date ran at most once, with its own input; all of them, unless it was cut off or stopped after a failure."""
    ran = [execution.input["run"]["date"] for execution in runs_of(run)]
    assert len(ran) == len(set(ran))
    assert set(ran) <= set(asked["dates"])
    for execution in runs_of(run):
        day = execution.input["run"]["date"]
        attempt = asked.get("attempts", {}).get(day, 1)
        assert execution.name == f"{day}-{KEY}-{attempt}"
        assert execution.input == {"params": {"day": day}, "run": {"date": day, "attempt": attempt}}
    if run.cut_off is None and not (stops and run.first.status == "FAILED"):
        assert sorted(ran) == sorted(asked["dates"])
    at_once = [sum(a.started <= b.started < (a.ended or b.started) for a in runs_of(run)) for b in runs_of(run)]
    assert max(at_once, default=0) <= asked["parallel"]


@pytest.mark.slow
@settings(max_examples=4)
@given(st.integers(1, 450), st.integers(1, 40), st.booleans(), st.booleans())
def test_every_execution_of_a_backfill_fits_into_its_history(count: int, parallel: int, stops: bool, fails: bool):
    chosen = BackfillSettings(param="day", parallel=parallel, stop_on_failure=stops)
    asked = {**chosen.make_input(days(count), KEY, {}, "again")}
    faults = [Fault("b")] if fails else []
    run = backfill(TEMPLATES["flow"], asked, Behaviour(faults=faults, seconds={"*": 60.0}))
    own = parts_of(run)
    assert all(execution.history < MAX_EVENTS // 3 for execution in own)
    per_execution = Counter(execution.parent for execution in runs_of(run))
    assert max(per_execution.values()) <= MOST_DATES
    expected = min(parallel, count) if stops and fails else count
    assert len(runs_of(run)) == expected
    assert own[-1].status == ("FAILED" if fails else "SUCCEEDED")
