"""A permission that a task requires and that its machine's role, or the role that the task assumes, lacks."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import ANY, RequiredAction
from sfnorch.template.contents import Machine, Template
from sfnorch.template.located import Path
from sfnorch.template.permissions import decide
from sfnorch.template.roles import Role
from sfnorch.template.task_permissions import PermissionDecision


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        reported: set[tuple[str, RequiredAction]] = set()
        for found in subject.list_state_needs(machine):
            denied: dict[tuple[str, str], list[PermissionDecision]] = {}
            for judgement in found.judgements:
                key = (judgement.role_name, judgement.need)
                if judgement.need is None or not judgement.decision.is_denied or key in reported:
                    continue
                reported.add((judgement.role_name, judgement.need))
                denied.setdefault((judgement.role_name, _explain_denial(judgement)), []).append(judgement)
            for (_, refusal), judgements in denied.items():
                end = ("Resource",) if "Resource" in found.state.body else ()
                path = (*found.state.path, *end)
                yield _create_finding(subject.template, machine, found.state.name, path, judgements, refusal)


def _explain_denial(judgement: PermissionDecision) -> str:
    """Return the reason of an explicit denial; empty if the only reason is that no policy allows the action."""
    reasons = judgement.decision.reasons
    return "" if not reasons or reasons[0].startswith("no policy of ") else reasons[0]


def _create_finding(
    template: Template, machine: Machine, state: str, path: Path, denied: list[PermissionDecision], refusal: str
) -> RuleFinding:
    role = denied[0].role
    assert role is not None  # noqa: S101 - only a role of the template can deny
    lacking = [judgement.need for judgement in denied if judgement.need is not None]
    first = lacking[0]
    if not refusal and (mistaken := _find_grants_on_machine(template, role, lacking)):
        actions = " and ".join(need.action for need in mistaken)
        message = f"{role.name} allows {actions} on the state machine, but they act on its executions"
        return create_fault(machine, path, message, f"allow them on {mistaken[0].resource}")
    actions = ", ".join(need.action for need in lacking if need.resource == first.resource)
    others = [need for need in lacking if need.resource != first.resource]
    on = "" if first.resource == ANY else f" on {first.resource}"
    more = "".join(f", and {need.action} on {need.resource}" for need in others)
    hint = f"allow it in {role.name}; without it the call fails"
    message = f"{state} requires {actions}{on}{more}"
    return create_fault(machine, path, f"{message}, and {refusal}" if refusal else message, "" if refusal else hint)


def _find_grants_on_machine(template: Template, role: Role, lacking: list[RequiredAction]) -> list[RequiredAction]:
    """Return the missing permissions on executions that the role grants on the state machine.

    Returns an empty list if the role lacks other permissions too.
    """
    found = [
        need
        for need in lacking
        if ":execution:" in need.resource
        and not decide(template, role, need.action, _derive_machine_arn(need.resource)).is_denied
    ]
    return found if len(found) == len(lacking) else []


def _derive_machine_arn(execution: str) -> str:
    return execution.replace(":execution:", ":stateMachine:").removesuffix(":*")


RULE = LintRule(
    id="missing-permission",
    title="A permission that a task requires and that its role lacks",
    why="the task fails with AccessDenied when it runs, or CloudFormation rejects the state machine",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html",
    severity=Severity.ERROR,
    check=_check,
)
