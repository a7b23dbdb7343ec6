"""An execution on AWS as data: its executions and jobs, what failed, what was started and what was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sfnorch.aws.links import build_execution_link, build_logs_link
from sfnorch.durations import format_iso_time
from sfnorch.protocol.run_context import convert_run_context
from sfnorch.report.item_counts import convert_counts
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import Failure, RunTree

if TYPE_CHECKING:
    from sfnorch.documents.executions import (
        ExecutionData,
        ResumptionData,
        RunDocument,
        RunFailure,
        StartedDocument,
        StopDocument,
    )
    from sfnorch.runs.stopping import StopResult


def convert_tree(tree: RunTree, resume: Sequence[str] = (), resumption: ResumptionData | None = None) -> RunDocument:
    """Return the run as data; `resume` are the commands that resume it, `resumption` is how it was resumed."""
    return {
        "executions": [_convert_node(root) for root in tree.roots],
        "failures": [_convert_failure(failure) for failure in tree.find_failures()],
        "resume": list(resume),
        "resumption": resumption,
    }


def convert_started(arns: Sequence[str], resumption: ResumptionData | None = None) -> StartedDocument:
    """Return executions that were started and are not followed as data."""
    return {"executions": [{"arn": arn} for arn in arns], "resumption": resumption}


def convert_stopped(stopped: StopResult) -> StopDocument:
    """Return what was stopped as data."""
    return {
        "executions": list(stopped.executions),
        "jobRuns": [{"job": job, "runId": run_id} for job, run_id in stopped.job_runs],
        "workflowRuns": [{"workflow": name, "runId": run_id} for name, run_id in stopped.workflow_runs],
        "statements": [{"statement": name, "id": run_id} for name, run_id in stopped.statements],
        "queries": [{"query": name, "id": run_id} for name, run_id in stopped.queries],
        "failed": list(stopped.failed),
    }


def find_logs_link(failure: Failure) -> str | None:
    """Return the link to the error log of the failed job run; None if it is not a Glue job."""
    job = failure.job
    return build_logs_link(failure.node.arn, job.run_id, job.log_group) if job and job.run_id and job.of_glue else None


def _convert_failure(failure: Failure) -> RunFailure:
    job, node = failure.job, failure.node
    return {
        "machine": failure.refused or node.machine,
        "execution": node.arn,
        "job": job.name if job else None,
        "runId": job.run_id if job and job.run_id else None,
        "logGroup": job.log_group if job and job.log_group else None,
        "message": failure.message,
        "link": build_execution_link(node.arn),
        "logs": find_logs_link(failure),
        "item": node.item or None,
    }


def _convert_node(node: Node) -> ExecutionData:
    record = node.record
    return {
        "machine": node.machine,
        "arn": node.arn,
        "status": record.status,
        "started": format_iso_time(record.started),
        "ended": format_iso_time(record.ended),
        "error": record.error or None,
        "message": record.message or None,
        "run": convert_run_context(record.run),
        "params": None if record.params is None else dict(record.params),
        "input": record.input,
        "output": record.output,
        "jobs": [
            {
                "job": job.name,
                "status": job.status,
                "runId": job.run_id or None,
                "message": job.message or None,
                "attempts": job.attempts,
                "started": format_iso_time(job.started),
                "ended": format_iso_time(job.ended),
            }
            for job in record.jobs
        ],
        "children": [_convert_node(child) for child in node.children],
        "joined": [child.arn for child in node.joined],
        "items": convert_counts(node.items) if node.items else None,
        "item": node.item or None,
    }
