"""$states.result or $states.errorOutput where there is none."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.expressions import ERROR, RESULT
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject

_WHERE = {
    RESULT: "it is there in Output and Assign of a Task, Parallel or Map only",
    ERROR: "it is there in Output and Assign of a catcher only",
}
_PARTS = ("input", "context", RESULT, ERROR)


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        for expression in subject.expressions(machine):
            for part in sorted(expression.names.states - expression.available):
                hint = _WHERE.get(part, f"$states has {', '.join(_PARTS)}")
                yield fault(machine, expression.path, f"there is no $states.{part} here", hint)


RULE = Rule(
    id="jsonata-states",
    title="$states.result or $states.errorOutput where there is none",
    why="the expression yields nothing, which fails the execution with States.QueryEvaluationError",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",
    severity=Severity.ERROR,
    check=_check,
)
