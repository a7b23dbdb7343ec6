"""$parse in a state that cannot have a Catch: a text that is not JSON fails the execution there."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault

_RISKY = ("parse",)
_CATCHING = ("Task", "Parallel", "Map")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for expression in subject.list_expressions(machine):
            risky = [name for name in _RISKY if name in expression.names.calls]
            if risky and expression.state.kind not in _CATCHING and not expression.names.fault:
                message = f"${risky[0]} can fail, and a {expression.state.kind} state cannot catch the error"
                yield create_fault(machine, expression.path, message, "move it to the Output of a Task with a Catch")


RULE = LintRule(
    id="risky-expression",
    title="An expression that can fail in a state that cannot have a Catch",
    why="Pass, Choice, Wait, Succeed and Fail have no Catch, so an error of an expression fails the execution",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
