"""Deadlines and the dashboard: what is rendered, and how a simulated run meets or misses a deadline."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sfnorch.cfn.render import render_template
from sfnorch.cfn.template import build_template_data
from sfnorch.json_values import Json, read_list, read_mapping
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.report.simulated.timeline import list_timeline
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.events import AlarmChanged
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.alarms import DurationLimit
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

CHAINS: dict[str, Any] = {
    "pattern": "master-child",
    "schedule": {"expression": "cron(0 2 * * ? *)", "timezone": "Europe/Berlin"},
    "children": [{"name": "orders", "jobs": ["a"]}, {"name": "prices", "jobs": ["b"]}],
}
WORK: dict[str, dict[str, Any]] = {
    "master-child": {"children": CHAINS["children"]},
    "dag": {"tasks": [{"name": "a", "glue_job": "a"}]},
    "flow": {"steps": [{"name": "first", "glue_job": "a"}]},
    "fan-out": {"items": ["x"], "jobs": ["a"]},
    "dynamic": {"jobs": ["a"]},
}
HOUR = 3_600


def read_template(plan: dict[str, Any]) -> Template:
    text = render_template(build_workflow(parse_plan(yaml.safe_dump(plan))), "cfn")
    return evaluate_template(parse_template(text, "template"))


def list_resources(plan: dict[str, Any], kind: str) -> dict[str, Json]:
    resources = read_mapping(
        build_template_data(build_workflow(parse_plan(yaml.safe_dump(plan))), "sam").data["Resources"]
    )
    return {
        name: read_mapping(each)["Properties"] for name, each in resources.items() if read_mapping(each)["Type"] == kind
    }


def play(plan: dict[str, Any], behaviour: Behaviour, **options: Any) -> Run:
    template = read_template(plan)
    return run_machine(
        template,
        choose_machine(template, ""),
        {"glueJobs": ["a"]} if plan["pattern"] == "dynamic" else {},
        behaviour,
        **options,
    )


def list_raised(run: Run) -> list[tuple[float, str]]:
    return [(change.at, change.alarm.removeprefix("stack-")) for change in run.alarms if "deadline" in change.alarm]


def test_a_run_in_time_raises_no_alarm():
    run = play({**CHAINS, "deadline": "06:00"}, Behaviour(seconds={"a": HOUR, "b": 4 * HOUR - 1}))
    assert (run.first.status, list_raised(run)) == ("SUCCEEDED", [])


def test_a_late_run_raises_the_alarm_at_the_deadline_and_notifies():
    run = play({**CHAINS, "deadline": "06:00"}, Behaviour(seconds={"b": 5 * HOUR}))
    [(at, alarm)] = list_raised(run)
    assert (at, alarm.endswith("master-deadline")) == (4 * HOUR, True)
    [message] = [message for message in run.messages if "deadline" in message.sender]
    assert "no run of master has succeeded 4h after its start" in message.message


MUTED: dict[str, Any] = {
    **CHAINS,
    "schedule": {"expression": "cron(0 2 ? * MON-FRI *)", "timezone": "Europe/Berlin"},
    "deadline": "06:00",
    "mute": [{"start": "at(2026-12-24T00:00)", "duration": "72h"}],
}


@pytest.mark.parametrize(
    ("day", "muted_by", "notified"),
    [
        (21, "stack-NoRunSat0600", [6 * HOUR]),  # the window of the weekend ends at 08:00 on Monday
        (22, "", [4 * HOUR]),
        (23, "", [4 * HOUR]),
        (24, "stack-Muted2224afe6", []),  # it ends after the next run, which is not simulated
    ],
)
def test_a_mute_window_delays_the_notification_of_a_late_run(day: int, muted_by: str, notified: list[float]):
    begin = datetime(2026, 12, day, 2, tzinfo=ZoneInfo("Europe/Berlin"))
    run = play(MUTED, Behaviour(seconds={"b": 5 * HOUR}), begin=begin)
    assert [at for at, _ in list_raised(run)] == [4 * HOUR]
    changes = [event.detail for event in run.events if isinstance(event.detail, AlarmChanged)]
    assert [change.muted_by or "" for change in changes if "deadline" in change.alarm] == [muted_by]
    assert [message.at for message in run.messages if "deadline" in message.sender] == notified
    (line,) = (line for _, line in list_timeline(run) if "ALARM" in line)
    assert line.endswith(f"after its start, muted by {muted_by}" if muted_by else "after its start")


def test_a_run_that_ends_at_the_deadline_meets_it():
    plan = {**CHAINS, "deadline": "06:00", "children": [{"name": "b", "jobs": ["b"], "max_duration": "4h"}]}
    run = play(plan, Behaviour(seconds={"b": 4 * HOUR}))
    assert (run.first.ended, list_raised(run)) == (4 * HOUR, [])
    assert len(list_raised(play(plan, Behaviour(seconds={"b": 4 * HOUR + 0.5})))) == 2


def test_a_run_that_failed_raises_the_alarm_at_the_deadline():
    faults = [Fault("a")]
    run = play({**CHAINS, "deadline": "06:00", "on_child_failure": "fail"}, Behaviour(faults=faults))
    assert run.first.status == "FAILED"
    assert [at for at, _ in list_raised(run)] == [4 * HOUR]


def test_a_second_run_that_succeeds_in_time_meets_the_deadline():
    plan = {**CHAINS, "deadline": "06:00", "on_child_failure": "fail"}
    run = play(plan, Behaviour(faults=[Fault("a", times=1)]), second_run=HOUR)
    assert sorted(each.status for each in run.executions if not each.parent) == ["FAILED", "SUCCEEDED"]
    assert [at for at, _ in list_raised(run)] == []


def test_a_child_has_a_deadline_of_its_own():
    children = [
        {"name": "orders", "jobs": ["a"], "max_duration": "90m"},
        {"name": "prices", "jobs": ["b"], "deadline": "05:00"},
    ]
    run = play({**CHAINS, "children": children}, Behaviour(seconds={"a": 2 * HOUR, "b": 4 * HOUR}))
    assert [(at, alarm.split("-")[-2]) for at, alarm in list_raised(run)] == [
        (1.5 * HOUR, "orders"),
        (3 * HOUR, "prices"),
    ]


@pytest.mark.parametrize("pattern", WORK)
def test_without_a_schedule_the_alarm_goes_by_the_end_of_an_execution(pattern: str):
    plan = {"pattern": pattern, "max_duration": "10m", **WORK[pattern]}
    run = play(plan, Behaviour(seconds={"*": 1_200}))
    assert [at for at, _ in list_raised(run)] == [run.first.ended + 60 if run.first.ended else 0]
    assert list_raised(play(plan, Behaviour(seconds={"*": 60}))) == []


@pytest.mark.parametrize(
    ("properties", "limits"),
    [
        ({"Threshold": 60_000, "ComparisonOperator": "GreaterThanThreshold"}, [60.0]),
        ({"Threshold": 60_000, "ComparisonOperator": "LessThanThreshold"}, []),
        ({"Threshold": "1.2.3", "ComparisonOperator": "GreaterThanThreshold"}, []),
        ({"Threshold": {"Ref": "Unknown"}, "ComparisonOperator": "GreaterThanThreshold"}, []),
    ],
)
def test_the_limit_of_an_alarm_that_somebody_else_wrote(properties: dict[str, Any], limits: list[float]):
    alarm = {
        "Namespace": "AWS/States",
        "MetricName": "ExecutionTime",
        "Dimensions": [{"Name": "StateMachineArn", "Value": "arn:x"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        **properties,
    }
    text = json.dumps({"Resources": {"Late": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}}})
    [read] = evaluate_template(parse_template(text, "template")).alarms
    assert read.limits == tuple(DurationLimit("arn:x", seconds, is_deadline=False) for seconds in limits)


def test_plans_without_the_keys_have_none_of_the_resources():
    kinds = ("AWS::CloudWatch::AlarmMuteRule", "AWS::CloudWatch::Dashboard")
    assert [list_resources(CHAINS, kind) for kind in kinds] == [{}, {}]
    assert not any(name.endswith("DeadlineAlarm") for name in list_resources(CHAINS, "AWS::CloudWatch::Alarm"))


def test_days_without_a_start_and_mute_windows_are_rules():
    schedule = {"expression": "cron(0 2 ? * MON-FRI *)", "timezone": "Europe/Berlin"}
    mute = [
        {"start": "at(2027-01-01T00:00)", "duration": "36h30m", "timezone": "UTC"},
        {"start": "cron(0 0 * * SUN)", "duration": "24h"},
    ]
    rules = list_resources(
        {**CHAINS, "schedule": schedule, "deadline": "06:00", "mute": mute}, "AWS::CloudWatch::AlarmMuteRule"
    )
    assert [read_mapping(read_mapping(rule)["Rule"])["Schedule"] for rule in rules.values()] == [
        {"Expression": "cron(0 6 * * SAT)", "Duration": "P2DT2H", "Timezone": "Europe/Berlin"},
        {"Expression": "at(2027-01-01T00:00)", "Duration": "P1DT12H30M", "Timezone": "UTC"},
        {"Expression": "cron(0 0 * * SUN)", "Duration": "P1D", "Timezone": "Europe/Berlin"},
    ]
    assert all(
        read_mapping(rule)["MuteTargets"] == {"AlarmNames": [{"Ref": "MasterDeadlineAlarm"}]} for rule in rules.values()
    )


PLANS = st.fixed_dictionaries(
    {
        "work": st.sampled_from(sorted(WORK)),
        "limit": st.sampled_from([{}, {"max_duration": "2h"}, {"deadline": "06:00"}]),
        "schedule": st.sampled_from(
            ["cron(0 2 * * ? *)", "cron(30 1 ? * MON,WED *)", "cron(0 2 1 * ? *)", "rate(4 hours)"]
        ),
        "count": st.integers(1, 40),
    }
)


@settings(max_examples=25, deadline=None)
@given(PLANS)
def test_every_dashboard_is_within_the_limits_of_cloudwatch(drawn: dict[str, Any]):
    plan = {"pattern": drawn["work"], "name": "n", "dashboard": True, **WORK[drawn["work"]], **drawn["limit"]}
    if drawn["work"] != "dynamic":
        plan["schedule"] = drawn["schedule"]
    if "deadline" in plan and ("MON" not in drawn["schedule"] or drawn["work"] == "dynamic"):
        del plan["deadline"]
    if drawn["work"] == "master-child":
        plan["children"] = [{"name": f"c{number}", "jobs": [f"a{number}"]} for number in range(drawn["count"])]
        plan["defaults"] = {"worker_type": "G.1X", "number_of_workers": 2}
    [dashboard] = list_resources(plan, "AWS::CloudWatch::Dashboard").values()
    text = read_mapping(read_mapping(dashboard)["DashboardBody"])["Fn::Sub"]
    assert isinstance(text, str)
    widgets = read_list(read_mapping(json.loads(text))["widgets"])
    assert 4 <= len(widgets) <= 500
    taken: set[tuple[int, int]] = set()
    for widget in widgets:
        x, y, width, height = (int(str(read_mapping(widget)[key])) for key in ("x", "y", "width", "height"))
        cells = {(column, row) for column in range(x, x + width) for row in range(y, y + height)}
        assert x + width <= 24
        assert not cells & taken
        taken |= cells
    counts = [len(read_list(read_mapping(read_mapping(widget)["properties"]).get("metrics", []))) for widget in widgets]
    assert max(counts) <= 500
    assert sum(counts) <= 2_500
    limited = [alarm for alarm in read_template(plan).alarms if alarm.limits]
    assert len(limited) == bool(drawn["limit"] and ("deadline" in plan or "max_duration" in plan))
    assert ('"annotations"' in text) == bool(limited)
