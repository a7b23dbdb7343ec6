"""$parse in a state that can have no Catch: text that is no JSON kills the execution there."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject

_RISKY = ("parse",)
_CATCHING = ("Task", "Parallel", "Map")


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        for expression in subject.expressions(machine):
            risky = [name for name in _RISKY if name in expression.names.calls]
            if risky and expression.state.kind not in _CATCHING and not expression.names.fault:
                message = f"${risky[0]} may fail, and a {expression.state.kind} state can't catch it"
                yield fault(machine, expression.path, message, "do it in the Output of a Task that has a Catch")


RULE = Rule(
    id="risky-expression",
    title="An expression that may fail where no Catch can stand",
    why="Pass, Choice, Wait, Succeed and Fail take no Catch, so an error of an expression ends the execution",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    severity=Severity.WARNING,
    check=_check,
)
