"""An execution on AWS as text: a tree of executions and jobs, with their bars over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.console import RenderableType
from rich.tree import Tree

from sfnorch.console import Text
from sfnorch.protocol.dag import find_blocking_task
from sfnorch.protocol.overlap import find_holder
from sfnorch.report.followed.items import count_item_rows, list_item_rows, list_more_rows
from sfnorch.report.followed.tree_chart import ActivityRow, RowAttempt, TreeChart
from sfnorch.report.messages import shorten_message
from sfnorch.report.run_context import list_run_lines
from sfnorch.report.skipped_runs import describe_holder, find_shown_status
from sfnorch.report.tones import find_style
from sfnorch.runs.executions import read_execution_name
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.kinds.master_child import list_skipped
from sfnorch.runs.lock import find_awaited_holder
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import RunTree

_WELL = 2


def render_tree(tree: RunTree, names: Mapping[str, str], now: datetime, *, height: int | None = None) -> RenderableType:
    """Return the tree of executions and jobs below a time axis; with `height`, at most that many lines.

    With `height`, each row is one line. If there are too many rows, the tree shows what failed, what is running, and
    the number of successes. The axis has times of the day in the time zone of `now`.
    """
    chart = _create_chart(tree, now, is_live=height is not None)
    drawing = _Drawing(chart, names, now)
    if height is None:
        chart.trees = [drawing.build_root(root) for root in tree.roots]
        return chart
    height -= chart.has_axis
    if sum(_count_rows(root) + len(_list_run_lines(root)) for root in tree.roots) <= height:
        chart.trees = [drawing.build_root(root) for root in tree.roots]
    elif len(tree.roots) == 1:
        chart.trees = [drawing.build_short_branch(tree.roots[0], height)]
    else:
        roots = sorted(tree.roots, key=_rank_node)
        heads = [Tree(drawing.draw_execution(root, job=True)) for root in roots[: height - 1]]
        well = sum(_rank_node(root) == _WELL for root in roots[height - 1 :])
        chart.trees = [*heads, _format_unseen({"more": len(roots) - len(heads) - well, "succeeded": well})]
    return chart


def _create_chart(tree: RunTree, now: datetime, *, is_live: bool) -> TreeChart:
    """Return the chart for the time from the first start to the last end, or until now."""
    nodes = [node for root in tree.roots for node in root.list_nodes()]
    begin = min((node.record.started for node in nodes if node.record.started), default=now)
    end = max((node.record.ended or now for node in nodes if node.record.started), default=now)
    return TreeChart(begin.astimezone(now.tzinfo), end, is_live=is_live)


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


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Builds the rows of a chart."""

    chart: TreeChart
    names: Mapping[str, str]
    now: datetime

    def build_root(self, root: Node) -> Tree:
        """Return the execution as a branch, with its run first."""
        branch = self._build_branch(root)
        branch.children[:0] = [Tree(self.chart.fit(line)) for line in _list_run_lines(root)]
        return branch

    def _build_branch(self, node: Node) -> Tree:
        """Return the execution with its jobs, also those not yet started, and the executions that it started."""
        branch = Tree(self.draw_execution(node))
        for row in _list_rows(node):
            branch.add(self.chart.fit(Text(row, style="dim")) if isinstance(row, str) else self._draw_job(node, row))
        if children := list_skipped(node.record):
            branch.add(self.chart.fit(Text(f"skipped: {', '.join(children)}", style="dim")))
        for machine, why in node.record.refused_executions.values():
            parts = (machine, (" not started", "bold red"), (f"  {shorten_message(why)}", "red"))
            branch.add(self.chart.fit(Text.assemble(*parts)))
        for line in list_item_rows(node, live=self.chart.is_live):
            branch.add(line)
        for child in node.children:
            if child in node.failed_items:
                branch.add(self._format_item(child))
            else:
                branch.children.append(self._build_branch(child))
        for more in list_more_rows(node):
            branch.add(more)
        if node.joined and node.machine == node.joined[0].machine:  # otherwise it is a master, which waits for all
            joined = f"needs too: {', '.join(self.names.get(child.key, '') for child in node.joined)}"
            branch.add(self.chart.fit(Text(joined, style="dim")))
        return branch

    def build_short_branch(self, node: Node, height: int) -> Tree:
        """Return the execution in at most `height` lines: failures, what is running, and the number of successes."""
        branch = Tree(self.draw_execution(node))
        below = sorted((child for child in node.list_nodes() if child is not node), key=_rank_node)
        lines = [self.draw_execution(child, job=True) for child in below if _rank_node(child) < _WELL]
        lines += [self._draw_job(node, job) for job in node.record.jobs if job.status != "SUCCEEDED"]
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

    def draw_execution(self, node: Node, *, job: bool = False) -> ActivityRow:
        """Return the row of the execution; with `job`, also with its job that is running or failed."""
        record, details = node.record, []
        blocker, holder = find_blocking_task(record.output), find_holder(record.output)
        own = [each for each in record.jobs if each.status != "SUCCEEDED"]
        if blocker:
            details.append(Text(f"by {blocker}", style="dim"))
        if holder:
            details.append(Text(describe_holder(read_execution_name(holder)), style="dim"))
        if record.status != "SUCCEEDED" and not own and record.error:
            details.append(Text(shorten_message(f"{record.error}: {record.message}"), style="red"))
        if job and own:
            details += [Text(f"{own[-1].name} {own[-1].status}"), Text(shorten_message(own[-1].message))]
        return ActivityRow(
            self.chart,
            Text(self.names.get(node.key, node.machine), style="bold"),
            find_shown_status(record.status, record.output),
            record.started,
            record.ended or self.now,
            list(filter(None, details)),
        )

    def _draw_job(self, node: Node, job: ExecutedJob) -> ActivityRow:
        """Return the row of the job; a live row does not show the ID of the job run, for which a line is too short."""
        details = [
            Text(f"attempt {job.attempts}" if job.attempts > 1 else "", style="yellow"),
            Text("" if self.chart.is_live else job.run_id, style="dim"),
            Text(shorten_message(job.message), style="red"),
        ]
        ended = job.ended or (node.record.ended if job.cut_off else None) or self.now
        shown, attempts = list(filter(None, details)), list(_list_attempts(job, ended))
        return ActivityRow(self.chart, Text(job.name), job.status, job.started, ended, shown, attempts)

    def _format_item(self, node: Node) -> Text:
        """Return an item that failed as a line: its name, the job, the job run and the message."""
        record = node.record
        label = Text.assemble((self.names[node.key], "bold"), " ", (record.status, find_style(record.status)))
        message = shorten_message(record.message)
        for job in record.jobs:
            label.append(f"  {job.name}")
        details = [*((job.run_id, "dim") for job in record.jobs), (message or record.error, "red")]
        for detail, style in reversed(details) if self.chart.is_live else details:
            if detail:
                label.append(f"  {detail}", style)
        return self.chart.fit(label)


