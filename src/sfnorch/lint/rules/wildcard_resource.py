"""`*` for the resource, or the action, where there is one to name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.lint.words import listed
from sfnorch.template.calls import argument
from sfnorch.template.contents import StateMachine
from sfnorch.template.iam import Statement

_OPTIONAL = frozenset({"comprehend", "rekognition", "textract", "translate"})
"""Services whose calls work without any of the resources that IAM knows for them."""

_OPTIONAL_ACTIONS = frozenset({"cloudwatch:putmetricdata"})


def _check(subject: Subject) -> Iterator[Fault]:
    seen: set[tuple[str | int, ...]] = set()
    for machine in subject.machines:
        for statement in machine.role.statements if machine.role else ():
            if statement.path in seen or not statement.allow:
                continue
            seen.add(statement.path)
            if actions := [action for action in _too_wide(statement) if not _by_phone(machine, action)]:
                yield Fault(
                    path=statement.path,
                    place=statement.place,
                    message=f"{listed(actions)} {'is' if len(actions) == 1 else 'are'} allowed on every resource",
                    hint="name the resources that the machine works with",
                )


def _too_wide(statement: Statement) -> list[str]:
    if "*" not in statement.resources or statement.conditional:
        return []
    return [action for action in statement.actions if _takes_resource(action)]


def _by_phone(machine: StateMachine, action: str) -> bool:
    """Whether the action sends text messages, which have no topic."""
    return action.lower() == "sns:publish" and any(argument(state, "PhoneNumber") for state in machine.walk())


def _takes_resource(action: str) -> bool:
    """Whether IAM knows a resource for the action; for a pattern, whether for any that it stands for."""
    service, _, name = action.lower().partition(":")
    if service in _OPTIONAL or action.lower() in _OPTIONAL_ACTIONS:
        return False
    if service == "*":
        return True
    actions = _policies().get(service, {}).get("Actions", {})
    if "*" in name or "?" in name:
        return any(body.get("Resources") for key, body in actions.items() if key.startswith(name.split("*")[0]))
    return bool(actions.get(name, {}).get("Resources"))


@cache
def _policies() -> Mapping[str, Any]:
    """What IAM lists of each service's actions, as cfn-lint brings it along."""
    from cfnlint.data import AdditionalSpecs
    from cfnlint.helpers import load_resource

    policies: Mapping[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return policies


RULE = Rule(
    id="wildcard-resource",
    title="`*` where a resource can be named",
    why="the machine may touch everything of that kind in the account",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    severity=Severity.WARNING,
    check=_check,
)
