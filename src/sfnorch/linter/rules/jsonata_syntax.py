"""JSONata with a syntax error: AWS rejects the machine when CloudFormation creates it."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for expression in subject.list_expressions(machine):
            if expression.names.fault:
                message = f"the expression has a syntax error: {expression.names.fault}"
                yield create_fault(machine, expression.path, message, "test it at https://try.jsonata.org")


RULE = LintRule(
    id="jsonata-syntax",
    title="A JSONata expression with a syntax error",
    why="CreateStateMachine rejects it, so the deployment of the stack is rolled back",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
