"""`aws-sdk:glue:startWorkflowRun` and `getWorkflowRun`: start a run of a Glue workflow, and get its status.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartWorkflowRun.html
https://docs.aws.amazon.com/glue/latest/webapi/API_WorkflowRun.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sfnorch.asl import Catcher, Expression, Retrier, Task, Value, jsonata, read_program
from sfnorch.calls.glue_workflow_run import GET_WORKFLOW_RUN, RUNS_ALREADY, START_WORKFLOW_RUN
from sfnorch.workflow import GlueArns, Permission

_REFUSED = Retrier(errors=START_WORKFLOW_RUN.transient, interval_seconds=10, max_attempts=7, jitter=True)
_STILL_ENDING = Retrier(errors=(RUNS_ALREADY,), interval_seconds=5, max_attempts=2)
"""Glue can count the previous run as running for a moment after its status has changed."""

_NOT_TOLD = Retrier(errors=GET_WORKFLOW_RUN.transient, interval_seconds=5, max_attempts=3, jitter=True)

ACTIVE_STATUSES = ("RUNNING", "STOPPING")
"""The statuses of a run that has not ended."""


def start_run(
    name: str,
    *,
    workflow: Expression,
    properties: Mapping[str, Value] | Expression,
    catch: tuple[Catcher, ...],
    variable: str,
    next_state: str,
) -> Task:
    """Return a task that starts a workflow run with these run properties, and assigns its id to `variable`."""
    return Task(
        name=name,
        resource=START_WORKFLOW_RUN.resource,
        arguments={"Name": workflow, **({"RunProperties": properties} if properties else {})},
        retry=(_STILL_ENDING, _REFUSED),
        catch=catch,
        assign={variable: jsonata("$states.result.RunId")},
        output={},
        next=next_state,
    )


def get_run(
    name: str, *, workflow: Expression, run_id: Expression, catch: tuple[Catcher, ...], counter: str, next_state: str
) -> Task:
    """Return a task that gets the status of a run: its output is `{status, bad, counts}`, and Glue's `message` if any.

    `bad` is the number of unsuccessful actions. The task increments the variable `counter`.
    """
    return Task(
        name=name,
        resource=GET_WORKFLOW_RUN.resource,
        arguments={"Name": workflow, "RunId": run_id},
        retry=(_NOT_TOLD,),
        catch=catch,
        assign={counter: jsonata("<{polls}> + 1", polls=Expression(f"${counter}"))},
        output=read_program(__package__, "run_status").fill(),
        next=next_state,
    )


def list_permissions(workflows: Iterable[str], *, allowed: str) -> tuple[Permission, ...]:
    """Return the permissions to run these workflows, and the workflows in the list parameter `allowed`."""
    arns = GlueArns("workflow", tuple(dict.fromkeys(workflows)), allowed)
    return (Permission(sid="RunWorkflow", actions=("glue:StartWorkflowRun", "glue:GetWorkflowRun"), resources=(arns,)),)
