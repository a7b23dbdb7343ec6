"""Stopping a run for good: the execution, those that it started, and the job runs of all.

The parent is stopped first, so that it neither takes its children for failed nor tells anyone so. Step Functions stops
what a `.sync` task waits for as well as it can; here nothing is left to that.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.aws.errors import code, message
from sfnorch.aws.executions import stop
from sfnorch.aws.polling import Clock
from sfnorch.aws.run_tree import RunTree

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient
    from types_boto3_stepfunctions import SFNClient

_RUNNING = ("STARTING", "RUNNING", "WAITING")
_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What was stopped: executions by ARN, job runs as (job, run id); and what couldn't be, with the reason."""

    executions: tuple[str, ...]
    job_runs: tuple[tuple[str, str], ...]
    failed: tuple[str, ...]


def stop_run(stepfunctions: SFNClient, glue: GlueClient, arn: str, cause: str, clock: Clock) -> Stopped:
    """What was stopped. A job may start while its execution is being stopped: it is looked for again afterwards."""
    tree = RunTree(stepfunctions, [arn], clock)
    tree.poll()
    ended = {job.run_id for node in tree.roots[0].walk() for job in node.record.jobs if job.ended}
    asked: list[str] = []
    stopped: list[str] = []
    for _ in range(_LOOKS):
        nodes = [node for node in tree.roots[0].walk() if not node.ended]
        if not nodes:
            break
        for node in nodes:
            if node.arn not in asked:
                asked.append(node.arn)
                stopped += [node.arn] if stop(stepfunctions, node.arn, cause) else []
        clock.sleep(0.5)
        tree.poll()
    job_runs: list[tuple[str, str]] = []
    failed: list[str] = []
    for name, run_id in _job_runs(tree, ended):
        try:
            if glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]["JobRunState"] not in _RUNNING:
                continue
            answer = glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
        except ClientError as error:
            failed.append(f"{name} {run_id}: {code(error)}: {message(error)}")
            continue
        failed += [f"{name} {run_id}: {row['ErrorDetail'].get('ErrorMessage', '')}" for row in answer.get("Errors", ())]
        job_runs += [(name, run_id)] if answer.get("SuccessfulSubmissions") else []
    failed += [f"{node.arn} is running still" for node in tree.roots[0].walk() if not node.ended]
    return Stopped(executions=tuple(stopped), job_runs=tuple(job_runs), failed=tuple(failed))


def _job_runs(tree: RunTree, ended: Collection[str]) -> Iterator[tuple[str, str]]:
    """The job runs that had not ended before, by Glue's name of the job: what became of them, Glue must say."""
    for node in tree.roots[0].walk():
        for job in node.record.jobs:
            if job.run_id and job.run_id not in ended:
                yield job.glue_name, job.run_id
