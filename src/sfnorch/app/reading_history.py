"""Read how long the executions and the Glue jobs of a stack took, and how often they failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.app.account import AwsAccount
from sfnorch.app.deployment.deployed_stack import DeployedStack, derive_surroundings
from sfnorch.aws.errors import get_error_code
from sfnorch.aws.glue_jobs import list_job_names
from sfnorch.aws.job_runs import (
    FAILED_STATUSES,
    STOPPED,
    SUCCEEDED,
    list_job_runs,
    measure_dpu_seconds,
    measure_seconds,
)
from sfnorch.aws.stack_machines import WITHOUT_EXECUTIONS, find_backfill_machine, find_main_machine, list_machines
from sfnorch.aws.stacks import get_stack
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.job_history.files import choose_quantiles
from sfnorch.job_history.models import DurationsDocument, JobHistory
from sfnorch.runs.date_runs import list_execution_rows
from sfnorch.sentences import list_names
from sfnorch.simulator.jobs import list_task_job_names, list_template_job_names
from sfnorch.template.contents import evaluate_template

if TYPE_CHECKING:
    from types_boto3_glue.type_defs import JobRunTypeDef
    from types_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

    from sfnorch.aws.stack_machines import DeployedMachine
    from sfnorch.aws.stacks import Stack

DEFAULT_LAST = 30
_RUNNING = ("RUNNING", "PENDING_REDRIVE")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHistory:
    """The last executions of a state machine that have ended."""

    title: str
    statuses: tuple[str, ...]
    """The status of each execution, the newest first."""
    seconds: tuple[float, ...]
    """The durations of those that succeeded, sorted."""

    def count(self, *statuses: str) -> int:
        """Return the number of executions with one of these statuses."""
        return sum(status in statuses for status in self.statuses)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedJob:
    """The runs of a Glue job that have ended."""

    name: str
    history: JobHistory
    seconds: tuple[float, ...]
    """The durations of all successful runs, sorted."""
    stopped: int
    """The number of runs that were stopped; the history does not contain them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackHistory:
    """The recorded executions and job runs of a stack."""

    stack: str
    since: datetime
    """The start of the oldest execution that was read."""
    read_at: datetime
    machines: tuple[MachineHistory, ...]
    jobs: tuple[RecordedJob, ...]
    missing: tuple[str, ...]
    """The jobs of the template that Glue does not have."""

    def build_durations(self) -> DurationsDocument:
        """Return the content of a file for forecasts. Raises SfnorchError if the stack has no job, or no job a run."""
        jobs = {job.name: job.history for job in self.jobs if job.history.runs}
        if not self.jobs:
            raise SfnorchError(
                f"The stack {self.stack} has no Glue job that exists, so there are no runs to save",
                hint=f"create the jobs in Glue: {list_names(self.missing)}" if self.missing else "",
            )
        if not jobs:
            raise SfnorchError(
                f"No Glue job of the stack {self.stack} has a run since {self.since:%Y-%m-%d %H:%M} that ended",
                hint="read more executions with --last",
            )
        read_at = self.read_at.isoformat(timespec="seconds")
        return DurationsDocument(version=1, stack=self.stack, read_at=read_at, jobs=jobs)


def read_history(
    stack_name: str,
    account: AwsAccount | None = None,
    *,
    last_executions: int = DEFAULT_LAST,
    on_progress: Callable[[int, int], None] = lambda done, jobs: None,
) -> StackHistory:
    """Return the last executions of the stack's main state machine, and all runs of its Glue jobs since then.

    Runs of the jobs that something else started are counted too: Glue does not say what started a run. `on_progress`
    gets the number of jobs that were read, and of all jobs.

    Raises SfnorchError if the stack does not exist, or has no execution that has ended.
    """
    if last_executions < 1:
        raise RequestError(f" {last_executions}: must be at least 1", field="last_executions")
    account = account or AwsAccount()
    session = account.session
    with account.waits(f"Reading the stack {stack_name}"):
        stack = get_stack(session.cloudformation, stack_name)
        machines = list_machines(session.cloudformation, stack)
        main = find_main_machine(machines, stack)
        names, certain = _list_jobs(stack, account)
    with account.waits("Reading the executions"):
        rows = list(islice(_list_ended(main, account), last_executions))
        if not rows:
            raise SfnorchError(
                f"The stack {stack_name} has no execution that has ended",
                hint="`sfnorch run` starts one; Step Functions lists no executions of Express state machines",
            )
        since = min(row["startDate"] for row in rows)
        others = [machine for machine in machines if machine not in (main, find_backfill_machine(machines))]
        histories = [_summarize_executions(main, rows)]
        histories += [_summarize_executions(each, list(_list_since(each, since, account))) for each in others]
    with account.waits("Reading the Glue jobs"):
        known = set(list_job_names(session.glue))
    there = sorted(names & known)
    jobs = []
    for number, name in enumerate(there, 1):
        jobs.append(_summarize_job(name, list(list_job_runs(session.glue, name, since, account.clock))))
        on_progress(number, len(there))
    return StackHistory(
        stack=stack_name,
        since=since,
        read_at=account.now,
        machines=tuple(histories),
        jobs=tuple(jobs),
        missing=tuple(sorted(certain - known)),
    )


