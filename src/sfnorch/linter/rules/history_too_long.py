"""A machine whose longest path creates more history events than an execution can have."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.loops import count_events, read_timeout
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault

_LIMIT = 25_000


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.states is None or machine.express:  # an express execution has no history limit
            continue
        count = count_events(machine.states, read_timeout(machine.states))
        if count > _LIMIT:
            message = f"the longest path creates about {count:,.0f} history events, but AWS allows {_LIMIT:,}"
            hint = "wait longer between rounds, move a part into a child execution, or use a distributed Map"
            yield create_fault(machine, (), message, hint)


RULE = LintRule(
    id="history-too-long",
    title="A machine that can exceed 25,000 history events",
    why="the execution fails when its history reaches the limit",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
