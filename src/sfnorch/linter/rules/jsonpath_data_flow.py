"""A path of JSONPath into a value whose shape is known and has no such field: the state fails in each execution."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.data_flow.machine import find_flow_faults
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for fault in find_flow_faults(machine.states) if machine.states else ():
            severity = Severity.ERROR if fault.is_certain else Severity.WARNING
            yield create_fault(machine, fault.path, fault.message, fault.hint, severity=severity)


RULE = LintRule(
    id="jsonpath-data-flow",
    title="A path that never leads to a value",
    why="the state fails in each execution that reaches it",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
