"""Read the error logs of the Glue jobs of an execution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sfnorch.app.account import AwsAccount
from sfnorch.app.executions import ExecutionRequest, find_execution
from sfnorch.runs.job_logs import ErrorLog, JobRun, LogReader, list_runs_with_logs
from sfnorch.runs.run_tree import RunTree


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLogs:
    """The error logs of the job runs of an execution, each of which is read when it is iterated over."""

    execution: str
    """The ARN of the execution."""
    tree: RunTree
    runs: tuple[JobRun, ...]
    """The job runs whose logs are read."""
    reader: LogReader

    @property
    def unread_items(self) -> int:
        """Return the number of items of a fan-out that failed, and whose logs are not read."""
        nodes = [node for root in self.tree.roots for node in root.list_nodes() if node.items]
        return sum(max(0, node.items.failed - len(node.failed_items)) for node in nodes if node.items)

    def __iter__(self) -> Iterator[ErrorLog]:
        """Yield the log of each job run as soon as it is read."""
        return map(self.reader.read, self.runs)


def read_logs(
    request: ExecutionRequest,
    account: AwsAccount | None = None,
    *,
    tail: int = 100,
    all_jobs: bool = False,
    executors: bool = False,
) -> RunLogs:
    """Return the error logs of the failed Glue jobs of an execution, as `sfnorch logs` prints them.

    `tail` is the number of events from the end of each log; 0 reads all. `all_jobs` includes the runs of jobs that did
    not fail, `executors` the log streams of the executors of Spark jobs. Of a fan-out, only the first items that failed
    are read.

    Raises SfnorchError if the execution does not exist. A log that cannot be read has a `fault`.
    """
    found = find_execution(request, account or AwsAccount())
    session, clock = found.account.session, found.account.clock
    tree = RunTree(session.stepfunctions, [found.arn], clock)
    tree.poll()
    return RunLogs(
        execution=found.arn,
        tree=tree,
        runs=tuple(list_runs_with_logs(tree, every=all_jobs)),
        reader=LogReader(logs=session.logs, glue=session.glue, tail=tail, executors=executors, clock=clock),
    )
