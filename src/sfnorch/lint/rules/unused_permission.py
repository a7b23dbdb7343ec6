"""A permission that a machine's role grants, and that none of its tasks uses."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.lint.words import listed
from sfnorch.template.calls import Need
from sfnorch.template.contents import StateMachine
from sfnorch.template.iam import Statement, matches, overlap
from sfnorch.template.located import Path

_NOT_JUDGED = frozenset(
    {
        *("logs", "xray", "kms", "iam", "sts", "ec2", "events", "lakeformation"),
        *("redshift", "redshift-serverless", "secretsmanager"),
    }
)
"""Services that a role needs for more than its tasks' calls: logging, tracing, keys, roles handed on, signing in."""

_NOT_FOLLOWED = ("Credentials", "ItemReader", "ResultWriter")
"""Fields that take other roles, or buckets."""

_MACHINES = "states.amazonaws.com"


def _check(subject: Subject) -> Iterator[Fault]:
    held: dict[Path, tuple[Statement, list[StateMachine]]] = {}
    for machine in subject.machines:
        for statement in machine.role.statements if machine.role else ():
            held.setdefault(statement.path, (statement, []))[1].append(machine)
    for statement, machines in held.values():
        if statement.allow and not statement.not_actions and all(map(_is_judged, machines)):
            yield from _unused(subject, statement, machines)


def _is_judged(machine: StateMachine) -> bool:
    """Whether all that the role is for can be seen: no one else takes it on, and no field leads elsewhere."""
    if machine.role is None or machine.definition is None or not set(machine.role.principals) <= {_MACHINES}:
        return False
    return not any(key in state.body for state in machine.walk() for key in _NOT_FOLLOWED)


def _unused(subject: Subject, statement: Statement, machines: list[StateMachine]) -> Iterator[Fault]:
    found = [item for machine in machines for item in subject.needs(machine)]
    needed = [need for item in found for need in item.needs or ()]
    if any(item.needs is None for item in found):
        return  # it may be for a call that isn't known here
    items = any(item.state.distributed for item in found)
    unused = [action for action in statement.actions if not _used(action, statement, needed, items=items)]
    if not unused or (statement.bundled and len(unused) < len(statement.actions)):
        return  # SAM's policy templates are taken whole
    names = listed([machine.logical_id for machine in machines], "or")
    on = "" if "*" in statement.resources else f" on {', '.join(statement.resources)}"
    yield Fault(
        path=statement.path,
        place=statement.place,
        message=f"no task of {names} uses {', '.join(unused)}{on}",
        hint="take it out",
    )


def _used(action: str, statement: Statement, needed: list[Need], *, items: bool) -> bool:
    """Whether a need falls under the action; a distributed Map's `items` are executions that may be looked after."""
    service = action.partition(":")[0].lower()
    if service == "*" or service in _NOT_JUDGED:
        return True
    if items and service == "states":
        return True
    for need in needed:
        if matches(action.lower(), need.action.lower()):
            if statement.not_resources or any(overlap(resource, need.resource) for resource in statement.resources):
                return True
            if ":execution:" in need.resource:
                return True  # granted on the state machine: told as what is missing
    return False


RULE = Rule(
    id="unused-permission",
    title="A permission that is granted and never used",
    why="whoever gets hold of the machine can do more than it does",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    severity=Severity.INFO,
    check=_check,
)
