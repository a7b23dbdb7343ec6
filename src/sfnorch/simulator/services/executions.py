"""Nested executions: start an execution, reuse one with the same name, wait for one, describe one.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import re

import simpy

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import TASK_FAILED, StatesError, UnsupportedSimulationError
from sfnorch.simulator.processes import Steps, stop_processes
from sfnorch.simulator.record import Execution
from sfnorch.simulator.redrives import find_redrive_obstacle, redrive_execution
from sfnorch.simulator.services.metadata import describe_sdk_error
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.simulator.world import World

_NO_NAME = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]|.{81}')
"""Characters that an execution name cannot contain, or a name that is too long."""

_DATA = ("Input", "InputDetails", "Output", "OutputDetails", "Error", "Cause")
"""What the description of an execution lacks if only its metadata is asked for (assumed)."""


@simulates("states:startExecution", "aws-sdk:sfn:startExecution")
def start_execution(request: ServiceRequest) -> Steps[Json]:
    """Return the execution's ARN and start date at once; the execution continues by itself."""
    execution = _start(request)
    return {"ExecutionArn": execution.arn, "StartDate": _convert_time(request.world, execution.started)}
    yield


@simulates("states:startExecution.sync", "states:startExecution.sync:2")
def start_execution_sync(request: ServiceRequest) -> Steps[Json]:
    """Return the ended execution, with input and output as texts; as JSON with `.sync:2`."""
    world, execution = request.world, _start(request)
    request.record_submitted()
    process = world.processes.get(execution.arn)
    if process is not None and process.is_alive:
        try:
            yield process
        except simpy.Interrupt:
            yield from stop_processes(world.clock, [process])
            raise
    if execution.status != "SUCCEEDED":
        raise StatesError(TASK_FAILED, write_compact(_describe(world, execution, parsed=False)))
    return _describe(world, execution, parsed=request.call.way == ".sync:2")


@simulates("aws-sdk:sfn:describeExecution")
def describe_execution(request: ServiceRequest) -> Steps[Json]:
    """Return the current description of the execution; with METADATA_ONLY, without its input and output."""
    shown = _describe(request.world, _find_execution(request), parsed=False)
    if request.get_text("IncludedData") == "METADATA_ONLY":
        shown = {name: value for name, value in shown.items() if name not in _DATA}
    return shown
    yield


@simulates("aws-sdk:sfn:redriveExecution")
def redrive(request: ServiceRequest) -> Steps[Json]:
    """Continue an execution that did not succeed, and return the date. Raises StatesError if it cannot be redriven.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
    """
    world, execution = request.world, _find_execution(request)
    if find_redrive_obstacle(execution) or execution.arn not in world.redrives:
        cause = f"Execution Not Redrivable: '{execution.arn}'"
        raise StatesError("Sfn.ExecutionNotRedrivableException", describe_sdk_error(request, cause))
    redrive_execution(world, execution)
    return {"RedriveDate": _convert_time(world, world.at)}
    yield


def _find_execution(request: ServiceRequest) -> Execution:
    """Return the execution that the request names. Raises StatesError for an unknown one."""
    arn = request.get_text("ExecutionArn")
    for execution in request.world.record.executions:
        if execution.arn == arn:
            return execution
    raise StatesError("Sfn.ExecutionDoesNotExistException", f"Execution Does Not Exist: '{arn}'")


def _start(request: ServiceRequest) -> Execution:
    """Return the execution that the call starts, or a running one with the same name and input."""
    world, arn = request.world, request.get_text("StateMachineArn")
    machine = world.template.find_machine(arn)
    if machine is None:
        title = world.template.build_title(request.machine)
        raise UnsupportedSimulationError(
            f"{title}: {request.state.name} starts a machine that is not in the template: {arn}",
            hint=f"specify its result: {world.mocks.suggest_option(request.machine, request.state, {'Output': {}})}",
        )
    given = request.named.get("Input")
    given = {} if given is None else given  # recorded
    name = request.get_text("Name")
    if _NO_NAME.search(name):
        raise StatesError("StepFunctions.InvalidNameException", f"Invalid Name: '{name}'")
    execution = world.by_name.get((machine.arn, name)) if name else None
    if execution is not None:
        if execution.status == "RUNNING" and write_compact(execution.input) == write_compact(given):
            return execution
        cause = f"Execution Already Exists: '{execution.arn}'"
        raise StatesError("StepFunctions.ExecutionAlreadyExistsException", cause)
    return request.start_execution(machine, given, name=name, parent=request.execution.arn)


def _describe(world: World, execution: Execution, *, parsed: bool) -> dict[str, Json]:
    """Return an execution in the format of DescribeExecution, with dates in milliseconds."""
    shown: dict[str, Json] = {
        "ExecutionArn": execution.arn,
        "Input": execution.input if parsed else write_compact(execution.input),
        "InputDetails": {"Included": True},
        "Name": execution.name,
        "StartDate": _convert_time(world, execution.started),
        "StateMachineArn": execution.machine,
        "Status": execution.status,
    }
    if execution.ended is not None:
        shown["StopDate"] = _convert_time(world, execution.ended)
    if not execution.express:
        shown |= _describe_redrive(execution)
    if execution.status == "SUCCEEDED":
        shown["Output"] = execution.output if parsed else write_compact(execution.output)
        shown["OutputDetails"] = {"Included": True}
    elif execution.ended is not None:
        shown |= {name: text for name, text in (("Error", execution.error), ("Cause", execution.cause)) if text}
    return dict(sorted(shown.items()))


def _describe_redrive(execution: Execution) -> dict[str, Json]:
    """Return whether the execution can be redriven; the form of an execution that has SUCCEEDED is recorded.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    shown: dict[str, Json] = {"RedriveCount": execution.redrives, "RedriveStatus": "REDRIVABLE"}
    if reason := find_redrive_obstacle(execution):
        shown |= {"RedriveStatus": "NOT_REDRIVABLE", "RedriveStatusReason": reason}
    return shown


def _convert_time(world: World, at: float) -> int:
    return int(world.convert_time(at).timestamp() * 1000)
