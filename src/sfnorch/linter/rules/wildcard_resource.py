"""`*` as the resource of an action that supports specific resources."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.calls import read_argument
from sfnorch.template.contents import Machine
from sfnorch.template.iam import Statement
from sfnorch.template.iam.actions import has_resource_type


def _check(subject: Subject) -> Iterator[RuleFinding]:
    seen: set[tuple[str | int, ...]] = set()
    for machine in subject.machines:
        for statement in machine.role.statements if machine.role else ():
            if statement.path in seen or not statement.allow:
                continue
            seen.add(statement.path)
            if actions := [action for action in _list_too_wide(statement) if not _is_text_message(machine, action)]:
                yield RuleFinding(
                    path=statement.path,
                    place=statement.place,
                    message=f"{list_names(actions)} {'is' if len(actions) == 1 else 'are'} allowed on every resource",
                    hint="name the resources that the machine uses",
                )


def _list_too_wide(statement: Statement) -> list[str]:
    if "*" not in statement.resources or statement.conditional:
        return []
    return [action for action in statement.actions if has_resource_type(action)]


def _is_text_message(machine: Machine, action: str) -> bool:
    """Return whether the action sends text messages, which have no topic."""
    return action.lower() == "sns:publish" and any(
        read_argument(state, "PhoneNumber") for state in machine.list_states()
    )


RULE = LintRule(
    id="wildcard-resource",
    title="`*` as the resource although specific resources can be named",
    why="the machine can access all resources of this type in the account",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    severity=Severity.WARNING,
    check=_check,
)
