"""Fan-outs in the simulator, told as Step Functions, S3 and Glue would have told them at any time of the run."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from botocore.exceptions import ClientError

from sfnorch.app.account import AwsAccount
from sfnorch.cfn.render import render_template
from sfnorch.json_values import write_compact
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.protocol.fan_out import find_item_jobs
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.record import Execution, Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template
from tests.replay import Clock
from tests.unit.runs.events import History

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
STATUSES = ("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
Answer = dict[str, Any]


def template_of(jobs: Sequence[Any] = ("extract", "load"), **keys: Any) -> Template:
    """The template of a fan-out over the items of the input."""
    plan = {"pattern": "fan-out", "name": "tables", "items": "input", "jobs": list(jobs), **keys}
    return evaluate_template(parse_template(render_template(build_workflow(parse_plan(json.dumps(plan))), "sam"), "t"))


def fan_out(template: Template, given: Any, *, failing: dict[str, int] | None = None, **settings: Any) -> Run:
    """The run of the fan-out, in which the first runs of some jobs fail."""
    faults = [Fault(job, times) for job, times in (failing or {}).items()]
    behaviour = Behaviour(faults=faults, concurrent_runs={"*": 10_000}, objects=settings.pop("objects", {}))
    return run_machine(template, choose_machine(template), given, behaviour, **settings)


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "x")


@dataclass
class Fake:
    """The services after a run of a fan-out, at the time of the clock; a run that was cut off was stopped then."""

    template: Template
    run: Run
    total: int
    clock: Clock = field(default_factory=lambda: Clock(BEGIN.timestamp()))
    bucket: str = "stack-results-xxxxxxxxxxxx"
    """The bucket for results; by default as the simulator names it."""
    definition_before: Any = None
    """The definition that the execution has used, if it is not the current one."""
    refuses_map_runs: bool = False
    """Whether the caller must not describe Map Runs."""
    redrivable: bool = False
    map_run_still_runs: bool = False
    """Whether the items of a run that was cut off go on."""
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    redrive_seconds: float = 1.0
    """The seconds until an execution is described as redriven."""
    redriven_at: float = float("inf")
    started: list[tuple[str, Any]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    job_states: dict[str, str] = field(default_factory=dict)
    """What Glue says of a job run that the execution did not see to its end, by its ID; else that it was stopped."""

    def __post_init__(self) -> None:
        self.objects |= {(self.bucket, each.key): each.body.encode() for each in self.run.objects}
        if self.run.cut_off is not None:
            self._write_results()

    @property
    def account(self) -> AwsAccount:
        """An account with these services."""

        class Session:
            stepfunctions = glue = s3 = logs = self

        return AwsAccount(session=Session(), clock=self.clock)  # type: ignore[arg-type]

    @property
    def parent(self) -> Execution:
        """The execution of the main state machine."""
        return self.run.first

    @property
    def children(self) -> list[Execution]:
        """The executions of the items."""
        return self.run.executions[1:]

    @property
    def definition(self) -> str:
        """The definition of the state machine."""
        found = choose_machine(self.template).definition
        assert found is not None
        return write_compact(found.data)

    @property
    def map_run(self) -> str:
        """The ARN of the Map Run."""
        for each in self.run.objects:
            if each.key.endswith("manifest.json"):
                return str(json.loads(each.body)["MapRunArn"])
        label = self.children[0].arn.split(":execution:")[1].split(":")[0] if self.children else "x/items"
        return f"{self.parent.machine.rpartition(':stateMachine:')[0]}:mapRun:{label}:9d1"

    def end(self) -> None:
        """Goes to the end of the run."""
        self.clock.time = BEGIN.timestamp() + 10**9

    def _status(self, execution: Execution, at: float) -> str:
        stopped = self.run.cut_off
        if execution.ended is not None and execution.ended <= at:
            return execution.status
        if execution is not self.parent and self.map_run_still_runs:
            return "RUNNING"
        return "ABORTED" if stopped is not None and stopped <= at else "RUNNING"

    @property
    def _at(self) -> float:
        return self.clock.now() - BEGIN.timestamp()

    def _describe(self, execution: Execution) -> Answer:
        ended = self.run.cut_off if execution.ended is None else execution.ended
        status = self._status(execution, self._at)
        found: Answer = {
            "executionArn": execution.arn,
            "stateMachineArn": execution.machine,
            "name": execution.name,
            "status": status,
            "startDate": BEGIN + timedelta(seconds=execution.started),
            "input": json.dumps(execution.input),
        }
        if status != "RUNNING":
            found["stopDate"] = BEGIN + timedelta(seconds=ended or 0)
        if status == "SUCCEEDED":
            found["output"] = json.dumps(execution.output)
        if status == "FAILED":
            found |= {"error": execution.error, "cause": execution.cause}
        if execution is self.parent and self.redrivable:
            found |= {"redriveStatus": "REDRIVABLE", "redriveCount": int(self.redriven_at <= self.clock.now())}
        return found

    def _find(self, arn: str) -> Execution:
        for each in self.run.executions:
            if each.arn == arn:
                return each
        raise _error("ExecutionDoesNotExist")

    def describe_execution(self, *, executionArn: str) -> Answer:  # noqa: N803
        """Answers of an execution that is there."""
        self.calls["DescribeExecution"] += 1
        for name, given in self.started:
            if executionArn.endswith(f":{name}"):
                return {"input": json.dumps(given), "status": "RUNNING", "startDate": BEGIN}
        return self._describe(self._find(executionArn))

    def list_executions(self, **asked: Any) -> Answer:
        """The executions of the Map Run with the status, the newest first."""
        self.calls["ListExecutions"] += 1
        assert asked["mapRunArn"] == self.map_run
        found = [each for each in self.children if each.started <= self._at]
        found = [each for each in found if self._status(each, self._at) == asked["statusFilter"]]
        found.sort(key=lambda each: -each.started)
        begin = int(asked.get("nextToken", 0))
        end = begin + asked["maxResults"]
        token = {"nextToken": str(end)} if end < len(found) else {}
        return {"executions": [self._describe(each) for each in found[begin:end]], **token}

    def describe_map_run(self, *, mapRunArn: str) -> Answer:  # noqa: N803
        """The numbers of items."""
        self.calls["DescribeMapRun"] += 1
        if self.refuses_map_runs:
            raise _error("AccessDeniedException")
        assert mapRunArn == self.map_run
        batches, found = Counter[str](), Counter[str]()
        for each in (each for each in self.children if each.started <= self._at):
            batches[self._status(each, self._at)] += 1
            found[self._status(each, self._at)] += len(each.input.get("Items", "1"))
        found["PENDING"] = self.total - found.total()
        names = ("pending", "running", "succeeded", "failed", "timedOut", "aborted")
        counts = {name: found[status] for name, status in zip(names, STATUSES, strict=True)}
        executions = {name: batches[status] for name, status in zip(names, STATUSES, strict=True)}
        return {
            "status": self._status(self.parent, self._at),
            "itemCounts": {**counts, "total": self.total, "resultsWritten": 0},
            "executionCounts": {**executions, "total": batches.total(), "resultsWritten": 0},
        }

    def list_map_runs(self, *, executionArn: str) -> Answer:  # noqa: N803
        """The Map Run."""
        self.calls["ListMapRuns"] += 1
        return {"mapRuns": [{"mapRunArn": self.map_run, "startDate": BEGIN, "executionArn": executionArn}]}

    def describe_state_machine(self, **_: Any) -> Answer:
        """The current definition."""
        return {"definition": self.definition}

    def describe_state_machine_for_execution(self, **_: Any) -> Answer:
        """The definition of the execution."""
        return {"definition": json.dumps(self.definition_before) if self.definition_before else self.definition}

    def start_execution(self, **asked: Any) -> Answer:
        """Starts an execution, which is not run."""
        if any(name == asked["name"] for name, _ in self.started):
            raise _error("ExecutionAlreadyExists")
        self.started.append((asked["name"], json.loads(asked["input"])))
        return {"executionArn": f"{asked['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{asked['name']}"}

    def redrive_execution(self, *, executionArn: str, **_: Any) -> Answer:  # noqa: N803
        """Counts it; a description of the execution says so a moment later."""
        self.calls["RedriveExecution"] += 1
        self.redriven_at = self.clock.now() + self.redrive_seconds
        return {}

    def stop_execution(self, *, executionArn: str, **_: Any) -> Answer:  # noqa: N803
        """Notes it."""
        self.stopped.append(executionArn)
        return {}

    def get_paginator(self, name: str) -> Fake:
        """Pages of the only call that has them."""
        assert name == "get_execution_history"
        return self

    def paginate(self, *, executionArn: str, reverseOrder: bool, **_: Any) -> list[Answer]:  # noqa: N803
        """The history until now."""
        self.calls["GetExecutionHistory"] += 1
        execution = self._find(executionArn)
        events = self._parent_events() if execution is self.parent else self._child_events(execution)
        events = [event for event in events if event["timestamp"].timestamp() <= self.clock.now()]
        return [{"events": events[::-1] if reverseOrder else events}]

    def get_object(self, *, Bucket: str, Key: str) -> Answer:  # noqa: N803
        """The object."""
        self.calls["GetObject"] += 1
        if (Bucket, Key) not in self.objects:
            raise _error("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **_: Any) -> None:  # noqa: N803
        """Stores it."""
        self.objects[Bucket, Key] = Body.read()

    def get_job_run(self, *, JobName: str, RunId: str) -> Answer:  # noqa: N803
        """How the job run ended."""
        self.calls["GetJobRun"] += 1
        return {"JobRun": {"Id": RunId, "JobName": JobName, "JobRunState": self.job_states.get(RunId, "STOPPED")}}

    def get_job_runs(self, *, JobName: str, **_: Any) -> Answer:  # noqa: N803
        """The runs of the job that were started, the newest first."""
        self.calls["GetJobRuns"] += 1
        runs = [each for each in self.run.job_runs if each.job == JobName]
        return {
            "JobRuns": [
                {
                    "Id": each.run_id,
                    "JobRunState": self.job_states.get(each.run_id, each.status if each.ended else "STOPPED"),
                    "StartedOn": BEGIN + timedelta(seconds=each.started),
                }
                for each in sorted(runs, key=lambda each: -each.started)
            ]
        }

    def batch_stop_job_run(self, *, JobName: str, JobRunIds: list[str]) -> Answer:  # noqa: N803
        """Notes them."""
        assert len(JobRunIds) <= 25
        self.stopped += JobRunIds
        return {}

    def _parent_events(self) -> list[Answer]:
        history, parent = History(), self.parent
        history.begin(parent.input)
        history.assign(run=parent.run, environment="")
        history.assign(params=parent.params)
        assigned = {"remaining": None, "results": f"fan-out/{parent.name}", "bucket": self.bucket, "mapRun": None}
        if "RunItems" in parent.states or "RunRemaining" in parent.states:
            history.add(
                "PassStateExited",
                key="stateExited",
                name="ResolveItems",
                assignedVariables={name: json.dumps(value) for name, value in assigned.items()},
            )
            history.add("MapStateEntered", key="stateEntered", name="RunItems", input="{}")
            history.add("MapRunStarted", key="mapRunStarted", mapRunArn=self.map_run)
        for event in history.events:
            event["timestamp"] = BEGIN
        if parent.ended is not None:
            history.add(
                "MapStateExited",
                key="stateExited",
                name="RunItems",
                assignedVariables={"mapRun": json.dumps(self.map_run)},
            )
            history.finish(parent.status, parent.error, parent.cause, parent.output)
        elif self.run.cut_off is not None:
            history.finish("ABORTED")
        ended = self.run.cut_off if parent.ended is None else parent.ended
        for event in history.events:
            if event["timestamp"] != BEGIN:
                event["timestamp"] = BEGIN + timedelta(seconds=ended or 0)
        return history.events

    def _child_events(self, execution: Execution) -> list[Answer]:
        history = History()
        history.begin(execution.input)
        in_batch, chain, left = "Items" in execution.input, find_item_jobs(json.loads(self.definition)), 0
        items = list(enumerate(execution.input.get("Items", [])))
        for each in self.run.job_runs:
            if each.execution == execution.arn:
                if in_batch and not left:
                    index, item = items.pop(0)
                    left = len(chain) - item["done"]
                    history.add("MapIterationStarted", key="mapIterationStarted", name="RunBatch", index=index)
                left = 0 if each.status == "FAILED" else left - 1
                history.enter()
                history.start(each.job, each.run_id)
                if each.ended is not None:
                    history.end(each.status, each.run_id, each.message)
        status = self._status(execution, self._at)
        if status != "RUNNING":
            history.finish(status, execution.error, execution.cause, execution.output)
        for event in history.events:
            event["timestamp"] = BEGIN
        return history.events

    def _write_results(self) -> None:
        """Writes what Step Functions does for a Map Run that was aborted; the form of pending executions is assumed."""
        at = self.run.cut_off or 0.0
        folder = f"fan-out/{self.parent.name}/{self.map_run.rpartition(':')[2]}"
        failed = [each for each in self.children if self._status(each, at) in ("FAILED", "ABORTED")]
        rows = [
            {
                "ExecutionArn": each.arn,
                "Input": write_compact(each.input),
                "Status": self._status(each, at),
                **({"Error": each.error, "Cause": each.cause} if each.status == "FAILED" else {}),
            }
            for each in failed
        ]
        given = [row for each in self.children for row in each.input.get("Items", [each.input])]
        begun = {write_compact(row["item"]) for row in given}
        pending = [item for item in self.parent.input.get("items", ()) if write_compact(item) not in begun]
        shared: Answer = {"params": self.parent.params, "run": self.parent.run}
        rows_left: list[Answer] = [{"item": item, "done": 0} for item in pending]
        if any("Items" in each.input for each in self.children):
            rows_left = [{"BatchInput": shared, "Items": rows_left}] if rows_left else []
            shared = {}
        left = [{"Input": write_compact({**row, **shared}), "Status": "PENDING"} for row in rows_left]
        files: Answer = {"SUCCEEDED": []}
        for status, found in (("FAILED", rows), ("PENDING", left)):
            files[status] = [{"Key": f"{folder}/{status}_0.json", "Size": 1}] if found else []
            self.objects[self.bucket, f"{folder}/{status}_0.json"] = write_compact(found).encode()
        manifest = {"MapRunArn": self.map_run, "ResultFiles": files}
        self.objects[self.bucket, f"{folder}/manifest.json"] = write_compact(manifest).encode()
