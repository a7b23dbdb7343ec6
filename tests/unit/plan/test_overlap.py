"""`overlap` in a plan: its forms, and all that is said of a wrong one."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.models.overlap import Overlap
from sfnorch.plan.warnings import find_plan_warnings

FLOW: dict[str, Any] = {
    "pattern": "flow",
    "parameters": {"run_date": {"type": "date", "default": "today"}},
    "steps": [{"name": "load", "glue_job": "load"}],
}


def fault_of(overlap: Any, plan: Any = FLOW) -> list[str]:
    with pytest.raises(PlanError) as raised:
        parse_plan(json.dumps({**plan, "overlap": overlap}, indent=1), file="plan.yaml")
    return [finding.message for finding in raised.value.findings]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("skip", {"mode": "skip"}),
        ("allow", {"mode": "allow"}),
        ({"mode": "wait"}, {"mode": "wait", "timeout": 86_400}),
        ({"mode": "wait", "timeout": "12h"}, {"mode": "wait", "timeout": 43_200}),
        ({"mode": "fail", "per": "run_date"}, {"mode": "fail", "per": "run_date"}),
    ],
)
def test_overlap_is_a_mode_or_a_mapping(written: Any, read: Any):
    assert parse_plan(json.dumps({**FLOW, "overlap": written})).overlap == Overlap.model_validate(read)


@pytest.mark.parametrize(
    ("overlap", "message"),
    [
        ({"mode": "skip", "per": "run_dat"}, "unknown parameter 'run_dat'; did you mean run_date?"),
        ({"mode": "skip", "per": "x"}, "unknown parameter 'x'; available: run_date"),
        ({"mode": "allow", "per": "run_date"}, "per has no effect with the mode allow; remove it, or use another mode"),
        (
            {"mode": "skip", "timeout": "1h"},
            "timeout has no effect with the mode skip; remove it, or use the mode wait",
        ),
        ("never", "'never' is invalid; must be 'allow', 'skip', 'wait' or 'fail'"),
        ({"mode": "wait", "timeout": "5s"}, "'5s' is too small; must be at least 60"),
        ({"mode": "wait", "timeout": "97h"}, "'97h' is too large; must be at most 345,600"),
    ],
)
def test_a_wrong_setting_is_refused(overlap: Any, message: str):
    assert fault_of(overlap) == [message]


def test_a_plan_without_parameters_has_none_to_name():
    plan = {key: value for key, value in FLOW.items() if key != "parameters"}
    assert fault_of({"mode": "skip", "per": "day"}, plan) == ["unknown parameter 'day'; declare it in parameters"]


def test_a_parameter_with_a_fault_is_declared():
    plan = {**FLOW, "parameters": {"run_date": {"type": "dat"}}}
    (message,) = fault_of({"mode": "skip", "per": "run_date"}, plan)
    assert "'dat' is invalid" in message


@pytest.mark.parametrize(
    ("overlap", "ending"),
    [
        ("skip", "are skipped"),
        ("fail", "fail"),
        ("wait", ""),
        ("allow", ""),
        ({"mode": "skip", "per": "run_date"}, ""),
    ],
)
def test_runs_of_a_backfill_that_exclude_each_other_are_warned_of(overlap: Any, ending: str):
    plan = parse_plan(json.dumps({**FLOW, "overlap": overlap, "backfill": True}))
    found = [str(finding.message) for finding in find_plan_warnings(plan, datetime(2026, 1, 1, tzinfo=timezone.utc))]
    expected = (
        [f"a backfill with --parallel has several runs at the same time, and all but one {ending}"] if ending else []
    )
    assert found == expected


@pytest.mark.parametrize("overlap", ["skip", "wait", "fail", "allow"])
def test_a_loop_excludes_no_runs(overlap: str):
    (message,) = fault_of(overlap, {"pattern": "continuous", "workflow": "hourly"})
    assert message == (
        "overlap is not supported for the pattern continuous, in which each execution starts the next one; remove it. "
        "To exclude a second run of the Glue workflow, set its MaxConcurrentRuns to 1"
    )


@pytest.mark.parametrize("name", ["AcquireLock", "Skipped", "OverlapTimeout", "CheckParameters"])
def test_a_step_has_no_name_of_a_state_of_the_lock(name: str):
    plan = {**FLOW, "steps": [{"name": name, "glue_job": "load"}]}
    assert fault_of("skip", plan) == [f"{name!r} is reserved for a state of the flow; choose another name"]


def test_without_overlap_a_step_can_have_such_a_name():
    plan = {"pattern": "flow", "steps": [{"name": "Skipped", "glue_job": "load", "save_as": "lock"}]}
    assert parse_plan(json.dumps(plan)).overlap is None


def test_the_variable_of_the_lock_is_reserved():
    plan = {**FLOW, "steps": [{"name": "load", "glue_job": "load", "save_as": "overlapLock"}]}
    assert fault_of("skip", plan) == ["'overlapLock' is a reserved variable of the flow; choose another name"]
