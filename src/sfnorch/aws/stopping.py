"""Stopping a run for good: the execution, those that it started, and the job runs of all.

The parent is stopped first, so that it neither takes its children for failed nor tells anyone so. Step Functions stops
what a `.sync` task waits for as well as it can; here nothing is left to that.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.aws.errors import explained
from sfnorch.aws.executions import stop
from sfnorch.aws.glue_jobs import RUNNING
from sfnorch.aws.polling import Clock, patiently
from sfnorch.aws.run_tree import RunTree
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_stepfunctions import SFNClient

_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What was stopped: executions by ARN, job runs as (job, run id); and what couldn't be, with the reason."""

    executions: tuple[str, ...]
    job_runs: tuple[tuple[str, str], ...]
    failed: tuple[str, ...]


def stop_run(stepfunctions: SFNClient, glue: GlueClient, arn: str, cause: str, clock: Clock) -> Stopped:
    """What was stopped. A job may start while its execution is being stopped: it is looked for afterwards."""
    tree = RunTree(stepfunctions, [arn], clock)
    stopped = [arn] if patiently(stop, clock)(stepfunctions, arn, cause) else []
    asked = {arn}
    failed: list[str] = []
    try:
        for _ in range(_LOOKS):
            tree.poll()
            nodes = [node for node in tree.roots[0].walk() if not node.ended]
            if not nodes:
                break
            for node in nodes:
                if node.arn not in asked and patiently(stop, clock)(stepfunctions, node.arn, cause):
                    stopped.append(node.arn)
                asked.add(node.arn)
            clock.sleep(0.5)
        failed += [f"{node.arn} is running still" for node in tree.roots[0].walk() if not node.ended]
    except Exception as error:
        failed.append(f"which children and job runs it had can't be told: {_told(error)}")
    failed += [f"a run of {name} was just being started: look for it in Glue" for name in _starting(tree)]
    job_runs: list[tuple[str, str]] = []
    for name, run_id in _job_runs(tree):
        try:
            if _stop_job_run(glue, name, run_id, clock):
                job_runs.append((name, run_id))
        except Exception as error:
            failed.append(f"{name} {run_id}: {_told(error)}")
    return Stopped(executions=tuple(stopped), job_runs=tuple(job_runs), failed=tuple(failed))


def _stop_job_run(glue: GlueClient, name: str, run_id: str, clock: Clock) -> bool:
    """Whether the job run was stopped; it may have ended before. Raises SfnorchError where Glue refuses."""
    run = patiently(glue.get_job_run, clock)(JobName=name, RunId=run_id)
    if run["JobRun"]["JobRunState"] not in RUNNING:
        return False
    answer = patiently(glue.batch_stop_job_run, clock)(JobName=name, JobRunIds=[run_id])
    for row in answer.get("Errors", ()):
        raise SfnorchError(row["ErrorDetail"].get("ErrorMessage", "Glue refuses to stop it"))
    return True


def _told(error: Exception) -> str:
    told = explained(error)
    if told is None:
        raise error
    return told.message


def _starting(tree: RunTree) -> Iterator[str]:
    """Jobs of which nothing tells whether a run was started, by Glue's name."""
    for node in tree.roots[0].walk():
        yield from (job.glue_name for job in node.record.jobs if job.cut_off and not job.run_id)


def _job_runs(tree: RunTree) -> Iterator[tuple[str, str]]:
    """The job runs that were not seen to end by themselves, by Glue's name of the job."""
    for node in tree.roots[0].walk():
        for job in node.record.jobs:
            if job.unsettled:
                yield job.glue_name, job.run_id
