"""A loop that waits and asks again, and that nothing ends but the answer."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.loops import loops, timeout_of
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        if machine.states is None or machine.express:  # an express execution ends after five minutes
            continue
        timeout = timeout_of(machine.states)
        for scope in machine.states.scopes():
            if not any(state.ends for state in scope.states.values()):
                continue  # no way out at all is an error of the definition
            for loop in loops(scope, timeout):
                if loop.waits and not loop.bounded:
                    way = " → ".join(state.name for state in loop.states)
                    message = f"nothing bounds the loop {way}"
                    hint = "count its rounds and stop at a number, or give the machine TimeoutSeconds"
                    yield fault(machine, loop.states[0].path, message, hint)


RULE = Rule(
    id="polling-without-bound",
    title="A polling loop without a bound",
    why="what never ends is asked for until the history's 25,000 events fail the execution, at every event's price",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    severity=Severity.WARNING,
    check=_check,
)
