"""The changes, events, failure and outputs of a stack, as text and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from sfnorch.aws.change_sets import ChangeSet, ResourceChange
from sfnorch.aws.events import StackEvent
from sfnorch.aws.stack_events import OperationEnd
from sfnorch.aws.stacks import MACHINE
from sfnorch.console import Console, Text
from sfnorch.printable import is_unicode_encoding
from sfnorch.report.stacks.drift import convert_drift, print_drift
from sfnorch.report.stacks.ending import convert_ending
from sfnorch.report.tables import build_table

if TYPE_CHECKING:
    from sfnorch.app.deploying import DeployResult
    from sfnorch.aws.deletion import Deletion
    from sfnorch.documents.stacks import ChangeSetData, DeleteDocument, DeployDocument

_KINDS = {
    "add": "green",
    "modify": "yellow",
    "conditionally replace": "bold red",
    "replace": "bold red",
    "remove": "bold red",
}
_MOST_CAUSES = 4
_TIME = len("00:00:00  ")


def convert_change_set(change_set: ChangeSet) -> ChangeSetData:
    """Return the change set as data."""
    return {
        "name": change_set.name,
        "id": change_set.id,
        "changes": [
            {
                "action": change.action,
                "replacement": change.replacement or None,
                "resource": change.logical_id,
                "physicalId": change.physical_id,
                "type": change.type,
                "iam": change.of_iam,
                "causes": list(change.causes),
                "drift": convert_drift(change.drift) if change.drift else None,
            }
            for change in change_set.changes
        ],
        "express": change_set.express,
        "driftStatus": change_set.drift or None,
    }


def print_changes(change_set: ChangeSet, console: Console) -> None:
    """Print the changes, the most important ones last, their number, and the drift that they revert."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    explained = any(change.causes for change in change_set.changes)
    for title in ("CHANGE", "RESOURCE", "TYPE", *(("BECAUSE OF",) if explained else ())):
        width = len("conditionally replace") if title == "CHANGE" else None
        table.add_column(title, no_wrap=bool(width), max_width=width, overflow="fold", header_style="dim")
    for change in sorted(change_set.changes, key=rank_change):
        kind = Text(change.kind, style=_KINDS.get(change.kind, ""))
        iam = Text(change.type, style="magenta" if change.of_iam else "")
        table.add_row(kind, Text(change.logical_id), iam, *((Text(_format_causes(change)),) if explained else ()))
    console.print(table)
    console.print(Text(count_words(change_set.changes), style="bold"))
    print_drift([change.drift for change in change_set.changes if change.drift], console)
    if change_set.express:
        console.print("Express mode: the deployment ends before all resources are ready.")


def print_machines(change_set: ChangeSet, console: Console) -> None:
    """Print the state machines that are deleted with their executions, also those that a new name replaces."""
    for line in list_deleted_machines(change_set):
        console.print_words(Text(line, style="bold red"))


def list_deleted_machines(change_set: ChangeSet) -> Iterator[str]:
    """Yield a sentence for each state machine that is deleted with its executions."""
    for change in change_set.changes:
        if change.type == MACHINE and change.kind in ("remove", "replace"):
            name = change.physical_id.rpartition(":")[2] or change.logical_id
            yield f"{change.logical_id}: the state machine {name} is deleted, with the history of its executions."


def count_words(changes: Iterable[ResourceChange]) -> str:
    """Return the number of changes by kind, such as `3 to add, 1 to replace; 2 of permissions (IAM)`."""
    changes = list(changes)
    counts = Counter(change.kind for change in changes)
    words = ", ".join(f"{counts[kind]} to {kind}" for kind in (*_KINDS, "import", "sync", "dynamic") if counts[kind])
    iam = sum(change.of_iam for change in changes)
    return (words or "no changes") + (f"; {iam} of permissions (IAM)" if iam else "")


def print_parameters(
    values: Mapping[str, str],
    defaults: Mapping[str, str],
    given: Collection[str] | None,
    kept: Collection[str],
    console: Console,
    *,
    owners: Mapping[str, str],
) -> None:
    """Print the parameters with overrides, and those that keep another value than the default; all if unknown.

    `owners` maps the name of a parameter to its only user.
    """
    rows = {
        name: value
        for name, value in values.items()
        if given is None or name in given or (name in kept and value != defaults.get(name))
    }
    if not rows:
        return
    table = build_table("PARAMETER", "VALUE", *(("USED BY",) if owners else ()), "")
    for name, value in rows.items():
        is_kept = given is not None and name not in given
        owner = [Text(owners.get(name, ""))] if owners else []
        table.add_row(Text(name), Text(value), *owner, Text("kept from the stack" if is_kept else ""))
    console.print(table)


