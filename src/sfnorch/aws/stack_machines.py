"""The state machines of a stack: the one that starts the others, that for backfills, and all in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.aws.stacks import MACHINE, Resource, Stack, list_resources
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

WITHOUT_EXECUTIONS = ("StateMachineDoesNotExist", "StateMachineTypeNotSupported")
"""The errors of ListExecutions for a state machine that was deleted by hand, and for an Express one.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html (documented)
"""

_MASTER = "MasterStateMachine"
"""The logical id of the state machine that starts the others, in every stack that has several."""

_BACKFILL = "Backfill"
"""The first word of the logical ids of the state machine for backfills, which runs the main one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedMachine:
    """A state machine of a stack; `title` is its name without the stack's name."""

    logical_id: str
    arn: str
    title: str


def list_machines(client: CloudFormationClient, stack: Stack) -> tuple[DeployedMachine, ...]:
    """Return the stack's state machines."""
    return select_machines(list_resources(client, stack.id), stack)


def select_machines(resources: Sequence[Resource], stack: Stack) -> tuple[DeployedMachine, ...]:
    """Return the state machines among the resources of the stack."""
    return tuple(_convert_machine(resource, stack) for resource in select_resources(resources, MACHINE))


def find_main_machine(found: Sequence[DeployedMachine], stack: Stack, name: str = "") -> DeployedMachine:
    """Return the state machine with this name, or the master, or the only one that is not for backfills.

    Raises SfnorchError if none matches.
    """
    if not found:
        raise SfnorchError(f"The stack {stack.name} has no state machine")
    known = ", ".join(machine.title for machine in found)
    others = [machine for machine in found if machine.logical_id != f"{_BACKFILL}StateMachine"]
    if name:
        for machine in found:
            names = (machine.title, machine.logical_id, machine.logical_id.removesuffix("StateMachine"), machine.arn)
            if name.lower() in (candidate.lower() for candidate in names):
                return machine
        raise SfnorchError(f"The stack {stack.name} has no state machine {name!r}", hint=f"available: {known}")
    if len(others or found) == 1:
        return (others or found)[0]
    for machine in found:
        if machine.logical_id == _MASTER:
            return machine
    raise SfnorchError(
        f"The stack {stack.name} has several state machines", hint=f"specify one with --machine: {known}"
    )


def find_backfill_machine(found: Sequence[DeployedMachine]) -> DeployedMachine | None:
    """Return the state machine for backfills; None if the stack has none."""
    return next((machine for machine in found if machine.logical_id == f"{_BACKFILL}StateMachine"), None)


def select_resources(there: Sequence[Resource], kind: str) -> list[Resource]:
    """Return the stack's resources of a type: the master's first, those of backfills last, Child2 before Child10."""
    made = [r for r in there if r.type == kind and r.physical_id and r.status != "DELETE_COMPLETE"]
    return sorted(made, key=_find_place)


def _find_place(resource: Resource) -> tuple[bool, bool, list[tuple[int, str]]]:
    name = resource.logical_id
    return not name.startswith("Master"), name.startswith(_BACKFILL), _build_sort_key(name)


def _build_sort_key(logical_id: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", logical_id)]


def _convert_machine(resource: Resource, stack: Stack) -> DeployedMachine:
    name = resource.physical_id.rpartition(":")[2]
    return DeployedMachine(
        logical_id=resource.logical_id, arn=resource.physical_id, title=name.removeprefix(f"{stack.name}-")
    )
