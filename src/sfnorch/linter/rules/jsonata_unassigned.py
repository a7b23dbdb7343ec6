"""A variable or a function that is not assigned when the expression is evaluated."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from sfnorch.expressions import KNOWN_FUNCTIONS
from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        known = subject.list_variables(machine)
        told: set[tuple[str, str]] = set()
        for expression in subject.list_expressions(machine):
            state = expression.state
            if state not in known or expression.names.fault:
                continue  # other rules report an unreachable state and an expression with a syntax error
            for name in sorted(expression.names.variables - {"states"} - known[state].always):
                if (state.name, name) in told:
                    continue
                told.add((state.name, name))
                if name not in known[state].sometimes:
                    near = difflib.get_close_matches(name, [*known[state].sometimes, *KNOWN_FUNCTIONS], n=1)
                    hint = f"did you mean ${near[0]}?" if near else "assign it in a state before this one"
                    yield create_fault(machine, expression.path, f"${name} is not assigned before {state.name}", hint)
                elif name not in expression.names.guarded:
                    message = f"${name} is not assigned on every path to {state.name}"
                    hint = "assign it in the first state, or check it with $exists"
                    yield create_fault(machine, expression.path, message, hint, severity=Severity.WARNING)


RULE = LintRule(
    id="jsonata-unassigned",
    title="A variable that is not assigned on every path to the state that uses it",
    why="the expression returns nothing there, which fails the execution with States.QueryEvaluationError",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
