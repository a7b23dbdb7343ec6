"""A `${…}` inside an expression: CloudFormation substitutes it as text, so its value becomes code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfnorch.expressions import parse_code
from sfnorch.findings import Severity
from sfnorch.json_values import walk_strings
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault

SUBSTITUTION = re.compile(r"\$\{[^!{}]+\}")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.definition and machine.definition.unfilled:
            for path, text in walk_strings(machine.definition.unfilled):
                if parse_code(text) is not None and (found := SUBSTITUTION.search(text)):
                    at = path[:-1] if path[-1] == "Fn::Sub" else path
                    message = f"{found[0]} is substituted as text inside an expression, so its value becomes code"
                    hint = "write it as a separate string in Assign, and use the variable in the expression"
                    yield create_fault(machine, at, message, hint)


RULE = LintRule(
    id="substitution-in-expression",
    title="A substitution inside an expression",
    why="a value with a quote breaks the expression or is executed as code",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-sam-sfn.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
