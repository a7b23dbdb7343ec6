"""Whether a role allows what a state does: its machine's role, or the role that a Task assumes.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.template.arguments import UNKNOWN_VALUE
from sfnorch.template.calls import RequiredAction
from sfnorch.template.contents import Machine, Template
from sfnorch.template.iam import Decision, Verdict
from sfnorch.template.permissions import classify_action, decide
from sfnorch.template.requirements import Requirements
from sfnorch.template.roles import Role

_MOST_DECISIONS = 10_000
"""The number of decisions that a template keeps."""


class PermissionDecision(NamedTuple):
    """The decision on a permission, and the role (None if it is not in the template)."""

    need: RequiredAction | None
    """The permission; None if it is unknown."""
    role: Role | None
    role_name: str
    decision: Decision


def judge_requirements(template: Template, machine: Machine, required: Requirements) -> Iterator[PermissionDecision]:
    """Yield the decision on each requirement of a state, in their order; that on assuming a role is first."""
    acting, name = machine.role, _find_role_name(template, machine)
    if required.role:
        yield _judge_need(template, machine.role, name, RequiredAction("sts:AssumeRole", required.role), {})
        acting, name = template.roles.get(required.role), required.role
    for one in required.required:
        yield _judge_need(template, acting, name, one.need, dict(one.context))
    for gap in required.gaps:
        yield PermissionDecision(need=None, role=acting, role_name=name, decision=_create_unknown_decision(gap))


def _judge_need(
    template: Template, role: Role | None, name: str, need: RequiredAction, context: dict[str, str]
) -> PermissionDecision:
    if role is not None:
        decision = _decide_once(template, role, need, context)
        return PermissionDecision(need=need, role=role, role_name=role.name, decision=decision)
    reason = (
        "the role is chosen at run time" if name == UNKNOWN_VALUE else f"the role {name} is not part of the template"
    )
    return PermissionDecision(need=need, role=None, role_name=name, decision=_create_unknown_decision(reason))


def _decide_once(template: Template, role: Role, need: RequiredAction, context: dict[str, str]) -> Decision:
    """Return the decision, from those of the template if it was made before: a simulation asks the same often."""
    kind: object = need.action
    if template.resource_policies.find_policies(need.resource) is None:
        kind = _find_action_class(template, role, need.action)
    key = (role, kind, need.resource, *context.items())
    decision = template.decisions.get(key)
    if decision is None:
        if len(template.decisions) >= _MOST_DECISIONS:
            template.decisions.clear()
        decision = template.decisions[key] = decide(template, role, need.action, need.resource, context)
    return decision


def _find_action_class(template: Template, role: Role, action: str) -> int:
    """Return the number of the action's class: a call often requires several actions of one class."""
    number = template.action_classes.get((role, action))
    if number is None:
        known = template.action_classes
        number = known.setdefault((role, *classify_action(role, action)), len(known))
        known[role, action] = number
    return number


def _create_unknown_decision(reason: str) -> Decision:
    return Decision(outcome=Verdict.UNKNOWN, reasons=(reason,))


def _find_role_name(template: Template, machine: Machine) -> str:
    given = machine.properties.get("Role", machine.properties.get("RoleArn"))
    return template.stack.evaluate_text(given) if machine.role is None else machine.role.name
