"""A Glue task without a Retry for start errors: a transient error fails the execution."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import read_strings
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import parse_call
from sfnorch.template.states import LocatedState

_BUSY = {
    "Glue.AWSGlueException",
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "Glue.ThrottlingException",
    "States.ALL",
    "States.TaskFailed",
}


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for state in machine.list_states():
            call = parse_call(state)
            if call and call.action == "glue:startJobRun" and not _is_retried(state):
                message = f"{state.name} does not retry transient errors of Glue"
                hint = "retry Glue.ConcurrentRunsExceededException and Glue.AWSGlueException, with a delay and jitter"
                yield create_fault(machine, state.path, message, hint)


def _is_retried(state: LocatedState) -> bool:
    return any(
        _BUSY.intersection(read_strings(retrier.get("ErrorEquals"))) for _, retrier in state.list_objects("Retry")
    )


RULE = LintRule(
    id="glue-start-not-retried",
    title="A Glue task without a Retry for start errors",
    why="a job at its MaxConcurrentRuns or a throttled call fails the task, although a later attempt would succeed",
    source="https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
