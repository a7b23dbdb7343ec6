"""Stop a run: the execution, the executions that it started, and their job runs.

The parent is stopped first, so that it does not report its children as failed. Step Functions stops the job run of a
`.sync` task only on a best-effort basis, so job runs are stopped here too.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfnorch.aws.errors import explain_error
from sfnorch.aws.glue_jobs import RUNNING
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.errors import SfnorchError
from sfnorch.protocol.backfill import OutcomeRule
from sfnorch.runs.date_runs import read_date_runs
from sfnorch.runs.executions import stop_execution
from sfnorch.runs.kinds.backfill import find_backfilled
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import RunTree
from sfnorch.runs.stopping_items import stop_items

if TYPE_CHECKING:
    from types_boto3_athena import AthenaClient
    from types_boto3_glue import GlueClient
    from types_boto3_redshift_data import RedshiftDataAPIServiceClient
    from types_boto3_stepfunctions import SFNClient

    from sfnorch.runs.job import ExecutedJob

_LOOKS = 5
_QUERY_GOES_ON = ("QUEUED", "RUNNING")
_STATEMENT_GOES_ON = ("SUBMITTED", "PICKED", "STARTED")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopResult:
    """What was stopped: executions by ARN, job runs as (job, run id); and what could not be stopped, and why."""

    executions: tuple[str, ...]
    job_runs: tuple[tuple[str, str], ...]
    failed: tuple[str, ...]
    workflow_runs: tuple[tuple[str, str], ...] = ()
    statements: tuple[tuple[str, str], ...] = ()
    queries: tuple[tuple[str, str], ...] = ()

    @property
    def is_anything(self) -> bool:
        """Return whether anything was stopped."""
        return any((self.executions, self.job_runs, self.workflow_runs, self.statements, self.queries))


@dataclass(frozen=True, slots=True, kw_only=True)
class StopClients:
    """The clients that stop a run; those that are rarely needed are created when they are."""

    stepfunctions: SFNClient
    glue: GlueClient
    create_redshift_data: Callable[[], RedshiftDataAPIServiceClient]
    create_athena: Callable[[], AthenaClient]


def stop_run(clients: StopClients, arn: str, cause: str, clock: Clock) -> StopResult:
    """Stop the run, and return what was stopped. Jobs that started meanwhile are searched for and stopped too.

    Runs of a backfill whose start its history does not show are found by their names.
    """
    result, tree = _stop_tree(clients, arn, cause, clock)
    try:
        for left in _list_dates_left(clients.stepfunctions, tree, clock):
            result = _add_results(result, _stop_tree(clients, left, cause, clock)[0])
    except Exception as error:
        return replace(
            result, failed=(*result.failed, f"it is unknown which dates still run: {_describe_error(error)}")
        )
    return result


def _stop_tree(clients: StopClients, arn: str, cause: str, clock: Clock) -> tuple[StopResult, RunTree]:
    """Stop what the history of an execution shows; return what was stopped, and the executions with their jobs."""
    stepfunctions = clients.stepfunctions
    tree = RunTree(stepfunctions, [arn], clock)
    stopped = [arn] if add_retries(stop_execution, clock)(stepfunctions, arn, cause) else []
    asked = {arn}
    failed: list[str] = []
    try:
        for _ in range(_LOOKS):
            tree.poll()
            nodes = [node for node in _list_nodes(tree) if not node.ended]
            if not nodes:
                break
            for node in nodes:
                if node.arn not in asked and add_retries(stop_execution, clock)(stepfunctions, node.arn, cause):
                    stopped.append(node.arn)
                asked.add(node.arn)
            clock.sleep(0.5)
        failed += [f"{node.arn} is still running" for node in _list_nodes(tree) if not node.ended]
    except Exception as error:
        failed.append(f"its children and job runs are unknown: {_describe_error(error)}")
    failed += [f"a run of {name} was being started; check it in Glue" for name in _list_unconfirmed_starts(tree)]
    runs: dict[str, list[tuple[str, str]]] = {kind: [] for kind in STOPS}
    for node in _list_nodes(tree):
        try:
            items = stop_items(stepfunctions, clients.glue, node, cause, clock)
        except Exception as error:
            failed.append(f"the items of {node.arn} are unknown: {_describe_error(error)}")
            continue
        stopped += items.executions
        runs["job"] += items.job_runs
        failed += items.failed
    for job in _list_unsettled(tree):
        try:
            if job.kind in STOPS and STOPS[job.kind](clients, job.glue_name, job.run_id, clock):
                runs[job.kind].append((job.glue_name, job.run_id))
        except Exception as error:
            failed.append(f"{job.glue_name} {job.run_id}: {_describe_error(error)}")
    result = StopResult(
        executions=tuple(stopped),
        job_runs=tuple(runs["job"]),
        workflow_runs=tuple(runs["workflow"]),
        statements=tuple(runs["statement"]),
        queries=tuple(runs["query"]),
        failed=tuple(failed),
    )
    return result, tree


def _list_dates_left(client: SFNClient, tree: RunTree, clock: Clock) -> Iterator[str]:
    """Yield the ARNs of the runs of a stopped backfill that are still running."""
    for root in tree.roots:
        found = find_backfilled(root.record)
        if found is None:
            continue
        runs = read_date_runs(client, found.machine_arn, found.key, found.dates, OutcomeRule(), clock)
        yield from (run.execution for run in runs.values() if run.status == "RUNNING")


def _add_results(one: StopResult, other: StopResult) -> StopResult:
    return StopResult(
        executions=one.executions + other.executions,
        job_runs=one.job_runs + other.job_runs,
        workflow_runs=one.workflow_runs + other.workflow_runs,
        statements=one.statements + other.statements,
        queries=one.queries + other.queries,
        failed=one.failed + other.failed,
    )


def _list_nodes(tree: RunTree) -> Iterator[Node]:
    """Yield every execution of the run, including executions that continue others."""
    for root in tree.roots:
        yield from root.list_nodes()


def _stop_job_run(clients: StopClients, name: str, run_id: str, clock: Clock) -> bool:
    """Stop the job run, and return whether this stopped it: it may have ended before. Raises SfnorchError."""
    glue = clients.glue
    run = add_retries(glue.get_job_run, clock)(JobName=name, RunId=run_id)
    if run["JobRun"]["JobRunState"] not in RUNNING:
        return False
    answer = add_retries(glue.batch_stop_job_run, clock)(JobName=name, JobRunIds=[run_id])
    for row in answer.get("Errors", ()):
        raise SfnorchError(row["ErrorDetail"].get("ErrorMessage", "Glue did not stop it"))
    return True


def _stop_workflow_run(clients: StopClients, name: str, run_id: str, clock: Clock) -> bool:
    """Stop the workflow run, and return whether this stopped it: it may have ended before."""
    glue = clients.glue
    run = add_retries(glue.get_workflow_run, clock)(Name=name, RunId=run_id)["Run"]
    if run.get("Status") != "RUNNING":
        return False
    add_retries(glue.stop_workflow_run, clock)(Name=name, RunId=run_id)
    return True


def _cancel_statement(clients: StopClients, name: str, run_id: str, clock: Clock) -> bool:
    """Cancel the statement, and return whether this cancelled it: it may have finished before."""
    redshift = clients.create_redshift_data()
    if add_retries(redshift.describe_statement, clock)(Id=run_id)["Status"] not in _STATEMENT_GOES_ON:
        return False
    return bool(add_retries(redshift.cancel_statement, clock)(Id=run_id).get("Status"))


def _stop_query(clients: StopClients, name: str, run_id: str, clock: Clock) -> bool:
    """Stop the query, and return whether this stopped it: it may have ended before."""
    athena = clients.create_athena()
    query = add_retries(athena.get_query_execution, clock)(QueryExecutionId=run_id)["QueryExecution"]
    if query.get("Status", {}).get("State") not in _QUERY_GOES_ON:
        return False
    add_retries(athena.stop_query_execution, clock)(QueryExecutionId=run_id)
    return True


STOPS: Mapping[str, Callable[[StopClients, str, str, Clock], bool]] = {
    "job": _stop_job_run,
    "workflow": _stop_workflow_run,
    "statement": _cancel_statement,
    "query": _stop_query,
}
"""The function that stops a run, by its kind: it gets the clients, the name and the id of the run, and a clock."""


def _describe_error(error: Exception) -> str:
    told = explain_error(error)
    if told is None:
        raise error
    return told.message


def _list_unconfirmed_starts(tree: RunTree) -> Iterator[str]:
    """Yield the names of jobs for which it is unknown whether a run was started."""
    for node in _list_nodes(tree):
        yield from (job.glue_name for job in node.record.jobs if job.cut_off and job.of_glue and not job.run_id)


def _list_unsettled(tree: RunTree) -> Iterator[ExecutedJob]:
    """Yield the runs whose end the history does not show."""
    for node in _list_nodes(tree):
        yield from (job for job in node.record.jobs if job.unsettled)
