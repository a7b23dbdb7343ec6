"""A Task that waits for an answer and has no timeout: an answer that does not come stops the execution for a year."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.calls.optimized import TOKEN
from sfnorch.findings import Severity
from sfnorch.linter.loops import read_timeout
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import is_activity
from sfnorch.template.states import LocatedState

_LIMITS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.states is None or read_timeout(machine.states) is not None:
            continue
        for state in machine.list_states():
            if _waits_for_answer(state) and not any(name in state.body for name in _LIMITS):
                message = f"{state.name} waits for an answer without a timeout"
                hint = "add TimeoutSeconds or HeartbeatSeconds, and catch or retry States.Timeout"
                yield create_fault(machine, (*state.path, "Resource"), message, hint)


def _waits_for_answer(state: LocatedState) -> bool:
    return state.kind == "Task" and (state.read_text("Resource").endswith(TOKEN) or is_activity(state))


RULE = LintRule(
    id="callback-without-timeout",
    title="A Task that waits for an answer without a timeout",
    why="if no answer comes, the execution waits until it is a year old",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
