"""Resume a run: start a new one that skips what succeeded, and continues what failed from the job that failed.

RedriveExecution can't do this. It enters the failed state again: a state machine that caught the error and ended in a
Fail state would fail there again. And a master that reported the failure SUCCEEDED.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sfnorch.aws.errors import message
from sfnorch.aws.glue_jobs import GOING_ON
from sfnorch.aws.polling import Clock, patiently
from sfnorch.errors import SfnorchError
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.protocol.flow import FlowState, is_step_failure
from sfnorch.protocol.job_list import NO_JOB
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.runs.history import Record
from sfnorch.runs.run_tree import UNKNOWN, Node

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

_ANEW = "`sfnorch run` starts a new run"
_CUT_OFF = ("ABORTED", "TIMED_OUT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """The input of the new execution, and what each child will run: its jobs, or nothing if it is skipped."""

    input: Mapping[str, Any]
    jobs: Mapping[str, Sequence[str]]
    skipped: Sequence[str] = ()
    as_planned: str = "all of its jobs in the plan"
    """The text for a child without a list of jobs."""


def resumption(root: Node, children: Sequence[str] | None) -> Resumption:
    """Return how the run is resumed. `children` are the current children of the master; None for other patterns.

    Raises SfnorchError if the run has not ended, if nothing failed, or if a child that failed no longer exists.
    """
    if any(not node.ended for node in root.walk()):
        raise SfnorchError("The execution is still running", hint="`sfnorch watch` follows it, `sfnorch stop` ends it")
    return _of_jobs(root.record) if children is None else _of_children(root, children)


def can_resume(root: Node) -> bool:
    """Return whether `resume` has something to run, as far as the run shows.

    Only sfnorch's state machines assign the variables that say what a run has to do.
    """
    record = root.record
    try:
        if record.child_names:
            resumption(root, record.child_names)
        elif record.task_names:
            resumption_of_tasks(root, record.task_names)
        elif record.steps:
            resumption_of_flow(root, record.steps)
        elif "workflow" in record.variables:
            resumption_of_loop(root)
        else:
            return "jobs" in record.variables and bool(resumption(root, None))
    except SfnorchError:
        return False
    return True


def ask_glue(root: Node, glue: GlueClient, clock: Clock) -> list[str]:
    """Read from Glue how jobs ended that were interrupted with their execution; return what could not be read.

    Raises SfnorchError if such a job run has not ended: the resumed run would start a second one.
    """
    untold: list[str] = []
    for node in root.walk():
        for job in node.record.jobs:
            if not job.unsettled or not job.of_glue:
                continue
            try:
                run = patiently(glue.get_job_run, clock)(JobName=job.glue_name, RunId=job.run_id)["JobRun"]
            except ClientError as error:
                untold.append(f"it is unknown whether {job.name} succeeded: {message(error)}")
                continue
            if run["JobRunState"] in GOING_ON:
                raise SfnorchError(
                    f"The run {job.run_id} of {job.name} is still running, though its execution has ended",
                    hint=f"wait until it ends, or stop it: `sfnorch stop {node.arn}`",
                )
            job.status = run["JobRunState"]
    return untold


def resumption_of_tasks(root: Node, tasks: Sequence[str]) -> Resumption:
    """Return how a run of tasks is resumed: tasks that succeeded and still exist are skipped, all others run.

    Raises SfnorchError if the run has not ended, or if nothing is left to run.
    """
    if any(not node.ended for node in root.walk()):
        raise SfnorchError("The execution is still running", hint="`sfnorch watch` follows it, `sfnorch stop` ends it")
    before = root.record.variables.get("done")
    done = set(before) if isinstance(before, list) else set()
    for node in root.walk():
        told = node.record.output
        if node.record.status == "SUCCEEDED" and isinstance(told, dict) and told.get("status") == "SUCCEEDED":
            done.add(told.get("task"))
    left = [name for name in tasks if name not in done]
    if not left:
        raise SfnorchError("Nothing failed", hint=_ANEW)
    kept = [name for name in tasks if name in done]
    return Resumption(
        input={"done": kept},
        jobs={name: [] for name in left},
        skipped=kept,
        as_planned="runs when the tasks that it needs are done",
    )


MAX_INPUT_BYTES = 262_144
"""The maximum size of an execution's input in bytes: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


