"""Stop an execution with everything that it has started."""

from __future__ import annotations

from sfnorch.app.account import AwsAccount
from sfnorch.app.executions import ExecutionRequest, find_execution
from sfnorch.runs.stopping import StopClients, StopResult, stop_run

STOP_CAUSE = "stopped by sfnorch stop"
"""The default cause in the history of an execution."""


def stop(request: ExecutionRequest, account: AwsAccount | None = None, *, cause: str = STOP_CAUSE) -> StopResult:
    """Stop an execution, its child executions, and their job runs, as `sfnorch stop` does; return what was stopped.

    What could not be stopped is part of the result. Raises SfnorchError if the execution does not exist.
    """
    found = find_execution(request, account or AwsAccount())
    account, session = found.account, found.account.session
    with account.waits("Stopping the execution, its children and their job runs"):
        clients = StopClients(
            stepfunctions=session.stepfunctions,
            glue=session.glue,
            create_redshift_data=lambda: session.redshift_data,
            create_athena=lambda: session.athena,
        )
        return stop_run(clients, found.arn, cause, account.clock)
