"""Backfills in the simulator, and their executions as Step Functions lists them: what a later command reads of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol.backfill import END_STATE, RUN_STATE
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.record import Execution, Run
from sfnorch.simulator.run import run_machine
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

KEY = "ab12cd34"
BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)

PLANS: dict[str, dict[str, Any]] = {
    "master-child": {"children": [{"name": "orders", "jobs": ["a", "b"]}, {"name": "sales", "jobs": ["c"]}]},
    "master-child that fails": {
        "pattern": "master-child",
        "on_child_failure": "fail",
        "children": [{"name": "orders", "jobs": ["a", "b"]}],
    },
    "dag": {"tasks": [{"name": "first", "glue_job": "a"}, {"name": "next", "glue_job": "b", "needs": ["first"]}]},
    "fan-out": {"items": ["north", "south"], "jobs": ["a", "b"]},
    "fan-out that fails": {
        "pattern": "fan-out",
        "on_item_failure": "fail",
        "items": ["north"],
        "jobs": ["a", "b"],
    },
    "flow": {"steps": [{"name": "first", "glue_job": "a"}, {"name": "next", "glue_job": "b"}]},
}


def template_of(name: str, **keys: Any) -> Template:
    """The template of a plan with a machine for backfills, and with a parameter that gets the date."""
    parameters = {"day": {"type": "date", "default": "today"}, "mode": {"type": "string", "default": "x"}}
    plan = {"pattern": name, "backfill": True, "parameters": parameters, **PLANS[name], **keys}
    text = render_template(build_workflow(parse_plan(json.dumps(plan))), "sam")
    return evaluate_template(parse_template(text, "t.yaml"))


def backfill(
    template: Template, given: dict[str, Any], behaviour: Behaviour | None = None, *, until: float | None = None
) -> Run:
    """The run of the template's machine for backfills with this input, with jobs that can run concurrently."""
    chosen = replace(behaviour or Behaviour(), concurrent_runs={"*": 99})
    return run_machine(template, template.find("backfill"), given, chosen, until=until)


def parts_of(run: Run) -> list[Execution]:
    """The executions of the backfill itself, each of which continues the one before."""
    return [execution for execution in run.executions if execution.title == "backfill"]


def runs_of(run: Run) -> list[Execution]:
    """The executions of the main machine."""
    return [execution for execution in run.executions if execution.title in ("master", "flow", "fan-out")]


def days(count: int) -> list[str]:
    """That many dates."""
    return [(BEGIN + timedelta(days=number)).date().isoformat() for number in range(count)]


@dataclass
class Listed:
    """Answers of Step Functions about executions that have been, in pages; those of a run that was cut off are aborted."""

    executions: list[Execution] = field(default_factory=list)
    page: int = 5
    asked: list[str] = field(default_factory=list)

    def add(self, found: Sequence[Execution]) -> None:
        """Lists these too."""
        self.executions += found

    def list_executions(self, **asked: Any) -> dict[str, Any]:
        """The executions of a machine, the newest first."""
        assert asked["maxResults"] <= 1000
        of_machine = [each for each in self.executions[::-1] if each.machine == asked["stateMachineArn"]]
        begin = int(asked.get("nextToken", 0))
        end = begin + self.page
        token = {"nextToken": str(end)} if end < len(of_machine) else {}
        return {"executions": [_row(each) for each in of_machine[begin:end]], **token}

    def describe_execution(self, **asked: Any) -> dict[str, Any]:
        """What it ended with."""
        self.asked.append(asked["executionArn"])
        found = next(each for each in self.executions if each.arn == asked["executionArn"])
        return {**_row(found), "input": json.dumps(found.input), "output": json.dumps(found.output)}


def _row(execution: Execution) -> dict[str, Any]:
    at = execution.started if execution.ended is None else execution.ended
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine,
        "name": execution.name,
        "status": "ABORTED" if execution.status == "RUNNING" else execution.status,
        "startDate": BEGIN + timedelta(seconds=execution.started),
        "stopDate": BEGIN + timedelta(seconds=at),
    }


def events_of(run: Run, own: Execution) -> list[dict[str, Any]]:
    """The events of the history of an execution of a backfill that its follower reads, as Step Functions words them."""
    dates = [each for each in run.executions if each.parent == own.arn and each.title in ("master", "flow", "fan-out")]
    happened: list[tuple[float, str, str, str, Any]] = [(own.started, "ExecutionStarted", "", "input", own.input)]
    for each in dates:
        day = each.input["run"]["date"]
        happened.append((each.started, "TaskStateEntered", RUN_STATE, "input", day))
        if each.ended is not None:
            happened.append((each.ended, "TaskSucceeded", "", "output", {"ExecutionArn": each.arn}))
            outcome: dict[str, Any] = {"date": day, "status": "SUCCEEDED"}
            if each.status != "SUCCEEDED":
                outcome = {"date": day, "status": "FAILED", "failed": "first", "error": each.error, "message": "broke"}
            state = RUN_STATE if each.status == "SUCCEEDED" else END_STATE
            kind = "TaskStateExited" if each.status == "SUCCEEDED" else "PassStateExited"
            happened.append((each.ended, kind, state, "output", outcome))
    events = []
    for at, kind, name, key, value in sorted(happened, key=lambda one: one[0]):
        details = {key: json.dumps(value), **({"name": name} if name else {})}
        if kind == "TaskSucceeded":
            details |= {"resourceType": "states", "resource": "startExecution.sync:2"}
        place = {
            "ExecutionStarted": "executionStartedEventDetails",
            "TaskStateEntered": "stateEnteredEventDetails",
            "TaskSucceeded": "taskSucceededEventDetails",
        }.get(kind, "stateExitedEventDetails")
        events.append({"type": kind, "timestamp": BEGIN.timestamp() + at, place: details})
    if own.ended is not None:
        if isinstance(own.output, dict) and "next" in own.output:
            answer = {"output": json.dumps({"ExecutionArn": own.output["next"]}), "resourceType": "states",
                      "resource": "startExecution"}  # fmt: skip
            events.append(
                {
                    "type": "TaskSucceeded",
                    "timestamp": BEGIN.timestamp() + own.ended,
                    "taskSucceededEventDetails": answer,
                }
            )
        if own.status == "SUCCEEDED":
            end: dict[str, Any] = {"executionSucceededEventDetails": {"output": json.dumps(own.output)}}
        else:
            end = {"executionFailedEventDetails": {"error": own.error, "cause": own.cause}}
        kind = "ExecutionSucceeded" if own.status == "SUCCEEDED" else "ExecutionFailed"
        events.append({"type": kind, "timestamp": BEGIN.timestamp() + own.ended, **end})
    return [{"id": number, "previousEventId": number - 1, **event} for number, event in enumerate(events, 1)]
