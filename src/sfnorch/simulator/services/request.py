"""A Task's call, as a service gets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from sfnorch.json_values import Json, read_mapping, read_string
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import Execution
from sfnorch.simulator.world import StartExecution, World
from sfnorch.template.calls import ServiceCall
from sfnorch.template.contents import Machine
from sfnorch.template.states import LocatedState


def _ignore() -> None:
    """Do nothing."""


class ServiceRequest(NamedTuple):
    """A Task's call: the action, its arguments, the state and the execution."""

    world: World
    machine: Machine
    execution: Execution
    state: LocatedState
    call: ServiceCall
    arguments: Json
    start_execution: StartExecution
    record_submitted: Callable[[], None] = _ignore
    """Records that a service has accepted what the Task waits for; a handler that waits calls it."""
    visit: int = 0
    """The event that entered the state."""
    attempt: int = 1
    """The number of the attempt in this visit of the state."""

    @property
    def named(self) -> dict[str, Json]:
        """Return the arguments by name; empty if they are not an object."""
        return read_mapping(self.arguments)

    def get_text(self, name: str) -> str:
        """Return an argument as text; empty if it is missing or not a text."""
        return read_string(self.named.get(name))


Handler: TypeAlias = Callable[[ServiceRequest], Steps[Json]]
"""The simulation of an action: it returns the service's reply. Raises StatesError with the service's error."""
