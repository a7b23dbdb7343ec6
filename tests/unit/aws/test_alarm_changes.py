"""The alarms of state machines, and how their states changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from botocore.stub import Stubber

from sfnorch.aws.alarm_changes import AlarmStateChange, MachineAlarm, list_machine_alarms, read_state_changes

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
MACHINE = "arn:aws:states:eu-central-1:111122223333:stateMachine:etl-master"
TOPIC = "arn:aws:sns:eu-central-1:111122223333:etl"


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudwatch")
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def of_machine(arn: str) -> list[dict[str, str]]:
    return [{"Name": "StateMachineArn", "Value": arn}]


def test_alarms_on_one_metric_and_on_a_sum_of_metrics_are_found_on_all_pages():
    client, stubber = stubbed()
    metric = {"Namespace": "AWS/States", "MetricName": "ExecutionsFailed", "Dimensions": of_machine(MACHINE)}
    total = [
        {"Id": "failures", "Expression": "SUM(METRICS())"},
        {"Id": "failed", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}},
    ]
    rows = [
        {"AlarmName": "z", "Metrics": total, "ActionsEnabled": True, "AlarmActions": [TOPIC]},
        {"AlarmName": "cpu", "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}], "ActionsEnabled": True},
        {"AlarmName": "other", "Dimensions": of_machine(f"{MACHINE}-2"), "ActionsEnabled": True},
    ]
    silent = {"AlarmName": "a", "Dimensions": of_machine(MACHINE), "ActionsEnabled": False, "AlarmActions": [TOPIC]}
    asked = {"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100}
    stubber.add_response("describe_alarms", {"MetricAlarms": rows, "NextToken": "2"}, asked)
    stubber.add_response("describe_alarms", {"MetricAlarms": [silent]}, {**asked, "NextToken": "2"})
    assert list_machine_alarms(client, {MACHINE}) == [
        MachineAlarm(name="a", actions={}),
        MachineAlarm(name="z", actions={"ALARM": [TOPIC], "OK": [], "INSUFFICIENT_DATA": []}),
    ]
    stubber.assert_no_pending_responses()


def test_changes_have_their_states_reasons_and_actions():
    client, stubber = stubbed()
    data = {
        "version": "1.0",
        "oldState": {"stateValue": "OK"},
        "newState": {"stateValue": "ALARM", "stateReason": "glue-job-1-b failed"},
    }
    rows = [
        {"AlarmName": "a", "Timestamp": AT, "HistoryData": json.dumps(data), "HistorySummary": "Alarm updated"},
        {
            "AlarmName": "a",
            "Timestamp": AT + timedelta(minutes=1),
            "HistoryData": json.dumps(data)[:40],
            "HistorySummary": "Alarm updated from ALARM to OK",
        },
    ]
    asked = {
        "AlarmName": "a",
        "AlarmTypes": ["MetricAlarm"],
        "HistoryItemType": "StateUpdate",
        "StartDate": AT,
        "EndDate": AT + timedelta(hours=1),
        "ScanBy": "TimestampAscending",
        "MaxRecords": 100,
    }
    stubber.add_response("describe_alarm_history", {"AlarmHistoryItems": rows}, asked)
    alarm = MachineAlarm(name="a", actions={"ALARM": [TOPIC]})
    assert read_state_changes(client, alarm, AT, AT + timedelta(hours=1), 100) == [
        AlarmStateChange(at=AT, alarm="a", before="OK", after="ALARM", reason="glue-job-1-b failed", actions=[TOPIC]),
        AlarmStateChange(at=AT + timedelta(minutes=1), alarm="a", before="ALARM", after="OK", reason="", actions=()),
    ]


def test_no_more_changes_are_read_than_wanted():
    client, stubber = stubbed()
    rows = [{"AlarmName": "a", "Timestamp": AT}] * 3
    stubber.add_response("describe_alarm_history", {"AlarmHistoryItems": rows, "NextToken": "2"})
    assert len(read_state_changes(client, MachineAlarm(name="a", actions={}), AT, AT, 2)) == 2
