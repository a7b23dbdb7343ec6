"""glue:startJobRun without .sync: the machine goes on at once, and never hears how the job ended."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule, fault
from sfnorch.lint.subject import Subject
from sfnorch.template.calls import call_of

_ASKS = ("aws-sdk:glue:getJobRun", "aws-sdk:glue:getJobRuns")


def _check(subject: Subject) -> Iterator[Fault]:
    for machine in subject.machines:
        calls = {state: call for state in machine.walk() if (call := call_of(state))}
        if any(call.name in _ASKS for call in calls.values()):
            continue  # it asks for the job's end itself
        for state, call in calls.items():
            if call.action == "glue:startJobRun" and not call.way:
                message = f"{state.name} starts a Glue job and doesn't wait for its end"
                hint = "write arn:${AWS::Partition}:states:::glue:startJobRun.sync"
                yield fault(machine, (*state.path, "Resource"), message, hint)


RULE = Rule(
    id="glue-job-not-waited",
    title="A Glue job that is started and not waited for",
    why="the next state runs before the job has ended, and a failed job passes for a good one",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html",
    severity=Severity.WARNING,
    check=_check,
)
