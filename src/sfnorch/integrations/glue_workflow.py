"""`aws-sdk:glue:startWorkflowRun` and `getWorkflowRun`: start a run of a Glue workflow, and see how it is going.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartWorkflowRun.html
https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRun.html
"""

from __future__ import annotations

from collections.abc import Iterable

from sfnorch.asl import Catcher, Expression, Retrier, Task, jsonata
from sfnorch.workflow import GlueArns, Permission

START, GET = "aws-sdk:glue:startWorkflowRun", "aws-sdk:glue:getWorkflowRun"

RUNS_ALREADY = "Glue.ConcurrentRunsExceededException"
"""How Glue refuses a run beside the one under way, where the workflow's MaxConcurrentRuns says so."""

_PASSING = (
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.AWSGlueException",  # how Glue's throttling shows
    "Glue.ThrottlingException",
    "Glue.GlueException",  # how the SDK's integration tells what the call's own errors don't list
)
_REFUSED = Retrier(
    errors=(*_PASSING, "Glue.ResourceNumberLimitExceededException"), interval_seconds=10, max_attempts=7, jitter=True
)
_STILL_ENDING = Retrier(errors=(RUNS_ALREADY,), interval_seconds=5, max_attempts=2)
"""The run before may be taken for running a moment longer than its status says."""

_NOT_TOLD = Retrier(errors=(*_PASSING, "Glue.SdkClientException"), interval_seconds=5, max_attempts=3, jitter=True)

GOING_ON = ("RUNNING", "STOPPING")
"""Statuses of a run that hasn't ended."""

COUNTS = {
    "total": "TotalActions",
    "succeeded": "SucceededActions",
    "failed": "FailedActions",
    "timedOut": "TimeoutActions",
    "errored": "ErroredActions",
    "stopped": "StoppedActions",
}
"""Numbers of a run's actions, by what Glue calls them in its Statistics."""

BAD = {"failed": "failed", "timedOut": "timed out", "errored": "ended in an error", "stopped": "were stopped"}
"""Those of actions that did not do their work, and what is said of them."""


def start_run(name: str, *, workflow: Expression, catch: tuple[Catcher, ...], variable: str, next_state: str) -> Task:
    """Return a task that starts a run, and assigns its id to the variable."""
    return Task(
        name=name,
        resource=START,
        arguments={"Name": workflow},
        retry=(_STILL_ENDING, _REFUSED),
        catch=catch,
        assign={variable: jsonata("$states.result.RunId")},
        output={},
        next=next_state,
    )


def get_run(
    name: str, *, workflow: Expression, run_id: Expression, catch: tuple[Catcher, ...], counter: str, next_state: str
) -> Task:
    """Return a task that looks at the run: its output is `{status, bad, counts}`, and Glue's `message` where there is one.

    `bad` is how many actions did not do their work. The counter, a variable, is raised by one.
    """
    counts = ", ".join(f'"{key}": [Statistics.{field}, 0][0]' for key, field in COUNTS.items())
    bad = ", ".join(f"Statistics.{COUNTS[key]}" for key in BAD)
    shown = f"""$states.result.Run.{{
    "status": Status, "message": ErrorMessage, "bad": $sum([{bad}]),
    "counts": {{{counts}}}
  }}"""
    return Task(
        name=name,
        resource=GET,
        arguments={"Name": workflow, "RunId": run_id},
        retry=(_NOT_TOLD,),
        catch=catch,
        assign={counter: jsonata(f"${counter} + 1")},
        output=jsonata(shown),
        next=next_state,
    )


def permissions(workflows: Iterable[str], *, allowed: str) -> tuple[Permission, ...]:
    """Return what running the named workflows needs, and those that the list parameter `allowed` names."""
    arns = GlueArns("workflow", tuple(dict.fromkeys(workflows)), allowed)
    return (Permission(sid="RunWorkflow", actions=("glue:StartWorkflowRun", "glue:GetWorkflowRun"), resources=(arns,)),)
