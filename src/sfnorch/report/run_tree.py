"""A live run as a person reads it: a tree of executions and jobs, a line for each change, what failed; and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from sfnorch.aws.executions import execution_name
from sfnorch.aws.history import Job
from sfnorch.aws.links import execution_link, logs_link
from sfnorch.aws.run_tree import Failure, News, Node, RunTree
from sfnorch.report.durations import duration
from sfnorch.report.status import STYLES

_MOST_MESSAGE = 200


def titles(tree: RunTree, stack_name: str = "") -> dict[str, str]:
    """What each execution is called, by its ARN: its machine's name without the stack's.

    Where the stack's name isn't known, without the words that all machines' names begin with. Several executions of
    one machine are called by their own names as well.
    """
    nodes = [node for root in tree.roots for node in root.walk()]
    machines = [node.machine.split("-") for node in nodes]
    columns = (
        zip(*(words[:-1] for words in machines), strict=False) if len({node.machine for node in nodes}) > 1 else ()
    )
    begin = sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, columns))
    names = {
        node.arn: node.machine.removeprefix(f"{stack_name}-")
        if node.machine.startswith(f"{stack_name}-")
        else "-".join(node.machine.split("-")[begin:])
        for node in nodes
    }
    several = len(names) != len(set(names.values()))
    return {arn: f"{name} {execution_name(arn)}" if several else name for arn, name in names.items()}


def rendered(tree: RunTree, names: Mapping[str, str], now: datetime, *, height: int | None = None) -> RenderableType:
    """The run as a tree; where that has more lines than `height`, jobs that went well are counted, not listed."""
    lines = sum(1 + len(_rows(node)) for root in tree.roots for node in root.walk())
    short = height is not None and lines > height
    return Group(*(_branch(root, names, now, short=short) for root in tree.roots))


def news_lines(news: Iterable[News], names: Mapping[str, str]) -> Iterator[Text]:
    """A line for each change: the time of day, which execution, which job, what became of it."""
    for item in news:
        change = item.change
        line = Text.assemble((f"{change.at.astimezone():%H:%M:%S}  ", "dim"), (names[item.node.arn], "bold"), "  ")
        if change.job:
            line.append(f"{change.job} ")
        line.append(change.status, STYLES.get(change.status, ""))
        for detail in (change.run_id, _short(change.message)):
            if detail:
                line.append(f"  {detail}", "dim")
        yield line


def print_failures(failures: Sequence[Failure], names: Mapping[str, str], console: Console) -> None:
    """Prints who failed, at which job, why, and where to look."""
    for failure in failures:
        arn = failure.node.arn
        at = f": job {failure.job.name} {failure.job.status}" if failure.job else f": {failure.node.record.status}"
        console.print()
        console.print(Text.assemble((names[arn], "bold red"), at), soft_wrap=True)
        for line in failure.message.splitlines():
            console.print(Text(f"  {line}"), soft_wrap=True)
        if failure.job and failure.job.run_id:
            console.print(Text(f"  Job run: {failure.job.run_id}"), soft_wrap=True)
            console.print(Text(f"  Logs: {logs_link(arn, failure.job.run_id)}"), soft_wrap=True)
        console.print(Text(f"  Execution: {execution_link(arn)}"), soft_wrap=True)


def tree_data(tree: RunTree) -> dict[str, Any]:
    """The run as data: `{executions: [{machine, arn, status, …, jobs, children}], failures: [{…}]}`, times in ISO."""
    return {
        "executions": [_node_data(root) for root in tree.roots],
        "failures": [
            {
                "machine": failure.node.machine,
                "execution": failure.node.arn,
                "job": failure.job.name if failure.job else None,
                "runId": failure.job.run_id if failure.job and failure.job.run_id else None,
                "message": failure.message,
                "link": execution_link(failure.node.arn),
                "logs": logs_link(failure.node.arn, failure.job.run_id) if failure.job and failure.job.run_id else None,
            }
            for failure in tree.failures()
        ],
    }


def _node_data(node: Node) -> dict[str, Any]:
    record = node.record
    return {
        "machine": node.machine,
        "arn": node.arn,
        "status": record.status,
        "started": _iso(record.started),
        "ended": _iso(record.ended),
        "error": record.error or None,
        "message": record.message or None,
        "input": record.input,
        "output": record.output,
        "jobs": [
            {
                "job": job.name,
                "status": job.status,
                "runId": job.run_id or None,
                "message": job.message or None,
                "attempts": job.attempts,
                "started": _iso(job.started),
                "ended": _iso(job.ended),
            }
            for job in record.jobs
        ],
        "children": [_node_data(child) for child in node.children],
    }


def _branch(node: Node, names: Mapping[str, str], now: datetime, *, short: bool) -> Tree:
    record = node.record
    label = _label(names[node.arn], "bold", record.status, record.started, record.ended, now)
    if record.status != "SUCCEEDED" and not any(job.status != "SUCCEEDED" for job in record.jobs) and record.error:
        label.append(f"  {_short(f'{record.error}: {record.message}')}", "red")
    branch = Tree(label)
    well = 0
    for row in _rows(node):
        if isinstance(row, str):
            if not short:
                branch.add(Text(row, style="dim"))
        elif short and row.status == "SUCCEEDED":
            well += 1
        else:
            branch.add(_job(row, now))
    if well:
        label.append(f"  {well} of {len(_rows(node))} jobs done", "dim")
    if node.skipped:
        branch.add(Text(f"skipped: {', '.join(node.skipped)}", style="dim"))
    for child in node.children:
        branch.children.append(_branch(child, names, now, short=short))
    return branch


def _rows(node: Node) -> list[Job | str]:
    """The jobs of the execution, and the names of those that are still to come."""
    record = node.record
    return [*record.jobs, *(record.planned[len(record.jobs) :] if not node.ended else ())]


def _job(job: Job, now: datetime) -> Text:
    label = _label(job.name, "", job.status, job.started, job.ended, now)
    if job.attempts > 1:
        label.append(f"  attempt {job.attempts}", "yellow")
    if job.run_id:
        label.append(f"  {job.run_id}", "dim")
    if job.message:
        label.append(f"  {_short(job.message)}", "red")
    return label


def _label(name: str, style: str, status: str, started: datetime | None, ended: datetime | None, now: datetime) -> Text:
    label = Text.assemble((name, style), " ", (status, STYLES.get(status, "cyan")))
    if started:
        label.append(f"  {duration(max(0.0, ((ended or now) - started).total_seconds()))}")
    return label


def _short(message: str) -> str:
    """The message in one line, cut where it is long: it stands whole at the end."""
    line = " ".join(message.split())
    return line if len(line) <= _MOST_MESSAGE else f"{line[:_MOST_MESSAGE]}…"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
