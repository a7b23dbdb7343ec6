"""A permission that a machine's role grants, and that none of its tasks uses."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.template.calls import Need, call_of
from sfnorch.template.contents import StateMachine
from sfnorch.template.iam import Statement, matches, overlap
from sfnorch.template.roles import Role

_NOT_JUDGED = ("logs", "xray", "kms", "iam", "sts", "ec2", "events", "lakeformation")
"""Services that a machine's role needs for more than its tasks: logging, tracing, keys, handing roles on, events."""

_NOT_FOLLOWED = ("Credentials", "ItemReader", "ResultWriter")
"""Fields that take other roles, or buckets."""

_MACHINES = "states.amazonaws.com"


def _check(subject: Subject) -> Iterator[Fault]:
    by_role: dict[str, list[StateMachine]] = {}
    roles: dict[str, Role] = {}
    for machine in subject.machines:
        if machine.role:
            by_role.setdefault(machine.role.arn, []).append(machine)
            roles[machine.role.arn] = machine.role
    for arn, machines in by_role.items():
        role = roles[arn]
        if set(role.principals) <= {_MACHINES} and all(machine.definition for machine in machines):
            yield from _unused(subject, role, machines)


def _unused(subject: Subject, role: Role, machines: list[StateMachine]) -> Iterator[Fault]:
    found = [item for machine in machines for item in subject.needs(machine)]
    needed = [need for item in found for need in item.needs or ()]
    unknown = {call.service for item in found if item.needs is None and (call := call_of(item.state))}
    states = [state for machine in machines for state in machine.walk()]
    if any(key in state.body for state in states for key in _NOT_FOLLOWED):
        return
    seen: set[int] = set()
    for statement in role.statements:
        if not statement.allow or statement.not_actions or id(statement) in seen:
            continue
        seen.add(id(statement))
        unused = [action for action in statement.actions if not _used(action, statement, needed, unknown)]
        if statement.bundled and len(unused) < len(statement.actions):
            continue  # SAM's policy templates are taken whole
        if unused:
            yield Fault(
                path=statement.path,
                place=statement.place,
                message=f"no task of {machines[0].logical_id} uses {', '.join(unused)}"
                + ("" if "*" in statement.resources else f" on {', '.join(statement.resources)}"),
                hint="take it out",
            )


def _used(action: str, statement: Statement, needed: list[Need], unknown: set[str]) -> bool:
    service = action.partition(":")[0].lower()
    if service == "*" or service in _NOT_JUDGED:
        return True
    if unknown and service not in {need.action.partition(":")[0] for need in needed}:
        return True  # it may be for a call that isn't known here
    for need in needed:
        if matches(action.lower(), need.action.lower()):
            if any(overlap(resource, need.resource) for resource in statement.resources) or statement.not_resources:
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
