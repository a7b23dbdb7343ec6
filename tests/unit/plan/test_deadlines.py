"""`deadline`, `max_duration` and `mute` in a plan: their forms, and all that is said of wrong ones."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan

DAILY = "cron(0 3 * * ? *)"
FLOW: dict[str, Any] = {"pattern": "flow", "steps": [{"name": "load", "glue_job": "load"}]}
CHAINS: dict[str, Any] = {"pattern": "master-child", "schedule": DAILY}


def list_faults(plan: dict[str, Any]) -> list[str]:
    with pytest.raises(PlanError) as raised:
        parse_plan(yaml.safe_dump(plan), file="plan.yaml")
    return [finding.message for finding in raised.value.findings]


def test_a_deadline_without_quotes_is_a_time_of_day():
    plan = parse_plan("pattern: flow\nschedule: cron(0 3 * * ? *)\ndeadline: 06:00\nsteps: [{name: a, glue_job: a}]\n")
    assert getattr(plan, "deadline", None) == "06:00"


@pytest.mark.parametrize(
    "keys",
    [
        {"schedule": "cron(0 22 ? * MON-FRI *)", "deadline": "06:00"},
        {"schedule": "rate(4 hours)", "max_duration": "4h"},
        {"schedule": "cron(0 3 1 * ? *)", "max_duration": "20h"},
        {"max_duration": "400h", "mute": [{"start": "at(2027-01-01T00:00)", "duration": "360h"}]},
        {"schedule": DAILY, "max_duration": 90, "mute": [{"start": "cron(0 0 1,15 JAN MON-FRI)", "duration": "1m"}]},
    ],
)
def test_these_are_valid(keys: dict[str, Any]):
    parse_plan(yaml.safe_dump({**FLOW, **keys}))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"deadline": "06:00"}, "a deadline requires a schedule; add schedule, or use max_duration"),
        (
            {"deadline": "02:00", "schedule": DAILY},
            (
                "the deadline 02:00 is before the schedule, which starts at 03:00, or 23h after it; write a time at most "
                "12h after the start, or max_duration: 23h"
            ),
        ),
        (
            {"deadline": "03:00", "schedule": DAILY},
            "the deadline 03:00 is the start of the schedule; write a later time",
        ),
        (
            {"deadline": "06:00", "schedule": "rate(1 day)"},
            (
                "a deadline requires a schedule with one start on each day, or on days of the week, which rate(1 day) is "
                "not; use max_duration"
            ),
        ),
        (
            {"max_duration": "25h", "schedule": DAILY},
            "max_duration 25h is longer than 24h, the interval of the schedule; write a shorter duration",
        ),
        (
            {"max_duration": "1h", "deadline": "06:00", "schedule": DAILY},
            "deadline and max_duration exclude each other; remove one of them",
        ),
        (
            {"mute": [{"start": "cron(0 0 1 1 *)", "duration": "1h"}]},
            "mute has no effect without deadline or max_duration; remove it, or add one of them",
        ),
    ],
)
def test_a_wrong_deadline_is_refused(keys: dict[str, Any], message: str):
    assert list_faults({**FLOW, **keys}) == [message]


@pytest.mark.parametrize("keys", [{"deadline": "6:00", "schedule": DAILY}, {"max_duration": "soon"}])
def test_a_mute_window_of_an_invalid_deadline_is_no_second_fault(keys: dict[str, Any]):
    mute = [{"start": "cron(0 0 1 1 *)", "duration": "1h"}]
    [fault] = list_faults({**FLOW, **keys, "mute": mute})
    assert "mute" not in fault


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("cron(61 0 * * *)", "minutes 61 is out of range; write 0 to 59"),
        ("cron(0 25 * * *)", "hours 25 is out of range; write 0 to 23"),
        ("cron(0 0 32 * *)", "day-of-month 32 is out of range; write 1 to 31"),
        ("cron(0 0 * 13 *)", "month 13 is out of range; write 1 to 12 or JAN to DEC"),
        ("cron(0 0 * * 8)", "day-of-week 8 is out of range; write 0 to 7 or SUN to SAT"),
        ("cron(0 0 * * SUM)", "day-of-week 'SUM' is invalid; did you mean SUN?"),
        ("cron(0 0 L * *)", "day-of-month 'L' is invalid; write 1 to 31"),
        (
            "cron(0 0 31 FEB,APR *)",
            "cron(0 0 31 FEB,APR *) never starts: no such date exists; write a day that the month has",
        ),
        (
            "at(2026-02-30T00:00)",
            "the time at(2026-02-30T00:00) does not exist; write a date of the calendar, and a time from 00:00 to 23:59",
        ),
        (
            "at(2026-12-24T24:00)",
            "the time at(2026-12-24T24:00) does not exist; write a date of the calendar, and a time from 00:00 to 23:59",
        ),
    ],
)
def test_a_mute_window_that_cannot_start(start: str, message: str):
    with pytest.raises(PlanError) as raised:
        parse_plan(yaml.safe_dump({**FLOW, "max_duration": "1h", "mute": [{"start": start, "duration": "1h"}]}))
    [finding] = raised.value.findings
    assert f"{finding.message}; {finding.hint}" == message


@pytest.mark.parametrize(
    "start",
    [
        "cron(0 0 29 2 *)",
        "cron(0 0 31 2 SUN)",
        "cron(0,30 0-6 1,15 JAN-MAR MON-FRI)",
        "cron(0 0 * * 0)",
        "at(2028-02-29T23:59)",
    ],
)
def test_a_mute_window_that_can_start(start: str):
    plan = parse_plan(yaml.safe_dump({**FLOW, "max_duration": "1h", "mute": [{"start": start, "duration": "1h"}]}))
    assert [window.start for window in plan.mute] == [start]


@pytest.mark.parametrize("deadline", ["6:00", "06:03", "24:00", "06:00:00", "noon", 600])
def test_a_deadline_is_a_time_of_day(deadline: Any):
    [fault] = list_faults({**FLOW, "schedule": DAILY, "deadline": deadline})
    assert fault


@pytest.mark.parametrize("window", [{"start": "cron(0 0 * * ? *)", "duration": "1h"}, {"start": "rate(1 day)", "duration": "1h"}, {"start": "cron(0 0 * * *)", "duration": "90s"}, {"start": "cron(0 0 * * *)", "duration": "361h"}])  # fmt: skip
def test_a_wrong_mute_window_is_refused(window: Any):
    assert len(list_faults({**FLOW, "max_duration": "1h", "mute": [window]})) == 1


def test_the_faults_of_a_child_name_its_key():
    children = [{"name": "a", "jobs": ["x"], "deadline": "02:00"}, {"name": "b", "jobs": ["y"], "max_duration": "25h"}]
    with pytest.raises(PlanError) as raised:
        parse_plan(yaml.safe_dump({**CHAINS, "children": children}), file="plan.yaml")
    assert [finding.message.split(" ")[0] for finding in raised.value.findings] == ["the", "max_duration"]


@pytest.mark.parametrize(("key", "value"), [("deadline", "06:00"), ("max_duration", "1h")])
def test_a_loop_has_no_deadline(key: str, value: str):
    plan = {"pattern": "continuous", "workflow": "w", "schedule": DAILY, key: value}
    assert list_faults(plan)[0].startswith(f"{key} is not supported for the pattern continuous")