_ALL_DONE = {FlowState.MAKE_OUTCOME, SharedState.CLEAR_ALARM}
"""The states that follow a flow's last step."""


def resumption_of_flow(root: Node, steps: Sequence[str]) -> Resumption:
    """Return how a run of a flow is resumed: at the step that failed or was interrupted, with its variables.

    `steps` are the current steps of the flow. Raises SfnorchError if the run has not ended, if nothing failed, if the
    step no longer exists, or if the variables are too large for an input.
    """
    record = root.record
    if not root.ended:
        raise SfnorchError("The execution is still running", hint="`sfnorch watch` follows it, `sfnorch stop` ends it")
    if record.status == "SUCCEEDED":
        raise SfnorchError("Nothing failed", hint=_ANEW)
    entered = [name for name in record.entered if name in record.steps]
    if _ALL_DONE & set(record.entered):
        raise SfnorchError("All of its steps have succeeded: nothing is left to run", hint=_ANEW)
    told = record.facts.get("at")
    at = str(told) if told in record.steps else entered[-1] if entered else ""
    if not at:
        why = f"{record.error} {record.message}".strip()
        raise SfnorchError(f"It ended {record.status} before any step started: {why}", hint=_ANEW)
    if at not in steps:
        raise SfnorchError(f"The flow no longer has a step {at}. Its steps are: {', '.join(steps)}", hint=_ANEW)
    given = record.input if isinstance(record.input, dict) else {}
    own = {key: value for key, value in given.items() if key != "resumeAt"}
    saved = {name: value for name, value in record.saved.items() if not is_step_failure(value, at)}
    whole = {**own, "resumeAt": {"step": at, "variables": saved}}
    if (size := len(json.dumps(whole, ensure_ascii=False).encode())) > MAX_INPUT_BYTES:
        raise SfnorchError(
            f"What its steps had saved has {size:,} bytes, and an execution's input takes {MAX_INPUT_BYTES:,}",
            hint=_ANEW,
        )
    return Resumption(input=whole, jobs={root.machine: list(steps[steps.index(at) :])})


_COUNTED = SharedState.CLEAR_ALARM
"""The state of a loop that follows a run that succeeded and is counted."""


def resumption_of_loop(root: Node) -> Resumption:
    """Return how a loop is resumed: with the workflow's next run; or by following a run whose end was not seen.

    Raises SfnorchError if the loop has not ended, or has succeeded.
    """
    record = root.record
    if not root.ended:
        raise SfnorchError("The execution is still running", hint="`sfnorch watch` follows it, `sfnorch stop` ends it")
    if record.status == "SUCCEEDED":
        raise SfnorchError("The loop has succeeded", hint=_ANEW)
    told = {name: record.variables.get(name) for name in ("workflow", "runId", "runs")}
    if not isinstance(told["workflow"], str):
        raise SfnorchError(f"It ended {record.status}: {record.error} {record.message}".rstrip(), hint=_ANEW)
    seen_to_end = "counts" in record.facts or _COUNTED in record.entered
    going_on = {"run_id": told["runId"]} if told["runId"] and not seen_to_end else {}
    what = f"continues with the run {told['runId']}" if going_on else "starts its next run"
    given = {"workflow_name": told["workflow"], **going_on, "runs": told["runs"] or 0}
    return Resumption(input=given, jobs={told["workflow"]: []}, as_planned=what)


