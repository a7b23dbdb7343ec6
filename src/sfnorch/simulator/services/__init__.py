"""Simulated services that tasks call, one file per service, with the replies and errors of AWS.

A handler has the decorator `simulates` with the actions that it simulates. It gets a `ServiceRequest` and returns the
reply; runs that take time are in `activities`. To add a service, write its file and import it here.
"""

from __future__ import annotations

from sfnorch.json_values import Json, find_value, read_string
from sfnorch.simulator.services import (
    alarms,
    crawlers,
    elsewhere,
    executions,
    functions,
    glue,
    map_runs,
    objects,
    queries,
    statements,
    table_items,
    task_tokens,
    topics,
    workflows,
)
from sfnorch.simulator.services.registry import HANDLERS
from sfnorch.simulator.services.request import Handler
from sfnorch.simulator.world import World
from sfnorch.template.calls import ServiceCall, is_function_call
from sfnorch.template.states import LocatedState

__all__ = [
    "alarms",
    "crawlers",
    "executions",
    "find_handler",
    "glue",
    "map_runs",
    "objects",
    "queries",
    "statements",
    "table_items",
    "task_tokens",
    "topics",
    "workflows",
]
"""The services, whose handlers are registered when their files are imported."""


def find_handler(world: World, call: ServiceCall, state: LocatedState, arguments: Json) -> Handler | None:
    """Return the simulation of the call; None if the call is unknown.

    A resource outside of the template is simulated only if no expression reads the result.
    """
    found = HANDLERS.get(str(call))
    if call.name == "lambda:invoke" and not call.way:
        name = state.read_text("Resource") if is_function_call(state) else find_value(arguments, "FunctionName")
        found = functions.find_handler(world, read_string(name))
        if found is not None:
            return found
    is_start = call.name.endswith(":startExecution")
    if found is None or (is_start and not world.template.find_machine(str(find_value(arguments, "StateMachineArn")))):
        return elsewhere.find_handler(call, state) or found
    return found
