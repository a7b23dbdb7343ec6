"""startExecution.sync of an Express state machine.

An Express execution has no DescribeExecution, which `.sync` calls (documented). That each execution of the Task fails
is assumed: published templates use it, so it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.calls.optimized import SYNC
from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import parse_call, read_argument


def _check(subject: Subject) -> Iterator[RuleFinding]:
    express = {machine.arn: machine.logical_id for machine in subject.machines if machine.express}
    for machine in subject.machines if express else ():
        for state in machine.list_states():
            call = parse_call(state)
            if call is None or call.name != "states:startExecution" or not call.way.startswith(SYNC):
                continue
            started = express.get(read_argument(state, "StateMachineArn"))
            if started:
                message = f"{state.name} waits for an execution of {started}, which is an Express state machine"
                hint = (
                    "use arn:${AWS::Partition}:states:::aws-sdk:sfn:startSyncExecution, or make it a standard machine"
                )
                yield create_fault(machine, (*state.path, "Resource"), message, hint)


RULE = LintRule(
    id="express-execution-waited",
    title="A Task that waits for an execution of an Express state machine",
    why="an Express execution cannot be described, so that the Task does not learn how it ends",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html",
    severity=Severity.WARNING,
    check=_check,
)
