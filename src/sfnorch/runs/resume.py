"""Resume a run: start a new one that skips what succeeded, and continues what failed from the job that failed.

RedriveExecution can't do this. It enters the failed state again: a state machine that caught the error and ended in a
Fail state would fail there again. And a master that reported the failure SUCCEEDED.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_message
from sfnorch.aws.glue_jobs import ACTIVE_STATUSES
from sfnorch.aws.polling import Clock, add_retries
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.overlap import LOCK_ERRORS, LockState, find_holder
from sfnorch.runs.kinds import find_kind, get_kind
from sfnorch.runs.kinds.kept_run import keep_run
from sfnorch.runs.kinds.kind import INTERRUPTED_STATUSES, NEW_RUN, Resumption
from sfnorch.runs.node import Node

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient


def plan_resumption(root: Node, definition: Mapping[str, Json]) -> Resumption:
    """Return how the run is resumed by the state machine with this definition, which may have changed since.

    Raises SfnorchError if the run has not ended, if nothing failed, if what failed no longer exists, or if sfnorch did
    not create the state machine.
    """
    kind = find_kind(definition)
    if kind is None:
        raise SfnorchError(
            f"sfnorch did not create the state machine {root.machine}, and cannot determine the remaining jobs",
            hint="redrive the execution in the console, or start a new one",
        )
    return _repeat_run_without_lock(root) or kind.resume(root, kind.list_parts(definition))


def _repeat_run_without_lock(root: Node) -> Resumption | None:
    """Return the input of the run if it ended before it acquired its lock; None for other runs.

    Raises SfnorchError for a run that was skipped.
    """
    record = root.record
    if holder := find_holder(record.output):
        raise SfnorchError(f"Nothing failed: the run was skipped because {holder} was running", hint=NEW_RUN)
    was_waiting = record.status in INTERRUPTED_STATUSES and record.entered[-1:] == [LockState.WAIT_FOR_HOLDER]
    if not isinstance(record.input, dict) or not (was_waiting or record.error in LOCK_ERRORS):
        return None
    return Resumption(input={**record.input, **keep_run(record)}, jobs={"everything": []})


def can_resume(root: Node) -> bool:
    """Return whether `resume` has something to run, as far as the run shows."""
    kind = get_kind(root.record)
    try:
        if _repeat_run_without_lock(root):
            return True
        if kind is None:
            return False
        kind.resume(root, kind.list_parts_of_run(root.record))
    except SfnorchError:
        return False
    return True


def read_interrupted_jobs(root: Node, glue: GlueClient, clock: Clock) -> list[str]:
    """Read from Glue how jobs ended that were interrupted with their execution; return what could not be read.

    Raises SfnorchError if such a job run has not ended: the resumed run would start a second one.
    """
    untold: list[str] = []
    for node in root.list_nodes():
        for job in node.record.jobs:
            if not job.unsettled or not job.of_glue:
                continue
            try:
                run = add_retries(glue.get_job_run, clock)(JobName=job.glue_name, RunId=job.run_id)["JobRun"]
            except ClientError as error:
                untold.append(f"it is unknown whether {job.name} succeeded: {get_error_message(error)}")
                continue
            if run["JobRunState"] in ACTIVE_STATUSES:
                raise SfnorchError(
                    f"The run {job.run_id} of {job.name} is still running, though its execution has ended",
                    hint=f"wait until it ends, or stop it: `sfnorch stop {node.arn}`",
                )
            job.status = run["JobRunState"]
    return untold
