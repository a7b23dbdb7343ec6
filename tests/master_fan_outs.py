"""Masters with fan-outs among their children in the simulator, told as the services would have told them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sfnorch.json_values import write_compact
from sfnorch.simulator.record import Execution
from tests.fan_outs import BEGIN, Answer, Fake
from tests.unit.runs.events import History

_STARTS = {"resourceType": "states", "resource": "startExecution.sync:2"}


@dataclass
class ItemsOfChild(Fake):
    """The services, of which it knows the execution of one child that is a fan-out."""

    owner: Execution | None = None

    @property
    def parent(self) -> Execution:
        """The execution of the child."""
        assert self.owner is not None
        return self.owner

    @property
    def map_run(self) -> str:
        """The ARN of its Map Run."""
        return next(each.arn for each in self.run.map_runs if each.execution == self.parent.arn)

    @property
    def children(self) -> list[Execution]:
        """The executions of its items."""
        return [each for each in self.run.executions if each.map_run and each.map_run.execution == self.parent.arn]

    def _parent_events(self) -> list[Answer]:
        """The history of the child, with the variables of its thread."""
        events = super()._parent_events()
        own = {"child": self.parent.machine.rpartition("stack-")[2], "childThread": self.parent.input.get("threadId")}
        for event in events:
            assigned = event.get("stateExitedEventDetails", {}).get("assignedVariables", {})
            if "results" in assigned:
                assigned |= {name: json.dumps(value) for name, value in own.items()}
            if assigned.keys() & {"run", "params"}:
                given = {name: self.parent.input[name] for name in assigned.keys() & {"run", "params"}}
                assigned |= {name: json.dumps(value) for name, value in given.items()}
        return events


@dataclass
class MasterFake(Fake):
    """The services after a run of a master, of which some children are fan-outs."""

    fan_outs: dict[str, ItemsOfChild] = field(default_factory=dict)
    """The fan-outs by the ARN of the execution of the child."""

    def __post_init__(self) -> None:
        self.objects |= {(self.bucket, each.key): each.body.encode() for each in self.run.objects}
        for map_run in self.run.map_runs:
            owner = self._find(map_run.execution)
            found = ItemsOfChild(self.template, self.run, map_run.total, self.clock, owner=owner)
            self.objects |= found.objects
            found.objects = self.objects
            self.fan_outs[owner.arn] = found

    def of(self, child: str) -> ItemsOfChild:
        """The fan-out of a child, by its name."""
        return next(each for each in self.fan_outs.values() if each.parent.machine.endswith(f"stack-{child}"))

    def _of_map_run(self, arn: str) -> ItemsOfChild:
        return next(each for each in self.fan_outs.values() if each.map_run == arn)

    def list_executions(self, **asked: Any) -> Answer:
        """The executions of a Map Run."""
        return self._of_map_run(asked["mapRunArn"]).list_executions(**asked)

    def describe_map_run(self, *, mapRunArn: str) -> Answer:  # noqa: N803
        """The numbers of items of a Map Run."""
        return self._of_map_run(mapRunArn).describe_map_run(mapRunArn=mapRunArn)

    def describe_state_machine(self, *, stateMachineArn: str, **_: Any) -> Answer:  # noqa: N803
        """The current definition of a state machine."""
        (machine,) = [each for each in self.template.machines if each.arn == stateMachineArn]
        assert machine.definition is not None
        return {"definition": write_compact(machine.definition.data)}

    def describe_state_machine_for_execution(self, *, executionArn: str, **_: Any) -> Answer:  # noqa: N803
        """The definition of an execution."""
        if self.definition_before and executionArn in self.fan_outs:
            return {"definition": json.dumps(self.definition_before)}
        return self.describe_state_machine(stateMachineArn=self._find(executionArn).machine)

    def paginate(self, *, executionArn: str, reverseOrder: bool, **_: Any) -> list[Answer]:  # noqa: N803
        """The history until now of the master, of a child or of an item."""
        self.calls["GetExecutionHistory"] += 1
        execution = self._find(executionArn)
        if executionArn in self.fan_outs:
            events = self.fan_outs[executionArn]._parent_events()
        elif execution is self.parent:
            events = self._master_events()
        elif execution.map_run:
            events = self._child_events(execution)
        else:
            events = self._chain_events(execution) if execution.error != "InvalidInput" else self._refused(execution)
        events = [event for event in events if event["timestamp"].timestamp() <= self.clock.now()]
        return [{"events": events[::-1] if reverseOrder else events}]

    def _master_events(self) -> list[Answer]:
        history, parent = History(), self.parent
        names = [branch["States"][f"RunChild{number}"] for number, branch in enumerate(self._branches(), 1)]
        children = [each["Arguments"]["StateMachineArn"].rpartition("stack-")[2] for each in names]
        started = {each.machine.rpartition("stack-")[2]: each for each in self._started()}
        given = {each["child"]: each for each in parent.input.get("threads", ())}
        threads = [{"threadId": f"T{n}", **given.get(name, {}), "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": parent.arn}
                   for n, name in enumerate(children, 1)]  # fmt: skip
        history.begin(parent.input)
        history.assign(run=parent.run, environment="")
        history.assign(params=parent.params)
        history.assign(children=children, threads=threads)
        for name in children:
            if name not in started:
                continue
            history.enter()
            history.add("TaskScheduled", key="taskScheduled", **_STARTS, parameters=json.dumps({"StateMachineArn": started[name].machine}))  # fmt: skip
            history.add("TaskSubmitted", key="taskSubmitted", **_STARTS, output=json.dumps({"ExecutionArn": started[name].arn}))  # fmt: skip
        return self._close(history, parent)

    def _chain_events(self, execution: Execution) -> list[Answer]:
        history, jobs = History(), self._list_jobs(execution)
        history.begin(execution.input)
        history.assign(jobs=jobs, child=execution.machine.rpartition("stack-")[2], threadId="T")
        for each in self.run.job_runs:
            if each.execution == execution.arn:
                history.enter()
                history.start(each.job, each.run_id)
                if each.ended is not None:
                    history.end(each.status, each.run_id, each.message)
        return self._close(history, execution)

    def _refused(self, execution: Execution) -> list[Answer]:
        """The history of a child that refused its input."""
        history = History()
        history.begin(execution.input)
        return self._close(history, execution)

    def _list_jobs(self, execution: Execution) -> list[str]:
        """The jobs of a chain: those of its thread, or those in the plan."""
        given = execution.input.get("glueJobs")
        if given:
            return list(given)
        (machine,) = [each for each in self.template.machines if each.arn == execution.machine]
        assert machine.definition is not None
        check: Any = machine.definition.data
        return next(rule["Assign"]["jobs"] for rule in check["States"]["CheckJobs"]["Choices"] if isinstance(rule.get("Assign", {}).get("jobs"), list))  # fmt: skip

    def _close(self, history: History, execution: Execution) -> list[Answer]:
        """The events of a history, with its end; all events but the end are at the begin of the run."""
        for event in history.events:
            event["timestamp"] = BEGIN
        count = len(history.events)
        if execution.ended is not None:
            history.finish(execution.status, execution.error, execution.cause, execution.output)
        elif self.run.cut_off is not None:
            history.finish("ABORTED")
        ended = self.run.cut_off if execution.ended is None else execution.ended
        for event in history.events[count:]:
            event["timestamp"] = BEGIN + timedelta(seconds=ended or 0)
        return history.events

    def _branches(self) -> list[Any]:
        (master,) = [each for each in self.template.machines if each.arn == self.parent.machine]
        assert master.definition is not None
        data: Any = master.definition.data
        return list(data["States"]["RunChildren"]["Branches"])

    def _started(self) -> list[Execution]:
        return [each for each in self.run.executions[1:] if each.map_run is None]
