"""Resume a fan-out: with its items that did not succeed, in a new execution or by a redrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sfnorch.app.account import AwsAccount
from sfnorch.aws.map_runs import MapRun, read_map_run
from sfnorch.aws.polling import add_retries
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.fan_out import FanOutInput, find_item_jobs
from sfnorch.runs.definitions import read_definition_of_execution
from sfnorch.runs.kinds.fan_out import ITEMS, ItemsResumption
from sfnorch.runs.map_results import list_result_files, read_result_file
from sfnorch.runs.node import Node
from sfnorch.runs.redriving import explain_new_execution
from sfnorch.runs.remaining_items import ItemProgressReader, RemainingItems

REDRIVEN = (
    "no item has failed by itself, so Step Functions continues the items that were stopped and starts the "
    "others, as a new execution would"
)
_WAITS = 24
_WAIT_SECONDS = 5.0
"""A Map Run can continue after its execution was stopped: it stops its child executions, and writes results."""
_MANY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItems:
    """How the items of a fan-out are resumed: by a redrive, or by a new execution that reads the remaining items."""

    resumption: ItemsResumption
    reason: str
    remaining: RemainingItems | None
    """The items left to run; None for a redrive."""


def plan_items(
    root: Node,
    resumption: ItemsResumption,
    definition: Mapping[str, Json],
    account: AwsAccount,
    on_warning: Callable[[str], None],
) -> PlannedItems:
    """Return how the items of the execution are resumed, without starting anything.

    Raises SfnorchError if the Map Run has not ended, if its results do not exist, if the jobs have changed since the
    execution, or if nothing is left to run.
    """
    session, clock = account.session, account.clock
    client = session.stepfunctions
    with account.waits("Reading the Map Run"):
        map_run = _wait_until_ended(resumption.map_run, account)
        described = add_retries(client.describe_execution, clock)(executionArn=root.arn)
        before = read_definition_of_execution(client, root.arn)
    reason = explain_new_execution(described, root.record, map_run.counts, before, definition)
    if not reason:
        jobs = {f"{map_run.counts.unsuccessful:,} {ITEMS}": list[str]()}
        planned = replace(resumption, jobs=jobs, as_planned="those that were stopped continue, the others start")
        return PlannedItems(resumption=planned, reason=REDRIVEN, remaining=None)
    jobs_now = find_item_jobs(definition)
    if find_item_jobs(before) != jobs_now:
        raise SfnorchError(
            f"The jobs of an item have changed since the execution: {' → '.join(find_item_jobs(before))} became "
            f"{' → '.join(jobs_now)}, and it is unknown with which of them an item continues",
            hint="deploy the jobs of the execution again, or start a new run with `sfnorch run`",
        )
    if map_run.counts.stopped > _MANY:
        on_warning(f"the histories of {map_run.counts.stopped:,} items that were stopped are read, 5 a second")
    with account.waits("Reading the items that did not succeed"):
        remaining = _read_remaining(resumption, definition, account)
    words = {_describe_start(number, done): jobs_now[done:] for done, number in sorted(remaining.starts.items())}
    return PlannedItems(resumption=replace(resumption, jobs=words), reason=reason, remaining=remaining)


def _describe_start(number: int, done: int) -> str:
    """Return the words for items that continue after this number of jobs."""
    what = "1 item" if number == 1 else f"{number:,} items"
    return f"{what}, {done} {'job' if done == 1 else 'jobs'} done" if done else what


def store_items(planned: PlannedItems, name: str, account: AwsAccount) -> Mapping[str, object]:
    """Write the remaining items to S3 for the execution of this name, and return its input."""
    if planned.remaining is None:
        return planned.resumption.input
    bucket = planned.resumption.bucket
    key = f"{planned.resumption.results.rpartition('/')[0]}/{name}/remaining.json"
    planned.remaining.file.seek(0)
    with account.waits("Writing the remaining items to S3"):
        account.session.s3.put_object(
            Bucket=bucket, Key=key, Body=planned.remaining.file, ContentType="application/json"
        )
    given: FanOutInput = {"remaining": {"bucket": bucket, "key": key}}
    return {**given, **planned.resumption.input}


def redrive(arn: str, account: AwsAccount) -> None:
    """Redrive the execution, and wait until it runs.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
    """
    client, clock = account.session.stepfunctions, account.clock
    describe = add_retries(client.describe_execution, clock)
    with account.waits("Redriving the execution"):
        before = describe(executionArn=arn).get("redriveCount", 0)
        client.redrive_execution(executionArn=arn)
        for _ in range(_WAITS):
            if describe(executionArn=arn).get("redriveCount", 0) > before:
                return
            clock.sleep(1.0)


def _wait_until_ended(arn: str, account: AwsAccount) -> MapRun:
    for _ in range(_WAITS):
        map_run = add_retries(read_map_run, account.clock)(account.session.stepfunctions, arn)
        if map_run.status != "RUNNING":
            return map_run
        account.clock.sleep(_WAIT_SECONDS)
    raise SfnorchError(
        f"The Map Run {arn} is still running: {map_run.counts.describe()}",
        hint="repeat the command when it has ended; it stops its items, or writes its results",
    )


def _read_remaining(resumption: ItemsResumption, definition: Mapping[str, Json], account: AwsAccount) -> RemainingItems:
    session, clock = account.session, account.clock
    folder = f"{resumption.results}/{resumption.map_run.rpartition(':')[2]}"
    keys = list_result_files(session.s3, resumption.bucket, folder, clock)
    if keys is None:
        raise SfnorchError(
            f"The Map Run has written no results: s3://{resumption.bucket}/{folder}/manifest.json does not exist",
            hint="`sfnorch run` starts a new run of all items",
        )
    jobs = len(find_item_jobs(definition))
    reader = ItemProgressReader(
        stepfunctions=session.stepfunctions, glue=session.glue, clock=clock, definition=definition
    )
    remaining = RemainingItems()
    for key in keys:
        for row in read_result_file(session.s3, resumption.bucket, key, clock):
            for item in reader.read(row):
                if item["done"] < jobs:
                    remaining.add(item["item"], item["done"])
    remaining.close_list()
    if not remaining.total:
        raise SfnorchError("All jobs of its items have succeeded: nothing is left to run")
    return remaining
