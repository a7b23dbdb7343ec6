"""Simulated services that tasks call, one file per service, with the replies and errors of AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from sfnorch.simulator.errors import NotPlayable, StatesError
from sfnorch.simulator.permissions import check
from sfnorch.simulator.record import Execution, JobRunRecord, What
from sfnorch.simulator.world import Steps, World
from sfnorch.template.calls import ServiceCall, call_of
from sfnorch.template.contents import Machine
from sfnorch.template.states import LocatedState


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """A Task's call: the action, its arguments, the state and the execution."""

    world: World
    machine: Machine
    execution: Execution
    state: LocatedState
    call: ServiceCall
    arguments: Any

    def text(self, name: str) -> str:
        """Return an argument as text; empty if it is missing or not a text."""
        value = self.arguments.get(name) if isinstance(self.arguments, dict) else None
        return value if isinstance(value, str) else ""


Handler = Callable[[ServiceRequest], Steps]


def call_service(
    world: World, machine: Machine, execution: Execution, state: LocatedState, arguments: Any, credentials: Any = None
) -> Steps:
    """Return the result of the Task's call. Raises StatesError as AWS does, NotPlayable if it cannot be simulated.

    A mocked call also requires its permissions.
    """
    mocks = world.behaviour.mocks
    if state.name in mocks:
        check(world, machine, state, arguments, credentials)
        return _mocked(mocks[state.name])
        yield  # pragma: no cover - makes this function a process that takes no time
    call = call_of(state)
    handler = _handler(world, call, state, arguments) if call else None
    if call is None or handler is None:
        what = str(call) if call else state.text("Resource") or "nothing"
        raise NotPlayable(
            f"{world.template.title(machine)}: {state.name} calls {what}, which cannot be simulated",
            hint=f"specify its result: --mock '{state.name}={{…}}'",
        )
    request = ServiceRequest(
        world=world, machine=machine, execution=execution, state=state, call=call, arguments=arguments
    )
    check(world, machine, state, arguments, credentials)
    result = yield from handler(request)
    return result


def _handler(world: World, call: ServiceCall, state: LocatedState, arguments: Any) -> Handler | None:
    """Return the simulation of the call; None if the call is unknown.

    A resource outside of the template is simulated only if no expression reads the result.
    """
    from sfnorch.simulator.services import elsewhere, functions

    found = _handlers().get(str(call))
    if call.name == "lambda:invoke" and not call.way:
        named = arguments.get("FunctionName") if isinstance(arguments, dict) else None
        resource = state.text("Resource")
        found = functions.handler(world, named if isinstance(named, str) else resource)
        if found is not None:
            return found
    started = arguments.get("StateMachineArn") if isinstance(arguments, dict) else None
    if found is None or (call.name.endswith(":startExecution") and not world.template.machine(str(started))):
        return elsewhere.handler(call, state) or found
    return found


def _mocked(mock: Any) -> Any:
    if isinstance(mock, Mapping) and set(mock) == {"Throw"} and isinstance(mock["Throw"], Mapping):
        raise StatesError(str(mock["Throw"].get("Error", "States.TaskFailed")), str(mock["Throw"].get("Cause", "")))
    if isinstance(mock, Mapping) and set(mock) == {"Return"}:
        return mock["Return"]
    return mock


def _handlers() -> Mapping[str, Handler]:
    from sfnorch.simulator.services import (
        alarms,
        crawlers,
        executions,
        glue,
        objects,
        queries,
        statements,
        topics,
        workflows,
    )

    of_data = {**statements.HANDLERS, **objects.HANDLERS, **queries.HANDLERS}
    of_jobs = {**glue.HANDLERS, **workflows.HANDLERS, **executions.HANDLERS, **crawlers.HANDLERS}
    return {**of_jobs, **of_data, **topics.HANDLERS, **alarms.HANDLERS}


def begin_run(
    request: ServiceRequest,
    name: str,
    kind: str,
    run_id: str,
    seconds: float,
    arguments: Mapping[str, Any] | None = None,
    *,
    status: str = "RUNNING",
) -> JobRunRecord:
    """Start a run of the named resource and return it; it can be queued first. `end_run` ends it."""
    world = request.world
    world.job_counts[name].running += status == "RUNNING"
    world.job_counts[name].begun += 1
    run = JobRunRecord(
        job=name,
        kind=kind,
        run_id=run_id,
        execution=request.execution.arn,
        machine=request.execution.title,
        started=world.at,
        seconds=seconds,
        arguments=dict(arguments or {}),
        status=status,
    )
    world.record.job_runs.append(run)
    world.tell(What.JOB_RUN_STARTED, request.execution, request.state.name, job=name, run=run_id)
    return run


def end_run(request: ServiceRequest, run: JobRunRecord, status: str, message: str = "") -> None:
    """End the run now. If other runs are queued, the next one starts."""
    counts, had_room = request.world.job_counts[run.job], run.status == "RUNNING"
    run.status, run.ended, run.message = status, request.world.at, message
    if had_room and counts.queue:
        counts.queue.popleft().succeed()
    elif had_room:
        counts.running -= 1
    detail: dict[str, Any] = {"job": run.job, "run": run.run_id, "status": status, "message": message}
    request.world.tell(What.JOB_RUN_ENDED, request.execution, request.state.name, **detail)


def refuse_start(request: ServiceRequest, name: str, error: str, cause: str) -> NoReturn:
    """Raise StatesError: the service rejects the start of a run."""
    request.world.tell(What.JOB_START_REFUSED, request.execution, request.state.name, job=name, error=error)
    raise StatesError(error, cause)


def refuse_throttled(request: ServiceRequest, name: str, error: str, cause: str) -> None:
    """Raise StatesError if this start is one of those that are throttled."""
    counts = request.world.job_counts[name]
    if counts.throttled < request.world.behaviour.throttled(name):
        counts.throttled += 1
        refuse_start(request, name, error, cause)


def compact(value: Any) -> str:
    """Return compact JSON, as in the texts of AWS's replies."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
