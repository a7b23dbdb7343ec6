"""Resume fan-outs: with their items that did not succeed, in a new execution or by a redrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sfnorch.app.account import AwsAccount
from sfnorch.aws.map_runs import MapRun, read_map_run
from sfnorch.aws.polling import add_retries
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.fan_out import FanOutInput, find_item_jobs
from sfnorch.protocol.master_child import MasterVariable
from sfnorch.runs.definitions import read_definition, read_definition_of_execution
from sfnorch.runs.executions import make_machine_arn
from sfnorch.runs.kinds.fan_out import ITEMS, ItemsResumption, UnfinishedItems
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
    """How the items of fan-outs are resumed: by a redrive, or by a new execution that reads the remaining items."""

    resumption: ItemsResumption
    reason: str
    """Why the items of a fan-out are resumed in this way; empty for the children of a master."""
    remaining: Sequence[tuple[UnfinishedItems, RemainingItems]]
    """The items left to run; empty for a redrive."""


def plan_items(
    root: Node,
    resumption: ItemsResumption,
    definition: Mapping[str, Json],
    account: AwsAccount,
    on_warning: Callable[[str], None],
) -> PlannedItems:
    """Return how the items of the execution, or of the children of a master, are resumed, without starting anything.

    Raises SfnorchError if the Map Run has not ended, if its results do not exist, if the jobs have changed since the
    execution, or if nothing is left to run.
    """
    first = resumption.unfinished[0]
    reason = ""
    if not first.child:
        client = account.session.stepfunctions
        with account.waits("Reading the Map Run"):
            map_run = _wait_until_ended(first.map_run, account)
            described = add_retries(client.describe_execution, account.clock)(executionArn=root.arn)
            before = read_definition_of_execution(client, root.arn)
        reason = explain_new_execution(described, root.record, map_run.counts, before, definition)
        if not reason:
            all_items = {f"{map_run.counts.unsuccessful:,} {ITEMS}": list[str]()}
            planned = replace(
                resumption, jobs=all_items, as_planned="those that were stopped continue, the others start"
            )
            return PlannedItems(resumption=planned, reason=REDRIVEN, remaining=())
    jobs, remaining = dict[str, Sequence[str]](), list[tuple[UnfinishedItems, RemainingItems]]()
    by_child = {each.child: each for each in resumption.unfinished}
    for name, listed in resumption.jobs.items():
        unfinished = by_child.get("" if not first.child else name)
        if unfinished is None:
            jobs[name] = listed
            continue
        found, words = _plan_remaining(unfinished, definition, account, on_warning)
        jobs |= words
        remaining.append((unfinished, found))
    return PlannedItems(resumption=replace(resumption, jobs=jobs), reason=reason, remaining=remaining)


def _plan_remaining(
    unfinished: UnfinishedItems,
    definition: Mapping[str, Json],
    account: AwsAccount,
    on_warning: Callable[[str], None],
) -> tuple[RemainingItems, dict[str, Sequence[str]]]:
    """Return the items left to run, and their jobs by the words that describe them."""
    child, client = unfinished.child, account.session.stepfunctions
    with account.waits("Reading the Map Run"):
        map_run = _wait_until_ended(unfinished.map_run, account)
        before = read_definition_of_execution(client, unfinished.execution)
        if child:
            definition = read_definition(client, make_machine_arn(unfinished.execution))
    jobs_now = find_item_jobs(definition)
    if find_item_jobs(before) != jobs_now:
        raise SfnorchError(
            f"The jobs of an item{f' of {child}' if child else ''} have changed since the execution: "
            f"{' → '.join(find_item_jobs(before))} became {' → '.join(jobs_now) or 'another list of jobs'}, and it is "
            "unknown with which of them an item continues",
            hint="deploy the jobs of the execution again, or start a new run with `sfnorch run`",
        )
    if map_run.counts.stopped > _MANY:
        on_warning(f"the histories of {map_run.counts.stopped:,} items that were stopped are read, 5 a second")
    with account.waits("Reading the items that did not succeed"):
        remaining = _read_remaining(unfinished, definition, account)
    prefix = f"{child}: " if child else ""
    starts = sorted(remaining.starts.items())
    return remaining, {f"{prefix}{_describe_start(number, done)}": jobs_now[done:] for done, number in starts}


def _describe_start(number: int, done: int) -> str:
    """Return the words for items that continue after this number of jobs."""
    what = "1 item" if number == 1 else f"{number:,} items"
    return f"{what}, {done} {'job' if done == 1 else 'jobs'} done" if done else what


def store_items(planned: PlannedItems, name: str, account: AwsAccount) -> Mapping[str, object]:
    """Write the remaining items to S3 for the execution of this name, and return its input."""
    places: dict[str, FanOutInput] = {}
    for unfinished, remaining in planned.remaining:
        bucket, prefix = unfinished.bucket, unfinished.results.rpartition("/")[0]
        key = "/".join(filter(None, (prefix, name, unfinished.child, "remaining.json")))
        remaining.file.seek(0)
        with account.waits("Writing the remaining items to S3"):
            account.session.s3.put_object(Bucket=bucket, Key=key, Body=remaining.file, ContentType="application/json")
        places[unfinished.child] = {"remaining": {"bucket": bucket, "key": key}}
    return _add_places(planned.resumption.input, places)


def _add_places(given: Mapping[str, object], places: Mapping[str, FanOutInput]) -> Mapping[str, object]:
    """Return the input with the places of the remaining items: in the thread of each child, or in the input itself."""
    threads = given.get(MasterVariable.THREADS)
    if not isinstance(threads, list):
        return {**places.get("", {}), **given}
    return {**given, MasterVariable.THREADS: [{**each, **places.get(each["child"], {})} for each in threads]}


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


def _read_remaining(unfinished: UnfinishedItems, definition: Mapping[str, Json], account: AwsAccount) -> RemainingItems:
    session, clock = account.session, account.clock
    folder = f"{unfinished.results}/{unfinished.map_run.rpartition(':')[2]}"
    keys = list_result_files(session.s3, unfinished.bucket, folder, clock)
    if keys is None:
        raise SfnorchError(
            f"The Map Run has written no results: s3://{unfinished.bucket}/{folder}/manifest.json does not exist",
            hint="`sfnorch run` starts a new run of all items",
        )
    jobs = len(find_item_jobs(definition))
    reader = ItemProgressReader(
        stepfunctions=session.stepfunctions, glue=session.glue, clock=clock, definition=definition
    )
    remaining = RemainingItems()
    for key in keys:
        for row in read_result_file(session.s3, unfinished.bucket, key, clock):
            for item in reader.read(row):
                if item["done"] < jobs:
                    remaining.add(item["item"], item["done"])
    remaining.close_list()
    if not remaining.total and not unfinished.child:
        raise SfnorchError("All jobs of its items have succeeded: nothing is left to run")
    return remaining
