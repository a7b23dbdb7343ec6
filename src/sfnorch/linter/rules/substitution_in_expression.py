"""A `${…}` inside an expression: CloudFormation substitutes it as text, so its value becomes code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sfnorch.expressions import code
from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, fault
from sfnorch.template.located import Path

_SUBSTITUTION = re.compile(r"\$\{[^!{}]+\}")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.definition and machine.definition.unfilled:
            for path, text in _expressions(machine.definition.unfilled, ()):
                if found := _SUBSTITUTION.search(text):
                    message = f"{found[0]} is substituted as text inside an expression, so its value becomes code"
                    hint = "write it as a separate string in Assign, and use the variable in the expression"
                    yield fault(machine, path, message, hint)


def _expressions(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(text := value.get("Fn::Sub"), str) and code(text) is not None:
            yield path, text
            return
        for key, item in value.items():
            yield from _expressions(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(item, (*path, index))
    elif (text := code(value)) is not None:
        yield path, text


RULE = LintRule(
    id="substitution-in-expression",
    title="A substitution inside an expression",
    why="a value with a quote breaks the expression or is executed as code",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-sam-sfn.html",
    severity=Severity.WARNING,
    check=_check,
)
