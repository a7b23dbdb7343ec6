"""A machine whose longest way makes more history events than an execution may have."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.loops import events, timeout_of
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject

_LIMIT = 25_000


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        if machine.states is None or machine.express:  # an express execution keeps no history
            continue
        count = events(machine.states, timeout_of(machine.states))
        if count > _LIMIT:
            message = f"its longest way makes about {count:,.0f} history events, and {_LIMIT:,} end an execution"
            hint = "wait longer between rounds, run part of it as an execution of its own, or use a distributed Map"
            yield fault(machine, (), message, hint)


RULE = Rule(
    id="history-too-long",
    title="A worst case past 25,000 history events",
    why="the execution fails at the limit, whatever it was about to do",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    severity=Severity.WARNING,
    check=_check,
)