def _list_attempts(job: ExecutedJob, ended: datetime) -> Iterator[RowAttempt]:
    """Yield the attempts of the job, if it has several, or its only one has waited."""
    if not job.retried and not job.waiting:
        return
    for each in job.retried:
        if each.started and each.ended:
            yield RowAttempt(status=each.status, started=each.started, ended=each.ended, waiting=each.waiting or 0.0)
    if started := job.attempt_started or job.started:
        yield RowAttempt(status=job.status, started=started, ended=ended, waiting=job.waiting or 0.0)


def _rank_node(node: Node) -> int:
    """Return the rank of an execution for a small screen: 0 for failed, 1 for running, 2 for succeeded."""
    status = node.record.status
    return 1 if status == "RUNNING" else _WELL if status == "SUCCEEDED" else 0


def _format_unseen(counts: Mapping[str, int]) -> Text:
    return Text(f"… {', '.join(f'{count} {what}' for what, count in counts.items() if count > 0)}", style="dim")


def _list_rows(node: Node) -> list[ExecutedJob | str]:
    """Return the run that it waits for, the jobs of the execution, and the names of those not yet started."""
    record = node.record
    awaited = find_awaited_holder(record)
    waiting = [f"waits until {read_execution_name(awaited)} has ended"] if awaited else []
    return [*waiting, *record.jobs, *(record.reading.list_to_come(record) if not node.ended else ())]
