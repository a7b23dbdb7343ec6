"""A permission that cannot be checked before the deployment, and the reason."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import StateNeeds, Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.contents import Machine
from sfnorch.template.task_permissions import PermissionDecision

_MOST_ACTIONS = 3


def _check(subject: Subject) -> Iterator[RuleFinding]:
    """Yield one fault for each machine and reason, at the first affected state."""
    for machine in subject.machines:
        by_reason: dict[tuple[str, str], list[tuple[StateNeeds, PermissionDecision]]] = {}
        for found in subject.list_state_needs(machine):
            for judgement in found.judgements:
                if judgement.decision.is_unknown:
                    for reason in judgement.decision.reasons:
                        by_reason.setdefault((judgement.role_name, reason), []).append((found, judgement))
        for (_, reason), concerned in by_reason.items():
            yield _create_finding(machine, reason, concerned)


def _create_finding(
    machine: Machine, reason: str, concerned: list[tuple[StateNeeds, PermissionDecision]]
) -> RuleFinding:
    found, judgement = concerned[0]
    actions = list(dict.fromkeys(one.need.action for _, one in concerned if one.need is not None))
    end = ("Resource",) if "Resource" in found.state.body else ()
    path = (*found.state.path, *end)
    if not actions:
        return create_fault(machine, path, f"the permissions of {found.state.name} are not checked: {reason}")
    shown = ", ".join(actions[:_MOST_ACTIONS])
    if more := len(actions) - _MOST_ACTIONS:
        shown += f" and {more} more" if more > 0 else ""
    if judgement.role is None:
        return create_fault(machine, path, f"the permissions for {shown} are not checked: {reason}")
    return create_fault(machine, path, f"it is unknown whether {judgement.role_name} allows {shown}: {reason}")


RULE = LintRule(
    id="permission-unknown",
    title="A permission that cannot be checked before the deployment",
    why="the task can fail with AccessDenied when it runs",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    severity=Severity.INFO,
    check=_check,
)
