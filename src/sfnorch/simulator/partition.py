"""Resources of another partition: an execution fails at the first state that names one, and no catcher matches."""

from __future__ import annotations

from functools import lru_cache

from sfnorch.partitions import parse_partition_name
from sfnorch.simulator.errors import RUNTIME, StatesError
from sfnorch.template.states import LocatedState

_WITH_RESOURCES = ("Task", "Map")


def refuse_other_partition(machine_arn: str, state: LocatedState) -> None:
    """Raise StatesError (States.Runtime) if the state's resource is in another partition than its machine.

    For a Task, the error and its text are measured; for a distributed Map's reads and writes, they are assumed.
    https://github.com/aws/aws-cdk/issues/4597
    """
    if state.kind in _WITH_RESOURCES and (was := _find_other_partition(state, machine_arn)):
        expected = parse_partition_name(machine_arn)
        raise StatesError(
            RUNTIME,
            f"An error occurred while executing the state '{state.name}'. The resource belongs to a different "
            f"partition from the running execution. Expected '{expected}', was '{was}'.",
        )


@lru_cache(maxsize=1_000)
def _find_other_partition(state: LocatedState, machine_arn: str) -> str:
    """Return the first other partition in a resource of the state; empty if it has none."""
    expected = parse_partition_name(machine_arn)
    found = (parse_partition_name(resource) for _, resource in state.list_resources())
    return next((was for was in found if was and was != expected), "")
