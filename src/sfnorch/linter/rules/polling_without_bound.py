"""A polling loop that has no limit. A function in the loop can count the rounds and end the loop."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.loops import find_loops, read_timeout
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import parse_call
from sfnorch.template.states import LocatedState


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.states is None or machine.express:  # an express execution ends after five minutes
            continue
        timeout = read_timeout(machine.states)
        for scope in machine.states.list_scopes():
            if not any(state.ends for state in scope.states.values()):
                continue  # a scope without an end can be an error of refused-definition
            for loop in find_loops(scope, timeout):
                if loop.waits and not loop.bounded and not any(map(_calls_function, loop.states)):
                    way = " → ".join(state.name for state in loop.states)
                    message = f"the loop {way} has no limit"
                    hint = "count the rounds and stop at a maximum, or set TimeoutSeconds on the machine"
                    yield create_fault(machine, loop.states[0].path, message, hint)


def _calls_function(state: LocatedState) -> bool:
    call = parse_call(state)
    return call is not None and call.service == "lambda"


RULE = LintRule(
    id="polling-without-bound",
    title="A polling loop without a limit",
    why="the loop polls until the execution fails at 25,000 history events, and each state transition costs money",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
