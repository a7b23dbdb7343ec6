"""A permission that a machine's role grants and that no task uses."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.calls import RequiredAction, list_data_actions
from sfnorch.template.contents import Machine
from sfnorch.template.iam import Statement, can_overlap, is_match
from sfnorch.template.located import Path

_NOT_JUDGED = frozenset(
    {
        *("logs", "xray", "kms", "iam", "sts", "ec2", "events", "lakeformation"),
        *("redshift", "redshift-serverless", "secretsmanager"),
    }
)
"""Services that a role requires for more than its tasks' calls: logging, tracing, keys, passed roles, signing in."""

_NOT_FOLLOWED = ("Credentials", "ItemReader", "ResultWriter")
"""Fields with other roles or with buckets."""

_MACHINES = "states.amazonaws.com"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    held: dict[Path, tuple[Statement, list[Machine]]] = {}
    for machine in subject.machines:
        for statement in machine.role.statements if machine.role else ():
            held.setdefault(statement.path, (statement, []))[1].append(machine)
    for statement, machines in held.values():
        if statement.allow and not statement.not_actions and all(map(_is_judged, machines)):
            yield from _find_unused(subject, statement, machines)


def _is_judged(machine: Machine) -> bool:
    """Return whether all uses of the role are known: only Step Functions assumes it, and no field uses other roles."""
    if machine.role is None or machine.definition is None or not set(machine.role.principals) <= {_MACHINES}:
        return False
    return not any(key in state.body for state in machine.list_states() for key in _NOT_FOLLOWED)


def _find_unused(subject: Subject, statement: Statement, machines: list[Machine]) -> Iterator[RuleFinding]:
    found = [item for machine in machines for item in subject.list_state_needs(machine)]
    needed = [need for item in found for need in item.needs or ()]
    if any(item.needs is None for item in found):
        return  # the permission can be for a call that is unknown here
    items = any(item.state.distributed for item in found)
    on_data = {action.lower() for item in found for action in list_data_actions(item.state)}
    unused = [
        action
        for action in statement.actions
        if not _is_used(action, statement, needed, items=items)
        and not any(is_match(action.lower(), other) for other in on_data)
    ]
    if not unused or (statement.bundled and len(unused) < len(statement.actions)):
        return  # a SAM policy template cannot be split
    names = list_names([machine.logical_id for machine in machines], "or")
    on = "" if "*" in statement.resources else f" on {', '.join(statement.resources)}"
    yield RuleFinding(
        path=statement.path,
        place=statement.place,
        message=f"no task of {names} uses {', '.join(unused)}{on}",
        hint="remove it",
    )


def _is_used(action: str, statement: Statement, needed: list[RequiredAction], *, items: bool) -> bool:
    """Return whether a required permission matches the action.

    The `items` of a distributed Map are executions that the machine can describe and stop.
    """
    service = action.partition(":")[0].lower()
    if service == "*" or service in _NOT_JUDGED:
        return True
    if items and service == "states":
        return True
    for need in needed:
        if is_match(action.lower(), need.action.lower()):
            if statement.not_resources or any(can_overlap(resource, need.resource) for resource in statement.resources):
                return True
            if ":execution:" in need.resource:
                return True  # it is granted on the state machine; missing-permission reports it
    return False


RULE = LintRule(
    id="unused-permission",
    title="A permission that is granted and never used",
    why="an attacker who controls the state machine gets more permissions than it requires",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    severity=Severity.INFO,
    check=_check,
)
