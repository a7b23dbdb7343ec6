"""A permission that a task needs and its machine's role lacks."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject
from sfnorch.template.calls import ANY, Need
from sfnorch.template.contents import StateMachine
from sfnorch.template.iam import allows


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        role = machine.role
        if role is None or not role.whole:
            continue
        told: set[Need] = set()
        for found in subject.needs(machine):
            lacking = [
                need
                for need in found.needs or ()
                if need not in told and not allows(role.statements, need.action, need.resource)
            ]
            told.update(lacking)
            if lacking:
                end = ("Resource",) if "Resource" in found.state.body else ()
                yield _fault(machine, found.state.name, (*found.state.path, *end), lacking)


def _fault(machine: StateMachine, state: str, path: tuple[str | int, ...], lacking: list[Need]) -> Fault:
    assert machine.role is not None  # noqa: S101 - asked for before
    first = lacking[0]
    if mistaken := _on_the_machine(machine, lacking):
        actions = " and ".join(need.action for need in mistaken)
        message = f"{machine.role.name} allows {actions} on the state machine, and they act on its executions"
        return fault(machine, path, message, f"allow them on {mistaken[0].resource}")
    actions = ", ".join(need.action for need in lacking if need.resource == first.resource)
    others = [need for need in lacking if need.resource != first.resource]
    on = "" if first.resource == ANY else f" on {first.resource}"
    more = "".join(f", and {need.action} on {need.resource}" for need in others)
    return fault(
        machine, path, f"{state} needs {actions}{on}{more}", f"allow it in {machine.role.name}: it would be refused"
    )


def _on_the_machine(machine: StateMachine, lacking: list[Need]) -> list[Need]:
    """The needs on executions that the role grants on the state machine instead, if these are all that it lacks."""
    assert machine.role is not None  # noqa: S101 - asked for before
    found = [
        need
        for need in lacking
        if ":execution:" in need.resource and allows(machine.role.statements, need.action, _machine_of(need.resource))
    ]
    return found if len(found) == len(lacking) else []


def _machine_of(execution: str) -> str:
    return execution.replace(":execution:", ":stateMachine:").removesuffix(":*")


RULE = Rule(
    id="missing-permission",
    title="A permission that a task needs and its role lacks",
    why="the task fails with AccessDenied when it runs, or CloudFormation refuses the machine",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html",
    severity=Severity.ERROR,
    check=_check,
)
