"""The deadlines in `sfnorch status`: the state of their alarms, and when the next ones are."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sfnorch.app.stack_status import status
from sfnorch.aws.status import Status
from sfnorch.cfn.render import render_template
from sfnorch.console import Console
from sfnorch.documents import add_version
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.report.stacks.status import convert_status, print_status
from tests.histories import AT, StubbedAccount
from tests.json_documents import check_document

REASON = "Threshold Crossed: 1 datapoint [1.0 (31/10/26 05:00:00)] was greater than or equal to the threshold (1.0)."
DAILY = """\
pattern: master-child
name: etl
schedule: {expression: "SCHEDULE", timezone: Europe/Berlin}
deadline: 06:00
children:
- {name: orders, jobs: [a], max_duration: 90m}
- {name: sales, jobs: [b], deadline: 05:00}
- {name: stock, jobs: [c]}
"""
DURATIONS = """\
pattern: master-child
name: etl
max_duration: 3h
children:
- {name: orders, jobs: [a], max_duration: 90m}
"""


def alarm(name: str, state: str = "OK", metric: str = "ExecutionTime") -> dict[str, Any]:
    """An alarm as DescribeAlarms has it: an expression, and the metric that it compares."""
    dimensions = [{"Name": "StateMachineArn", "Value": "arn:x"}]
    stat = {"Metric": {"Namespace": "AWS/States", "MetricName": metric, "Dimensions": dimensions}, "Period": 60}
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateReason": REASON,
        "StateUpdatedTimestamp": AT - timedelta(hours=22),
        "Metrics": [
            {"Id": "missed", "Expression": "IF(duration <= 1, 0, 1)"},
            {"Id": "duration", "MetricStat": {**stat, "Stat": "Maximum"}},
        ],
    }


def read(plan: str, *alarms: dict[str, Any], readable: bool = True) -> Status:
    """The status of the stack of the plan with these alarms, on Sunday, 1 November 2026, at 04:00 in Berlin."""
    aws = StubbedAccount()
    template = render_template(build_workflow(parse_plan(plan)), "sam") if readable else ""
    aws.add_stack(template, tuple(each["AlarmName"] for each in alarms))
    aws.add("stepfunctions", "list_executions", {"executions": []})
    aws.add("cloudwatch", "describe_alarms", {"MetricAlarms": list(alarms)})
    found = status("etl", aws.account)
    aws.check()
    return found


def show(found: Status) -> list[str]:
    """The lines about the alarms, with times in UTC."""
    console = Console(record=True, width=250, file=io.StringIO())
    print_status(found, console, AT)
    lines = [line.rstrip() for line in console.export_text().splitlines()]
    return lines[next(number for number, line in enumerate(lines) if line.startswith("ALARM")) :]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time zone of the terminal, which is not that of the schedule."""
    monkeypatch.setenv("TZ", "UTC")
    import time

    time.tzset()


def test_the_deadlines_of_a_plan_and_of_its_children():
    names = ("etl-master-deadline", "etl-orders-deadline", "etl-sales-deadline")
    plan = DAILY.replace("SCHEDULE", "cron(30 1 ? * MON-FRI *)")
    alarms = [alarm(names[0], "ALARM"), alarm(names[1], "INSUFFICIENT_DATA"), alarm(names[2])]
    failed = alarm("etl-orders-failed", metric="ExecutionsFailed")
    found = read(plan, *alarms, failed)
    assert show(found) == [
        "ALARM            STATE              SINCE                NEXT DEADLINE",
        f"master-deadline  ALARM              2026-10-31 05:00:00  2026-11-02 06:00 Europe/Berlin  {REASON}",
        "orders-deadline  INSUFFICIENT_DATA  2026-10-31 05:00:00  2026-11-02 03:00 Europe/Berlin",
        "sales-deadline   OK                 2026-10-31 05:00:00  2026-11-02 05:00 Europe/Berlin",
        "orders-failed    OK                 2026-10-31 05:00:00",
    ]
    check_document(["status", "--output", "json"], json.dumps(add_version(convert_status(found))))
    assert [each["deadline"] for each in convert_status(found)["alarms"]] == [
        {"seconds": 16_200, "next": "2026-11-02T06:00:00+01:00"},
        {"seconds": 5_400, "next": "2026-11-02T03:00:00+01:00"},
        {"seconds": 12_600, "next": "2026-11-02T05:00:00+01:00"},
        None,
    ]