def _of_jobs(record: Record) -> Resumption:
    if record.status == "SUCCEEDED":
        raise SfnorchError("Nothing failed", hint=_ANEW)
    if not record.variables and record.status in _CUT_OFF and isinstance(record.input, dict):
        return Resumption(input=record.input, jobs={"jobs": _listed(record.input.get("glueJobs"))})
    remaining = _remaining(record)
    if not remaining:
        raise SfnorchError(
            f"It ended {record.status} with no job left to run: {record.error} {record.message}".rstrip(), hint=_ANEW
        )
    thread_id = record.variables.get("threadId")
    thread = {"threadId": thread_id} if isinstance(thread_id, str) else {}
    return Resumption(input={**thread, "glueJobs": remaining}, jobs={thread.get("threadId", "jobs"): remaining})


def _of_children(root: Node, children: Sequence[str]) -> Resumption:
    names, threads = root.record.child_names, root.record.threads
    if not threads and root.record.status in _CUT_OFF and isinstance(root.record.input, dict):
        return Resumption(input=root.record.input, jobs={"everything": []})
    if not threads or len(threads) != len(names):
        why = f"{root.record.error} {root.record.message}".strip()
        raise SfnorchError(f"It ended {root.record.status} before any child started: {why}", hint=_ANEW)
    by_child = {node.child_of(names): node for node in root.children}
    entries: list[dict[str, Any]] = []
    jobs: dict[str, Sequence[str]] = {}
    for name, thread in zip(names, threads, strict=True):
        own = {key: value for key, value in thread.items() if key not in (STARTED_BY, "child", "skip")}
        left = None if thread.get("skip") is True else _left(name, thread, by_child.get(name))
        if left is None:
            entries.append({"threadId": own.get("threadId"), "child": name, "skip": True})
        else:
            jobs[name] = left[1]
            entries.append({**own, "child": name, **left[0]})
    if not jobs:
        raise SfnorchError("Nothing failed", hint=_ANEW)
    if gone := [name for name in jobs if name not in children]:
        raise SfnorchError(
            f"The master no longer has a child {', '.join(gone)}. Its children are: {', '.join(children)}",
            hint="`sfnorch run --thread CHILD=JOBS` runs jobs in another child",
        )
    new = [name for name in children if name not in names]
    entries = [entry for entry in entries if entry["child"] in children]
    entries += [{"threadId": name, "child": name, "skip": True} for name in new]
    return Resumption(
        input={"threads": entries}, jobs=jobs, skipped=[entry["child"] for entry in entries if entry.get("skip")]
    )


def _left(name: str, thread: Mapping[str, Any], node: Node | None) -> tuple[dict[str, Any], Sequence[str]] | None:
    """Return the input of a child, and the jobs that it runs; None if it has nothing left to run.

    A child that never ran a job gets its original input. Raises SfnorchError if it failed because of that input.
    """
    if node is not None and node.record.status == "SUCCEEDED":
        return None
    if node is not None and node.record.status == UNKNOWN:
        raise SfnorchError(
            f"The history of {name} is deleted: it is unknown which jobs are left",
            hint=f"`sfnorch run --only {name} --thread {name}=JOBS` runs the jobs that you specify",
        )
    if node is not None and node.record.error == INVALID_INPUT_ERROR:
        raise SfnorchError(f"{name} refused its input: {node.record.message}", hint=_ANEW)
    if node is None or not (node.record.planned or node.record.facts.get("remaining")):
        return {}, _listed(thread.get("glueJobs"))
    remaining = _remaining(node.record)
    return ({"glueJobs": remaining}, remaining) if remaining else None


def _listed(given: Any) -> list[str]:
    """Return the jobs in an input, a list or a comma-separated text, to show them."""
    jobs = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    return [str(job).strip() for job in jobs]


def _remaining(record: Record) -> list[str]:
    """Return the jobs left to run: from the cause, otherwise those that have not succeeded in the history."""
    told = record.facts.get("remaining")
    if isinstance(told, list) and told and told != [NO_JOB]:
        return [str(job) for job in told]
    return record.remaining