def _list_jobs(stack: Stack, account: AwsAccount) -> tuple[set[str], set[str]]:
    """Return all texts of the stack's template that can be names of jobs, and those that certainly are."""
    deployed = DeployedStack(client=account.session.cloudformation, stack=stack)
    if deployed.source is None:
        raise SfnorchError(f"The template of the stack {stack.name} cannot be read", hint="deploy the plan again")
    template = evaluate_template(deployed.source, stack.parameters, derive_surroundings(stack.id))
    return list_template_job_names(template, stack.parameters), list_task_job_names(template, only_jobs=True)


def _list_ended(machine: DeployedMachine, account: AwsAccount) -> Iterator[ExecutionListItemTypeDef]:
    """Yield the executions that have ended, the newest first; none of a state machine without a list of executions."""
    try:
        for row in list_execution_rows(account.session.stepfunctions, machine.arn, account.clock):
            if row["status"] not in _RUNNING and "stopDate" in row:
                yield row
    except ClientError as error:
        if get_error_code(error) not in WITHOUT_EXECUTIONS:
            raise


def _list_since(machine: DeployedMachine, since: datetime, account: AwsAccount) -> Iterator[ExecutionListItemTypeDef]:
    """Yield the executions that started at this time or later, and have ended."""
    for row in _list_ended(machine, account):
        if row["startDate"] < since:
            return
        yield row


def _summarize_executions(machine: DeployedMachine, rows: Sequence[ExecutionListItemTypeDef]) -> MachineHistory:
    seconds = ((row["stopDate"] - row["startDate"]).total_seconds() for row in rows if row["status"] == "SUCCEEDED")
    return MachineHistory(
        title=machine.title, statuses=tuple(str(row["status"]) for row in rows), seconds=tuple(sorted(seconds))
    )


def _summarize_job(name: str, runs: Sequence[JobRunTypeDef]) -> RecordedJob:
    """Return the runs of the job, which are the newest first, as numbers."""
    succeeded = [run for run in runs if run.get("JobRunState") == SUCCEEDED]
    failed = [run for run in runs if run.get("JobRunState") in FAILED_STATUSES]
    seconds = tuple(sorted(map(measure_seconds, succeeded)))
    failed_seconds = [measure_seconds(run) for run in failed]
    used = [measure_dpu_seconds(run) for run in (*succeeded, *failed)]
    known = [each for each in used if each is not None]
    newest = max((*succeeded, *failed), key=lambda run: run["StartedOn"], default=None)
    history = JobHistory(
        runs=len(succeeded) + len(failed),
        succeeded=len(succeeded),
        seconds=choose_quantiles(seconds),
        failed_seconds=choose_quantiles(failed_seconds),
        worker_type=str(newest.get("WorkerType", "")) if newest else "",
        workers=newest.get("NumberOfWorkers") if newest else None,
        glue_version=newest.get("GlueVersion", "") if newest else "",
        execution_class=str(newest.get("ExecutionClass", "")) if newest else "",
        dpu_seconds=sum(known) if used and len(known) == len(used) else None,
        total_seconds=sum((*seconds, *failed_seconds)),
    )
    stopped = sum(run.get("JobRunState") == STOPPED for run in runs)
    return RecordedJob(name=name, history=history, seconds=seconds, stopped=stopped)
