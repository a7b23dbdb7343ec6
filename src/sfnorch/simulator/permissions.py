"""Check, as IAM does at run time, whether a machine's role allows a task's actions.

An unknown permission allows the call; the run's notes contain the reason.
"""

from __future__ import annotations

from sfnorch.json_values import Json
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.world import World
from sfnorch.template.calls import RequiredAction, parse_call
from sfnorch.template.contents import Machine
from sfnorch.template.iam import Decision
from sfnorch.template.requirements import find_deciding_argument, list_requirements
from sfnorch.template.states import LocatedState
from sfnorch.template.task_permissions import PermissionDecision, judge_requirements

_ERROR_PREFIXES = {"glue": "Glue", "states": "StepFunctions", "sfn": "Sfn", "sns": "SNS", "cloudwatch": "CloudWatch"}
_BEFORE_THE_CALL = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
"""Actions that CloudFormation performs when it creates the machine, not the task when it runs."""

_TAKING_ON = "sts:AssumeRole"


def check_permissions(
    world: World, machine: Machine, state: LocatedState, arguments: Json, credentials: Json = None
) -> None:
    """Raise StatesError (AccessDenied) for the first action that the role does not allow; note unknown permissions."""
    if not world.behaviour.enforce_permissions:
        return
    job = find_deciding_argument(state, arguments) if credentials is None else ""
    if (machine.arn, state, job) in world.allowed:
        return
    is_known = job != ""
    required = list_requirements(state, world.template.stack.where, machine.arn, arguments, credentials)
    for judgement in judge_requirements(world.template, machine, required):
        need, decision = judgement.need, judgement.decision
        if need is not None and need.action in _BEFORE_THE_CALL:
            continue
        if decision.is_unknown:
            is_known = False
            _note_unknown(world, machine, state, judgement)
        elif decision.is_denied and need is not None:
            raise StatesError(_name_error(state, need), _build_cause(world, judgement.role_name, need, decision))
    if is_known:
        world.allowed.add((machine.arn, state, job))


def _note_unknown(world: World, machine: Machine, state: LocatedState, judgement: PermissionDecision) -> None:
    for reason in judgement.decision.reasons:
        key = (machine.arn, judgement.role_name, reason)
        what = judgement.need.action if judgement.need is not None and judgement.role is not None else "its permissions"
        title = world.template.build_title(machine)
        world.record.notes.setdefault(key, f"{title}, {state.name}: {what} could not be checked: {reason}")


def _name_error(state: LocatedState, need: RequiredAction) -> str:
    call = parse_call(state)
    service = "states" if need.action == _TAKING_ON else call.service if call else ""
    prefix = _ERROR_PREFIXES.get(service, service[:1].upper() + service[1:])
    return f"{prefix}.AccessDeniedException"


def _build_cause(world: World, role: str, need: RequiredAction, decision: Decision) -> str:
    """Return IAM's message, with the reason.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    where = world.template.stack.where
    user = f"arn:{where.partition}:sts::{where.account}:assumed-role/{role}"
    reason = decision.reasons[0] if decision.reasons else ""
    if decision.statement is not None:
        kind = "a resource-based" if decision.statement.of_resource else "an identity-based"
        kind = "a permissions boundary" if "permissions boundary" in reason else f"{kind} policy"
        because = f"with an explicit deny in {kind} (line {decision.statement.place.line})"
    elif reason.startswith("the permissions boundary "):
        because = f"because no permissions boundary allows the {need.action} action"
    elif reason.startswith("the policy of "):
        because = f"because no resource-based policy allows the {need.action} action"
    else:
        because = f"because no identity-based policy allows the {need.action} action"
    return f"User: {user} is not authorized to perform: {need.action} on resource: {need.resource} {because}"
