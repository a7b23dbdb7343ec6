"""$states.result or $states.errorOutput in a field where it does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.expressions import ERROR, RESULT
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault

_WHERE = {
    RESULT: "use it only in Output and Assign of a Task, Parallel or Map",
    ERROR: "use it only in Output and Assign of a catcher",
}
_PARTS = ("input", "context", RESULT, ERROR)


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for expression in subject.list_expressions(machine):
            for part in sorted(expression.names.states - expression.available):
                hint = _WHERE.get(part, f"$states has {', '.join(_PARTS)}")
                yield create_fault(machine, expression.path, f"$states.{part} does not exist here", hint)


RULE = LintRule(
    id="jsonata-states",
    title="$states.result or $states.errorOutput in a field where it does not exist",
    why="the expression returns nothing, which fails the execution with States.QueryEvaluationError",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