def format_event(event: StackEvent) -> Text:
    """Return an event as a line: the time of day, the status, the resource, and the reason of AWS."""
    style = "bold red" if event.failed else "green" if event.status.endswith("COMPLETE") else ""
    line = Text.assemble(
        (f"{event.at.astimezone():%H:%M:%S}  ", "dim"),
        (f"{event.status:<20}  ", style),
        (event.logical_id, "bold" if event.of_stack else ""),
        (f"  {event.type}", "dim"),
    )
    if event.reason:
        line.append(f"  {event.reason}", "red" if event.failed else "dim")
    return line


class EventPrinter:
    """Prints events as they arrive; at a terminal also a progress bar, or a spinner if `resources` is 0.

    The bar is shown while the printer is open, as a context manager.
    """

    def __init__(self, console: Console, resources: int) -> None:
        self._console = console
        self._resources = resources
        self._progress: Progress | None = None
        self._done: set[str] = set()

    def __enter__(self) -> EventPrinter:
        if self._console.is_interactive:
            of_resources = (TextColumn("resources"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            unknown = (
                SpinnerColumn("dots" if is_unicode_encoding(self._console.encoding) else "line"),
                TextColumn("Waiting for CloudFormation"),
                TimeElapsedColumn(),
            )
            columns = of_resources if self._resources else unknown
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._progress.start()
            self._progress.add_task("", total=self._resources or None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._progress:
            self._progress.stop()

    def print(self, events: Iterable[StackEvent]) -> None:
        """Print the events, and move the bar."""
        for event in events:
            self._console.print_words(format_event(event), margin=_TIME)
            if event.status.endswith("COMPLETE") and not event.of_stack:
                self._done.add(event.logical_id)
        if self._progress:
            self._progress.update(self._progress.task_ids[0], completed=min(len(self._done), self._resources))


def convert_outcome(outcome: DeployResult, command: str) -> DeployDocument:
    """Return a deployment's end as data."""
    return {
        "stack": outcome.stack_name,
        "status": outcome.stack.status if outcome.stack else None,
        "end": outcome.end,
        "changeSet": convert_change_set(outcome.change_set) if outcome.change_set else None,
        "outputs": dict(outcome.stack.outputs) if outcome.stack else {},
        "command": command or None,
        "failure": convert_ending(outcome.ending) if outcome.ending else None,
    }


def describe_end(outcome: DeployResult) -> str:
    """Return the end of a deployment in a few words."""
    if outcome.end == "failed" and outcome.ending:
        return f"failed: {outcome.ending.status}"
    if outcome.end == "left":
        return f"change set {outcome.change_set.name}" if outcome.change_set else "change set"
    return "no changes" if outcome.end == "unchanged" else outcome.end


def convert_deletion(deletion: Deletion, stack_name: str) -> DeleteDocument:
    """Return a deletion's end as data."""
    return {
        "stack": stack_name,
        "status": deletion.ending.status,
        "left": [
            {
                "resource": item.logical_id,
                "physicalId": item.physical_id,
                "type": item.type,
                "status": item.status,
                "reason": item.reason,
            }
            for item in deletion.left
        ],
        "failure": None if deletion.done else convert_ending(deletion.ending),
    }


def describe_failure(ending: OperationEnd, stack_name: str) -> str:
    """Return the lines about the first failure, with the reason of AWS."""
    lines = [f"{stack_name}: {ending.status}"]
    if not ending.nested and ending.resource in ("", stack_name):
        lines += [ending.reason] if ending.reason else []
    else:
        lines.append(_describe_cause(ending))
    if ending.not_rolled_back:
        lines.append("not rolled back: " + ", ".join(each.path for each in ending.not_rolled_back))
    return "\n".join(lines)


def describe_failed_deletion(deletion: Deletion, stack_name: str) -> str:
    """Return the lines about the resources that could not be deleted, with the cause in a nested stack, if any."""
    lines = [f"{stack_name}: {deletion.ending.status}; these resources could not be deleted:"]
    lines += [
        f"{item.logical_id} ({item.type}, {item.physical_id}): {item.reason or item.status}" for item in deletion.left
    ]
    return "\n".join([*lines, _describe_cause(deletion.ending)] if deletion.ending.nested else lines)


def _describe_cause(ending: OperationEnd) -> str:
    where = f" in the nested stack {'/'.join(ending.nested)}" if ending.nested else ""
    return f"{ending.resource} ({ending.type}){where}: {ending.reason or 'no reason reported'}"


def print_outputs(outputs: Mapping[str, str], console: Console) -> None:
    """Print a line for each output: its name and value."""
    width = max(map(len, outputs), default=0)
    for name, value in outputs.items():
        console.print(Text.assemble((f"{name:<{width}}  ", "bold"), value), soft_wrap=True)


def rank_change(change: ResourceChange) -> tuple[int, bool, str]:
    """Return the rank of a change: the more important, the higher."""
    kinds = list(_KINDS)
    return kinds.index(change.kind) if change.kind in kinds else 0, change.of_iam, change.logical_id


def _format_causes(change: ResourceChange) -> str:
    more = len(change.causes) - _MOST_CAUSES
    return ", ".join(change.causes[:_MOST_CAUSES]) + (f" and {more} more" if more > 0 else "")
