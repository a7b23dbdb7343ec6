"""Runs recorded on an emulator with Glue's stand-ins, and told again as Step Functions would have told them then."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

HISTORIES = Path(__file__).parent / "functional" / "histories"
ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")

Event = dict[str, Any]


@cache
def _session() -> boto3.Session:
    return boto3.Session("x", "y", region_name="us-east-1")


def recorded(name: str) -> dict[str, list[Event]]:
    """The events of each execution of a recorded run, by its ARN; the first is the one that started the others."""
    runs = json.loads((HISTORIES / f"{name}.json").read_text())
    return {arn: run["events"] for arn, run in runs.items()}


@dataclass
class Clock:
    """A clock that goes on only when somebody sleeps."""

    time: float
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        """The time that it is."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Sleeps in no time."""
        self.slept.append(seconds)
        self.time += seconds


class _Response:
    status_code = 200


@dataclass
class Replay:
    """Recorded runs as they were at the clock's time; `page` events an answer."""

    runs: dict[str, list[Event]]
    clock: Clock
    page: int = 1000
    asked: list[tuple[float, str]] = field(default_factory=list)
    """Each history that was asked for, and when."""
    faults: list[Exception] = field(default_factory=list)
    """What the next calls raise instead of answering."""
    fault_from: int = 0
    """The first call that has a fault."""
    definitions: dict[str, Event] = field(default_factory=dict)
    """The definitions of state machines, by the ARNs of their executions; reading the others is not permitted."""

    alarms: list[Event] = field(default_factory=list)
    """The metric alarms of the account, as DescribeAlarms has them."""
    alarm_changes: dict[str, list[Event]] = field(default_factory=dict)
    """The items of the history of each alarm, oldest first."""
    alarm_questions: list[Event] = field(default_factory=list)
    """The parameters of each call of DescribeAlarmHistory."""
    alarm_faults: list[Exception] = field(default_factory=list)
    """What the next calls of CloudWatch raise instead of answering."""

    @classmethod
    def of(cls, *names: str, page: int = 1000) -> Replay:
        """The named runs, with a clock that stands at the beginning of the first."""
        runs = {arn: events for name in names for arn, events in recorded(name).items()}
        first = next(iter(runs.values()))[0]["timestamp"]
        return cls(runs=runs, clock=Clock(first), page=page)

    @property
    def roots(self) -> list[str]:
        """The ARNs of executions that no other started."""
        return [arn for arn, events in self.runs.items() if "AWS_STEP_FUNCTIONS_STARTED_BY" not in str(events[0])]

    def client(self) -> Any:
        """A client of Step Functions whose histories are the recorded ones."""
        client: Any = _session().client("stepfunctions")
        client.meta.events.register("provide-client-params.sfn.GetExecutionHistory", self._remember)
        client.meta.events.register("before-call.sfn.GetExecutionHistory", self._answer)
        client.meta.events.register("provide-client-params.sfn.DescribeStateMachineForExecution", self._remember)
        client.meta.events.register("before-call.sfn.DescribeStateMachineForExecution", self._describe)
        return client

    def cloudwatch(self) -> Any:
        """A client of CloudWatch with the alarms."""
        client: Any = _session().client("cloudwatch")
        for name in ("DescribeAlarms", "DescribeAlarmHistory"):
            client.meta.events.register(f"provide-client-params.cloudwatch.{name}", self._remember)
        client.meta.events.register("before-call.cloudwatch.DescribeAlarms", self._describe_alarms)
        client.meta.events.register("before-call.cloudwatch.DescribeAlarmHistory", self._describe_changes)
        return client

    def history(self, asked: Event) -> Event:
        """What GetExecutionHistory answers."""
        so_far = [event for event in self.runs[asked["executionArn"]] if event["timestamp"] <= self.clock.now()]
        if asked.get("reverseOrder"):
            so_far = so_far[::-1]
        begin = int(asked.get("nextToken", "0"))
        answer: Event = {"events": so_far[begin : begin + self.page]}
        if begin + self.page < len(so_far):
            answer["nextToken"] = str(begin + self.page)
        return answer

    def _remember(self, params: Event, **_: Any) -> None:
        self._params = params

    def _describe(self, **_: Any) -> tuple[Any, Event]:
        definition = self.definitions.get(self._params["executionArn"])
        if definition is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeStateMachineForExecution")
        return _Response(), {"definition": json.dumps(definition)}

    def _describe_alarms(self, **_: Any) -> tuple[Any, Event]:
        if self.alarm_faults:
            raise self.alarm_faults.pop(0)
        return _Response(), {"MetricAlarms": self.alarms}

    def _describe_changes(self, **_: Any) -> tuple[Any, Event]:
        self.alarm_questions.append(self._params)
        return _Response(), {"AlarmHistoryItems": self.alarm_changes.get(self._params["AlarmName"], [])}

    def _answer(self, **_: Any) -> tuple[Any, Event]:
        self.asked.append((self.clock.now(), self._params["executionArn"]))
        if self.faults and len(self.asked) > self.fault_from:
            raise self.faults.pop(0)
        answer = self.history(self._params)
        events = [
            {**event, "timestamp": datetime.fromtimestamp(event["timestamp"], timezone.utc)}
            for event in answer["events"]
        ]
        return _Response(), {**answer, "events": events}
