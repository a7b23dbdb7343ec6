"""glue:startJobRun without .sync: the machine continues at once, and does not get the result of the job."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import parse_call

_ASKS = ("aws-sdk:glue:getJobRun", "aws-sdk:glue:getJobRuns")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        calls = {state: call for state in machine.list_states() if (call := parse_call(state))}
        if any(call.name in _ASKS for call in calls.values()):
            continue  # the machine polls the job run itself
        for state, call in calls.items():
            if call.action == "glue:startJobRun" and not call.way:
                message = f"{state.name} starts a Glue job and does not wait until the job ends"
                hint = "use arn:${AWS::Partition}:states:::glue:startJobRun.sync"
                yield create_fault(machine, (*state.path, "Resource"), message, hint)


RULE = LintRule(
    id="glue-job-not-waited",
    title="A Glue job that the state machine starts and does not wait for",
    why="the next state starts before the job ends, and the execution succeeds even if the job fails",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
