"""Whether a machine's role may do what a task does, as IAM decides it when the task runs.

A role that the template doesn't hold, or not whole, is taken to allow all.
"""

from __future__ import annotations

from typing import Any

from sfnorch.simulate.errors import StatesError
from sfnorch.simulate.world import World
from sfnorch.template.calls import ANY, call_of, needs
from sfnorch.template.contents import StateMachine
from sfnorch.template.iam import allows
from sfnorch.template.states import State

_ERROR_PREFIXES = {"glue": "Glue", "states": "StepFunctions", "sfn": "Sfn", "sns": "SNS", "cloudwatch": "CloudWatch"}
_BEFORE_THE_CALL = ("events:",)
"""Actions that CloudFormation asks for when the machine is made, not the task when it runs."""


def check(world: World, machine: StateMachine, state: State, arguments: Any) -> None:
    """Raises StatesError (AccessDenied) for the first action that the role doesn't allow."""
    role = machine.role
    if not world.behaviour.enforce_permissions or role is None or not role.whole:
        return

    def given(name: str) -> str:
        value = arguments.get(name) if isinstance(arguments, dict) else None
        return value if isinstance(value, str) else ANY if value is not None else ""

    where = world.template.stack.where
    for need in needs(state, where, given) or ():
        if need.action.startswith(_BEFORE_THE_CALL) or allows(role.statements, need.action, need.resource):
            continue
        call = call_of(state)
        service = call.service if call else ""
        prefix = _ERROR_PREFIXES.get(service, service[:1].upper() + service[1:])
        user = f"arn:{where.partition}:sts::{where.account}:assumed-role/{role.name}"
        cause = (
            f"User: {user} is not authorized to perform: {need.action} on resource: {need.resource} "
            f"because no identity-based policy allows the {need.action} action"
        )
        raise StatesError(f"{prefix}.AccessDeniedException", cause)
