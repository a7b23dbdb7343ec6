"""A definition that AWS refuses when the state machine is created, found by the check that the simulator uses too.

Syntax errors of JSONata, $states.errorOutput and names of states that are too long are findings of other rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.definitions.fault import JSONATA, STATE_NAME
from sfnorch.definitions.machines import RULE_ID, list_machine_faults
from sfnorch.expressions import ERROR_OUTPUT
from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault

_OF_OTHER_RULES = frozenset({JSONATA, STATE_NAME})


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for fault in list_machine_faults(machine):
            if fault.code not in _OF_OTHER_RULES and ERROR_OUTPUT not in fault.message:
                yield create_fault(machine, fault.path, fault.message, fault.hint)


RULE = LintRule(
    id=RULE_ID,
    title="A definition that AWS refuses",
    why="CreateStateMachine rejects it, so the deployment of the stack is rolled back; simulate refuses it too",
    source="https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
