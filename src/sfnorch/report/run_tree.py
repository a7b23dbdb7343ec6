"""An execution on AWS as text: a tree of executions and jobs, a line for each change, the failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile

from rich.console import Group, RenderableType
from rich.tree import Tree

from sfnorch.aws.links import build_execution_link
from sfnorch.console import Console, Text
from sfnorch.durations import format_duration
from sfnorch.protocol.dag import BLOCKED, find_blocking_task
from sfnorch.protocol.overlap import SKIPPED, find_holder
from sfnorch.report.items import count_item_rows, list_item_rows, list_more_rows, shorten_item
from sfnorch.report.run_context import list_run_lines
from sfnorch.report.run_document import find_logs_link
from sfnorch.report.status import STYLES
from sfnorch.runs.executions import read_execution_name
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.kinds.dag import find_task
from sfnorch.runs.kinds.master_child import list_skipped
from sfnorch.runs.lock import find_awaited_holder
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import Failure, RunChange, RunTree

_MOST_MESSAGE = 200

_RUN_WORDS = {"workflow": "Workflow run", "statement": "Statement", "query": "Query", "crawl": "Crawl"}
"""The word for a run, by its kind; others are job runs."""


def build_titles(tree: RunTree, stack_name: str = "") -> dict[str, str]:
    """Return the titles of the executions by the keys of their nodes: the name of the state machine.

    The name of the stack is removed from it. If that is unknown, the common first words of all state machines are
    removed. If a state machine has several executions, their names are added. The title of an item of a Map Run is its
    name.
    """
    every = [node for root in tree.roots for node in root.list_nodes()]
    of_items = {each.key for node in every for each in node.failed_items}
    nodes = [node for node in every if node.key not in of_items]
    machines = [node.machine.split("-") for node in nodes]
    columns = (
        zip(*(words[:-1] for words in machines), strict=False) if len({node.machine for node in nodes}) > 1 else ()
    )
    begin = sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, columns))
    names = {
        node.key: node.machine.removeprefix(f"{stack_name}-")
        if node.machine.startswith(f"{stack_name}-")
        else "-".join(node.machine.split("-")[begin:])
        for node in nodes
    }
    several = len(names) != len(set(names.values()))
    tasks = {node.key: task for node in nodes if (task := find_task(node, tree.roots))}
    return {
        **{
            node.key: tasks.get(node.key) or (f"{names[node.key]} {node.name}" if several else names[node.key])
            for node in nodes
        },
        **{node.key: shorten_item(node.item) or node.name for node in every if node.key in of_items},
    }


def render_tree(tree: RunTree, names: Mapping[str, str], now: datetime, *, height: int | None = None) -> RenderableType:
    """Return the tree of executions and jobs; with `height`, at most that many lines.

    With `height`, each row is one line. If there are too many rows, the tree shows what failed, what is running, and
    the number of successes.
    """
    if height is None:
        return Group(*(_build_root(root, names, now, live=False) for root in tree.roots))
    if sum(_count_rows(root) + len(_list_run_lines(root)) for root in tree.roots) <= height:
        return Group(*(_build_root(root, names, now, live=True) for root in tree.roots))
    if len(tree.roots) == 1:
        return _build_short_branch(tree.roots[0], names, now, height)
    roots = sorted(tree.roots, key=_rank_node)
    heads = [_format_head(root, names, now, live=True, job=True) for root in roots[: height - 1]]
    well = sum(_rank_node(root) == _WELL for root in roots[height - 1 :])
    return Group(*heads, _format_unseen({"more": len(roots) - len(heads) - well, "succeeded": well}))


def list_news_lines(news: Iterable[RunChange], names: Mapping[str, str]) -> Iterator[Text]:
    """Yield a line for each change: the time of day, the execution, the job, and the new status."""
    for item in news:
        change = item.change
        line = Text.assemble(
            (f"{change.at.astimezone():%H:%M:%S}  ", "dim"), (names.get(item.node.key, ""), "bold"), "  "
        )
        if change.job:
            line.append(f"{change.job} ")
        status, message = change.status, change.message
        if status == "SUCCEEDED" and not change.job and (holder := find_holder(item.node.record.output)):
            status, message = SKIPPED, _describe_holder(holder)
        line.append(status, STYLES.get(status, ""))
        for detail in (change.run_id, _shorten_message(message)):
            if detail:
                line.append(f"  {detail}", "dim")
        yield line


def print_failures(failures: Sequence[Failure], names: Mapping[str, str], console: Console) -> None:
    """Print each failure: the execution, the job, the message, and links."""
    for failure in failures:
        arn = failure.node.arn
        if failure.refused:
            at = f": {failure.refused} could not be started"
        elif failure.job:
            what = {"workflow": "Glue workflow"}.get(failure.job.kind, failure.node.record.reading.noun)
            at = f": {what} {failure.job.name} {failure.job.status}"
        else:
            at = f": {failure.node.record.status}"
        console.print()
        console.print(Text.assemble((names[failure.node.key], "bold red"), at), soft_wrap=True)
        for line in failure.message.splitlines():
            console.print_words(Text(f"  {line}"), margin=2)
        if failure.job and failure.job.run_id:
            what = _RUN_WORDS.get(failure.job.kind, "Job run")
            console.print(Text(f"  {what}: {failure.job.run_id}"), soft_wrap=True)
        if logs := find_logs_link(failure):
            console.print(Text(f"  Logs: {logs}"), soft_wrap=True)
        console.print(Text(f"  Execution: {build_execution_link(arn)}"), soft_wrap=True)


def print_resume(commands: Sequence[str], console: Console) -> None:
    """Print the commands that resume the executions."""
    if commands:
        console.print()
    for command in commands:
        console.print(Text(f"Resume: {command}"), soft_wrap=True)


def _count_rows(node: Node) -> int:
    """Return the number of rows in the tree of the execution."""
    own = (
        1
        + len(_list_rows(node))
        + bool(list_skipped(node.record))
        + len(node.record.refused_executions)
        + bool(node.joined)
        + count_item_rows(node)
    )
    return own + sum(1 if child in node.failed_items else _count_rows(child) for child in node.children)


def _list_run_lines(root: Node) -> list[Text]:
    """Return lines with the ID, the date and the parameters of the run that the execution belongs to."""
    return [Text(line, style="dim") for line in list_run_lines(root.record.run, root.record.params)]


def _build_root(root: Node, names: Mapping[str, str], now: datetime, *, live: bool) -> Tree:
    """Return the execution as a branch, with its run first."""
    branch = _build_branch(root, names, now, live=live)
    lines = [Tree(_truncate_to_line(line) if live else line) for line in _list_run_lines(root)]
    branch.children[:0] = lines
    return branch


def _build_branch(node: Node, names: Mapping[str, str], now: datetime, *, live: bool) -> Tree:
    """Return the execution with its jobs, also those not yet started, and the executions that it started."""
    branch = Tree(_format_head(node, names, now, live=live))
    for row in _list_rows(node):
        branch.add(
            _truncate_to_line(Text(row, style="dim")) if isinstance(row, str) else _format_job(row, now, live=live)
        )
    if children := list_skipped(node.record):
        skipped = Text(f"skipped: {', '.join(children)}", style="dim")
        branch.add(_truncate_to_line(skipped) if live else skipped)
    for machine, why in node.record.refused_executions.values():
        refused = Text.assemble(machine, (" not started", "bold red"), (f"  {_shorten_message(why)}", "red"))
        branch.add(_truncate_to_line(refused) if live else refused)
    for line in list_item_rows(node, live=live):
        branch.add(line)
    for child in node.children:
        if child in node.failed_items:
            branch.add(_format_item(child, names, live=live))
        else:
            branch.children.append(_build_branch(child, names, now, live=live))
    for more in list_more_rows(node):
        branch.add(more)
    if node.joined and node.machine == node.joined[0].machine:  # otherwise it is a master, which waits for all
        joined = Text(f"needs too: {', '.join(names.get(child.key, '') for child in node.joined)}", style="dim")
        branch.add(_truncate_to_line(joined) if live else joined)
    return branch


def _format_item(node: Node, names: Mapping[str, str], *, live: bool) -> Text:
    """Return an item that failed as a line: its name, the job, the job run and the message."""
    record = node.record
    label = Text.assemble((names[node.key], "bold"), " ", (record.status, STYLES.get(record.status, "")))
    message = _shorten_message(record.message)
    for job in record.jobs:
        label.append(f"  {job.name}")
    details = [*((job.run_id, "dim") for job in record.jobs), (message or record.error, "red")]
    for detail, style in reversed(details) if live else details:
        if detail:
            label.append(f"  {detail}", style)
    return _truncate_to_line(label) if live else label


def _build_short_branch(node: Node, names: Mapping[str, str], now: datetime, height: int) -> Tree:
    """Return the execution in at most `height` lines: what failed, what is running, and the number of successes."""
    branch = Tree(_format_head(node, names, now, live=True))
    below = sorted((child for child in node.list_nodes() if child is not node), key=_rank_node)
    lines = [_format_head(child, names, now, live=True, job=True) for child in below if _rank_node(child) < _WELL]
    lines += [_format_job(job, now, live=True) for job in node.record.jobs if job.status != "SUCCEEDED"]
    items = list(list_item_rows(node, live=True))
    room = max(height - 2 - len(items), 1)
    for row in (*items, *lines[:room]):
        branch.add(row)
    counts = {
        "more": len(lines) - room,
        "succeeded": sum(_rank_node(child) == _WELL for child in below),
        "jobs done": sum(job.status == "SUCCEEDED" for job in node.record.jobs),
    }
    if any(count > 0 for count in counts.values()):
        branch.add(_format_unseen(counts))
    return branch


_WELL = 2


def _rank_node(node: Node) -> int:
    """Return the rank of an execution for a small screen: 0 for failed, 1 for running, 2 for succeeded."""
    status = node.record.status
    return 1 if status == "RUNNING" else _WELL if status == "SUCCEEDED" else 0


def _format_unseen(counts: Mapping[str, int]) -> Text:
    return Text(f"… {', '.join(f'{count} {what}' for what, count in counts.items() if count > 0)}", style="dim")


def _truncate_to_line(text: Text) -> Text:
    """Return the text as one line that is truncated at the width of the screen."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _format_head(node: Node, names: Mapping[str, str], now: datetime, *, live: bool, job: bool = False) -> Text:
    """Return the execution as a line; with `job`, also its job that is running or failed."""
    record = node.record
    name = names.get(node.key, node.machine)
    blocker = find_blocking_task(record.output)
    holder = find_holder(record.output)
    status = BLOCKED if blocker else SKIPPED if holder else record.status
    label = _build_label(name, "bold", status, record.started, record.ended, now)
    if blocker:
        label.append(f"  by {blocker}", "dim")
    if holder:
        label.append(f"  {_describe_holder(holder)}", "dim")
    own = [each for each in record.jobs if each.status != "SUCCEEDED"]
    if record.status != "SUCCEEDED" and not own and record.error:
        label.append(f"  {_shorten_message(f'{record.error}: {record.message}')}", "red")
    if job and own:
        label.append(f"  {own[-1].name} {own[-1].status}  {_shorten_message(own[-1].message)}")
    return _truncate_to_line(label) if live else label


