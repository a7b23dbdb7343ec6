"""The starts of a plan, deployed in the emulator: what the services hold, and an event that starts an execution."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.ministack import Account, small_template
from tests.waiting import wait_until

PLAN = """\
pattern: flow
name: etl
parameters:
  source_key: {default: none}
  mode: {default: full}
starts:
- name: orders
  s3: {bucket: our-landing-zone}
  params: {mode: 'say "delta"'}
  params_from: {source_key: key}
- name: ready
  event: {source: [our.shop], detail: {state: [{anything-but: draft}]}}
  params: {mode: delta}
  params_from: {source_key: $.detail.table}
- name: nightly
  schedule: {expression: 'cron(0 3 * * ? *)', timezone: Europe/Berlin}
  params: {mode: full}
steps:
- {name: wait, wait: 1s}
"""


def test_an_event_starts_the_deployed_orchestration(run: Run, account: Account):
    Path("t.json").write_text(small_template(PLAN))
    assert run("deploy", "--template", "t.json", "--stack-name", "etl", "--yes").code == 0
    events, states = account.client("events"), account.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    given: dict[str, Any] = {"state": "ready", "table": 'a "<b>" {% c %}'}
    for detail in ({**given, "state": "draft"}, given):
        entry = {"Source": "our.shop", "DetailType": "Ready", "Detail": json.dumps(detail)}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    def executions() -> list[Any]:
        listed: list[Any] = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        return listed

    wait_until(lambda: bool(executions()))
    (execution,) = executions()
    started = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])
    assert started["params"] == {"mode": "delta", "source_key": given["table"]}
    assert list(started["run"]) == ["scheduledAt"]


def test_what_the_services_hold(run: Run, account: Account):
    Path("t.json").write_text(small_template(PLAN))
    assert run("deploy", "--template", "t.json", "--stack-name", "etl", "--yes").code == 0
    events, scheduler, queues = (account.client(name) for name in ("events", "scheduler", "sqs"))
    assert sorted(rule["Name"] for rule in events.list_rules()["Rules"]) == ["etl-start-orders", "etl-start-ready"]
    (target,) = events.list_targets_by_rule(Rule="etl-start-orders")["Targets"]
    assert target["InputTransformer"] == {
        "InputPathsMap": {"source_key": "$.detail.object.key", "scheduled-at": "$.time"},
        "InputTemplate": '{"params": {"mode": "say \\"delta\\"", "source_key": <source_key>}, '
        '"run": {"scheduledAt": <scheduled-at>}}',
    }
    (schedule,) = scheduler.list_schedules(GroupName="etl")["Schedules"]
    held = scheduler.get_schedule(Name=schedule["Name"], GroupName="etl")
    assert (held["Name"], held["ScheduleExpression"]) == ("nightly", "cron(0 3 * * ? *)")
    assert json.loads(held["Target"]["Input"]) == {
        "params": {"mode": "full"},
        "run": {"scheduledAt": "<aws.scheduler.scheduled-time>"},
    }
    (url,) = queues.list_queues(QueueNamePrefix="etl-undelivered-starts")["QueueUrls"]
    attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    for each in (target, held["Target"]):
        assert each["DeadLetterConfig"]["Arn"] == attributes["QueueArn"]
    assert run("delete", "--stack-name", "etl", "--yes").code == 0
    assert events.list_rules()["Rules"] == []