def test_a_run_that_is_under_way_has_the_next_deadline():
    """At 04:00 in Berlin, the deadline at 06:00 is that of the run that started at 02:00 today."""
    found = read(
        DAILY.replace("SCHEDULE", "cron(0 2 * * ? *)"), *map(alarm, ("etl-master-deadline", "etl-orders-deadline"))
    )
    assert [each.deadline.next_at.isoformat() for each in found.alarms if each.deadline and each.deadline.next_at] == [
        "2026-11-01T06:00:00+01:00",
        "2026-11-02T03:30:00+01:00",
    ]


def test_a_maximum_duration_without_a_schedule_has_no_time():
    found = read(DURATIONS, alarm("etl-master-deadline"), alarm("etl-orders-deadline"))
    assert show(found) == [
        "ALARM            STATE  SINCE                NEXT DEADLINE",
        "master-deadline  OK     2026-10-31 05:00:00  3h after a start",
        "orders-deadline  OK     2026-10-31 05:00:00  1h30m after a start",
    ]


@pytest.mark.parametrize(
    ("schedule", "limit"), [("cron(0 2 * * ? *)", "max_duration: 23h"), ("rate(4 hours)", "max_duration: 90m")]
)
def test_an_alarm_at_the_end_of_an_execution_has_no_time(schedule: str, limit: str):
    """It is not raised at a time of day: the limit is too long, or there are several starts in a day."""
    plan = DAILY.replace("SCHEDULE", schedule).replace("deadline: 06:00", limit).replace(", deadline: 05:00", "")
    found = read(plan, alarm("etl-master-deadline"))
    assert [each.deadline and each.deadline.next_at for each in found.alarms] == [None]
    assert show(found)[1].endswith("h after a start" if "23h" in limit else "1h30m after a start")


def test_a_template_that_may_not_be_read_shows_the_alarm_alone():
    found = read(DURATIONS, alarm("etl-master-deadline"), readable=False)
    assert show(found) == ["ALARM            STATE  SINCE", "master-deadline  OK     2026-10-31 05:00:00"]
    assert convert_status(found)["alarms"][0]["deadline"] is None


def test_a_stack_without_such_alarms_needs_no_template():
    aws = StubbedAccount()
    aws.add_stack("unread", ("etl-master-failed",))
    aws.add("stepfunctions", "list_executions", {"executions": []})
    aws.add("cloudwatch", "describe_alarms", {"MetricAlarms": [alarm("etl-master-failed", metric="ExecutionsFailed")]})
    assert [each.deadline for each in status("etl", aws.account).alarms] == [None]
    with pytest.raises(AssertionError, match="1 responses remaining"):
        aws.check()


def test_a_night_in_which_the_clocks_change(monkeypatch: pytest.MonkeyPatch):
    """The run of 00:30 may take five and a half hours, which end at 05:00 in the night with one more hour."""
    night = datetime(2026, 10, 24, 23, tzinfo=timezone.utc)
    plan = DAILY.replace("SCHEDULE", "cron(30 0 * * ? *)")
    monkeypatch.setattr("tests.histories.AT", night)
    found = read(plan, alarm("etl-master-deadline"))
    deadline = found.alarms[0].deadline
    assert deadline is not None
    assert deadline.seconds == 19_800
    assert str(deadline.next_at) == "2026-10-25 05:00:00+01:00"
