"""JSONata that doesn't parse: AWS refuses the machine when it is created."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        for expression in subject.expressions(machine):
            if expression.names.fault:
                message = f"the expression doesn't parse: {expression.names.fault}"
                yield fault(machine, expression.path, message, "try it at https://try.jsonata.org")


RULE = Rule(
    id="jsonata-syntax",
    title="A JSONata expression that doesn't parse",
    why="CreateStateMachine refuses it, so the stack's deployment rolls back",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",
    severity=Severity.ERROR,
    check=_check,
)
