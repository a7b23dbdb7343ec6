"""Read all failed items of a fan-out, from the results that Step Functions has written to S3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sfnorch.app.account import AwsAccount
from sfnorch.app.executions import ExecutionRequest, find_execution
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, read_string
from sfnorch.protocol.fan_out import FanOutVariable, find_item_jobs
from sfnorch.runs.definitions import read_definition_of_execution
from sfnorch.runs.item_failures import list_item_failures
from sfnorch.runs.map_results import FAILED, list_result_files, read_result_file
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import RunTree


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedItem:
    """An item of a fan-out that failed. An item that was stopped has no job."""

    name: str
    job: str
    run_id: str
    """The ID of the job run; empty if none was started."""
    log_group: str
    error: str
    message: str
    execution: str
    """The ARN of the child execution that ran the item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedItems:
    """The failed items of an execution, which are read while they are iterated over: there can be millions."""

    execution: str
    """The ARN of the execution."""
    files: tuple[tuple[str, str, tuple[str, ...]], ...]
    """The files with failed executions: the bucket, the key, and the jobs of an item."""
    account: AwsAccount

    def __iter__(self) -> Iterator[FailedItem]:
        """Yield each failed item. Raises SfnorchError if a file is not a list of executions."""
        for bucket, key, jobs in self.files:
            for row in read_result_file(self.account.session.s3, bucket, key, self.account.clock):
                yield from _list_failed_items(row, jobs)


def read_failures(request: ExecutionRequest, account: AwsAccount | None = None) -> FailedItems:
    """Return all failed items of a fan-out, as `sfnorch status --save-failures` saves them.

    Raises SfnorchError if the execution does not exist, if it is not a fan-out, or if it has written no results: Step
    Functions writes them when all items have ended.
    """
    found = find_execution(request, account or AwsAccount())
    client, clock = found.account.session.stepfunctions, found.account.clock
    tree = RunTree(client, [found.arn], clock)
    with found.account.waits("Reading the execution"):
        tree.poll()
        nodes = [node for root in tree.roots for node in root.list_nodes() if node.record.map_runs]
        files = [each for node in nodes for each in _list_files(node, found.account)]
    if not nodes:
        raise SfnorchError(f"{found.arn} has run no items of a fan-out")
    return FailedItems(execution=found.arn, files=tuple(files), account=found.account)


def _list_files(node: Node, account: AwsAccount) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    variables = node.record.variables
    bucket, results = read_string(variables.get(FanOutVariable.BUCKET)), variables.get(FanOutVariable.RESULTS)
    jobs = tuple(find_item_jobs(read_definition_of_execution(account.session.stepfunctions, node.arn)))
    for map_run in dict.fromkeys(node.record.map_runs):
        folder = f"{results}/{map_run.rpartition(':')[2]}"
        keys = list_result_files(account.session.s3, bucket, folder, account.clock, (FAILED,))
        if keys is None:
            raise SfnorchError(
                f"The Map Run has written no results: s3://{bucket}/{folder}/manifest.json does not exist",
                hint="Step Functions writes it when all items have ended; `sfnorch watch` shows the items until then",
            )
        yield from ((bucket, key, jobs) for key in keys)


def _list_failed_items(row: dict[str, Json], jobs: tuple[str, ...]) -> Iterator[FailedItem]:
    error = read_string(row.get("Error")) or read_string(row.get("Status"))
    for each in list_item_failures(read_string(row.get("Cause")), read_string(row.get("Input")), error, jobs):
        facts = {key: read_string(value) for key, value in each.facts.items()}
        yield FailedItem(
            name=facts.get("item", ""),
            job=facts.get("job", ""),
            run_id=facts.get("runId", ""),
            log_group=facts.get("logGroup", ""),
            error=facts.get("error", "") or each.error,
            message=facts.get("message", ""),
            execution=read_string(row.get("ExecutionArn")),
        )