def _describe_holder(arn: str) -> str:
    return f"{read_execution_name(arn)} was running"


def _list_rows(node: Node) -> list[ExecutedJob | str]:
    """Return the run that it waits for, the jobs of the execution, and the names of those not yet started."""
    record = node.record
    awaited = find_awaited_holder(record)
    waiting = [f"waits until {read_execution_name(awaited)} has ended"] if awaited else []
    return [*waiting, *record.jobs, *(record.reading.list_to_come(record) if not node.ended else ())]


def _format_job(job: ExecutedJob, now: datetime, *, live: bool) -> Text:
    label = _build_label(job.name, "", job.status, job.started, job.ended, now)
    if job.attempts > 1:
        label.append(f"  attempt {job.attempts}", "yellow")
    details = [(job.run_id, "dim"), (_shorten_message(job.message), "red")]
    for detail, style in reversed(details) if live else details:  # a truncated line must contain the message
        if detail:
            label.append(f"  {detail}", style)
    return _truncate_to_line(label) if live else label


def _build_label(
    name: str, style: str, status: str, started: datetime | None, ended: datetime | None, now: datetime
) -> Text:
    label = Text.assemble((name, style), " ", (status, STYLES.get(status, "cyan")))
    if started:
        label.append(f"  {format_duration(max(0.0, ((ended or now) - started).total_seconds()))}")
    return label


def _shorten_message(message: str) -> str:
    """Return the message as one line, truncated after 200 characters. The failures at the end show all of it."""
    line = " ".join(message.split())
    return line if len(line) <= _MOST_MESSAGE else f"{line[:_MOST_MESSAGE]}…"
