"""Resume a failed execution from the job that failed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sfnorch.app.account import AwsAccount
from sfnorch.app.executions import ExecutionRequest, FoundExecution, find_execution
from sfnorch.app.resuming_items import PlannedItems, plan_items, redrive, store_items
from sfnorch.app.watching import RunResult, ShowProgress, follow_executions, ignore_progress
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.job_list import list_setting_names
from sfnorch.protocol.run_context import PARAMS, RUN
from sfnorch.runs.definitions import read_definition
from sfnorch.runs.executions import (
    AlreadyExistsError,
    has_execution,
    make_execution_arn,
    make_machine_arn,
    read_machine_name,
    start_execution,
)
from sfnorch.runs.kinds.fan_out import ItemsResumption
from sfnorch.runs.kinds.job_list import JOB_LIST
from sfnorch.runs.kinds.kind import Resumption
from sfnorch.runs.node import Node
from sfnorch.runs.resume import plan_resumption, read_interrupted_jobs
from sfnorch.runs.run_tree import RunTree


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResume:
    """An execution, and what a new execution of the same state machine would run."""

    found: FoundExecution
    """The execution that is resumed, and its state machine."""
    resumption: Resumption
    """The input of the new execution."""
    items: PlannedItems | None = None
    """How the items of a fan-out are resumed; None for other patterns."""

    @property
    def is_redrive(self) -> bool:
        """Return whether Step Functions redrives the execution, in place of a new one."""
        return self.items is not None and not self.items.remaining

    @property
    def reason(self) -> str:
        """Return why the items of a fan-out are resumed in this way; an empty text for other patterns."""
        return self.items.reason if self.items else ""

    @property
    def jobs(self) -> Mapping[str, Sequence[str]]:
        """Return the jobs that will run, by child; none for a child that runs all of its jobs in the plan."""
        return self.resumption.jobs

    @property
    def skipped(self) -> Sequence[str]:
        """Return the children that will be skipped."""
        return self.resumption.skipped

    @property
    def run(self) -> Mapping[str, Json]:
        """Return the run that the new execution continues: ID, date, attempt; empty without a run context."""
        return _read_object(self.resumption.input.get(RUN))

    @property
    def params(self) -> Mapping[str, Json]:
        """Return the parameters of the run, which the new execution keeps."""
        return _read_object(self.resumption.input.get(PARAMS))


def _read_object(value: object) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def plan_resume(
    request: ExecutionRequest,
    account: AwsAccount | None = None,
    *,
    on_warning: Callable[[str], None] = lambda _: None,
) -> PlannedResume:
    """Return what resuming an execution would run, without starting anything.

    `on_warning` gets what is unknown about the jobs of the execution, as a sentence each.

    Raises SfnorchError if the execution does not exist or cannot be resumed: it has not ended, nothing failed, or its
    state machine has changed.
    """
    found = find_execution(request, account or AwsAccount())
    account = found.account
    if "/" in read_machine_name(found.arn):
        raise SfnorchError(
            f"{found.arn} is the execution of an item of a Map Run, and is resumed with the other items",
            hint="resume the execution of the state machine that started it; `sfnorch status` shows the last one",
        )
    client = account.session.stepfunctions
    tree = RunTree(client, [found.arn], account.clock)
    untold: list[str] = []
    with account.waits("Reading the execution's history"):
        tree.poll()
        root = tree.roots[-1]  # of a loop, the last execution
        if tree.ended:
            untold = read_interrupted_jobs(root, account.session.glue, account.clock)
    for text in untold:
        on_warning(text)
    with account.waits("Reading the machine's definition"):
        definition = read_definition(client, found.machine_arn)
    resumption = plan_resumption(root, definition)
    for node in root.list_nodes():
        _refuse_lost_jobs(node, resumption, account)
    if isinstance(resumption, ItemsResumption):
        _refuse_second_resume(found)
        items = plan_items(root, resumption, definition, account, on_warning)
        return PlannedResume(found=found, resumption=items.resumption, items=items)
    return PlannedResume(found=found, resumption=resumption)


def resume(
    planned: PlannedResume,
    *,
    timeout: float | None = None,
    on_event: ShowProgress = ignore_progress,
) -> RunResult:
    """Start the execution of `plan_resume`, and follow it until it ends, as `sfnorch resume` does; return its result.

    `timeout` is in seconds; the execution itself continues after it. `on_event` gets the state after each poll.

    Raises SfnorchError if the execution is already resumed, and NotFollowedError after an error of AWS or Ctrl-C.
    """
    account = planned.found.account
    return follow_executions([start_resume(planned)], account, timeout=timeout, on_event=on_event)


def start_resume(planned: PlannedResume) -> str:
    """Start the execution of `plan_resume`, and return its ARN. Raises SfnorchError if it is already resumed."""
    found, account = planned.found, planned.found.account
    if planned.is_redrive:
        redrive(found.arn, account)
        return found.arn
    name, given = _name_resumed(found), planned.resumption.input
    if planned.items is not None:
        _refuse_second_resume(found)  # which would replace the items of an execution that reads them
        given = store_items(planned.items, name, account)
    try:
        with account.waits("Starting the execution"):
            return start_execution(account.session.stepfunctions, found.machine_arn, name, given, account.clock)
    except AlreadyExistsError:
        raise _explain_second_resume(found) from None


def _name_resumed(found: FoundExecution) -> str:
    """Return the name of the execution that resumes another: if two commands resume it, one execution starts."""
    return f"resume-{hashlib.sha256(found.arn.encode()).hexdigest()[:16]}"


def _explain_second_resume(found: FoundExecution) -> SfnorchError:
    before = make_execution_arn(found.machine_arn, _name_resumed(found))
    return SfnorchError(
        f"The execution is already resumed by {before}", hint=f"resume that one with `sfnorch resume {before}`"
    )


def _refuse_second_resume(found: FoundExecution) -> None:
    """Raise SfnorchError if an execution resumes this one already."""
    arn = make_execution_arn(found.machine_arn, _name_resumed(found))
    if has_execution(found.account.session.stepfunctions, arn, found.account.clock):
        raise _explain_second_resume(found)


def _refuse_lost_jobs(node: Node, found: Resumption, account: AwsAccount) -> None:
    """Raise SfnorchError if a job to run has a name that the state machine of its execution no longer has."""
    own = {job.name for job in node.record.jobs if job.name != job.glue_name}
    listed = {job for jobs in found.jobs.values() for job in jobs} & own
    if not listed or node.record.reading is not JOB_LIST:
        return
    with account.waits("Reading the machine's definition"):
        lost = listed - list_setting_names(read_definition(account.session.stepfunctions, make_machine_arn(node.arn)))
    if lost:
        raise SfnorchError(
            f"{node.machine} no longer has the jobs {', '.join(sorted(lost))}: it was changed after the execution",
            hint="run jobs by name with `sfnorch run --only CHILD --thread CHILD=JOB[,JOB...]`",
        )
