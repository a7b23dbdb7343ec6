"""Executions on AWS, with their jobs, as a run to draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from sfnorch.app.run_alarms import RunAlarms
from sfnorch.aws.links import build_execution_link, build_logs_link
from sfnorch.critical_path import find_critical_path
from sfnorch.durations import format_duration
from sfnorch.json_values import Json
from sfnorch.protocol.dag import find_blocking_task
from sfnorch.protocol.overlap import find_holder
from sfnorch.report.followed.document import find_logs_link
from sfnorch.report.pictures.attempts import WAITING, list_attempt_facts, select_attempts
from sfnorch.report.pictures.drawn_run import (
    DrawnActivity,
    DrawnAttempt,
    DrawnFailure,
    DrawnRun,
    Link,
)
from sfnorch.report.pictures.followed_moments import MOST_NOTIFICATIONS, draw_alarms, draw_messages, list_timeline
from sfnorch.report.pictures.followed_states import list_machines
from sfnorch.report.pictures.values import MOST_MOMENTS, describe_left_out, list_values
from sfnorch.report.skipped_runs import describe_holder, find_shown_status
from sfnorch.runs.executions import make_machine_arn, read_execution_name
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import Failure, RunTree

_KINDS = {"job": "job run", "workflow": "Glue workflow run"}


def draw_tree(
    tree: RunTree,
    titles: Mapping[str, str],
    now: datetime,
    *,
    definitions: Mapping[str, Mapping[str, Json]] | None = None,
    alarms: RunAlarms | None = None,
    resume: Sequence[str] = (),
) -> DrawnRun:
    """Return the executions as a run to draw.

    `titles` are the titles of the executions by the keys of their nodes, `definitions` those of the state machines by
    their ARNs, `alarms` the changes of their alarms, and `resume` the commands that resume what failed.
    """
    nodes = [node for root in tree.roots for node in root.list_nodes()]
    begin = min((node.record.started for node in nodes if node.record.started), default=now).astimezone(timezone.utc)
    drawing = _Drawing(titles, begin)
    activities = [drawing.draw_node(root) for root in tree.roots]
    end = max((now if node.record.ended is None else node.record.ended for node in nodes), default=now)
    length = max((end - begin).total_seconds(), 0.0)
    critical = _mark_critical_path(activities, length)
    alarms = alarms or RunAlarms()
    notifications, changes = draw_messages(nodes, titles, begin), draw_alarms(alarms.changes, begin)
    timeline = list_timeline(activities, notifications, changes)
    root = tree.last_roots[0]
    run = DrawnRun(
        title=f"Execution {root.name} of {root.machine}",
        status=root.record.status,
        activities=activities,
        begin=begin,
        end=length,
        figures=_list_figures(nodes, length, critical),
        failures=[drawing.draw_failure(failure) for failure in tree.find_failures()],
        notifications=notifications[:MOST_NOTIFICATIONS],
        alarms=changes,
        timeline=timeline[:MOST_MOMENTS],
        commands=resume,
        notes=[alarms.note] if alarms.note else [],
    )
    start = begin.timestamp()
    run.machines = list(
        list_machines(nodes, definitions or {}, titles, lambda at: run.format_moment(max(at - start, 0.0)))
    )
    run.left_out += describe_left_out(len(timeline), "lines of the timeline")
    run.left_out += [alarms.left_out] if alarms.left_out else []
    if (count := sum(node.record.messages.count for node in nodes)) > len(run.notifications):
        run.left_out.append(f"The report shows the first {len(run.notifications):,} of {count:,} notifications.")
    return run


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The titles of the executions, and the start of the run."""

    titles: Mapping[str, str]
    begin: datetime
    drawn: dict[int, DrawnActivity] = field(default_factory=dict)
    """The activity of each execution and job, by the ID of that object."""

    def draw_node(self, node: Node) -> DrawnActivity:
        """Return the execution with its jobs and those that it started, by their starts."""
        record = node.record
        blocker, holder = find_blocking_task(record.output), find_holder(record.output)
        parts = [*(self._draw_job(node, job) for job in record.jobs), *map(self.draw_node, node.children)]
        facts = {
            "Name": node.name,
            "Items": node.items.describe() if node.items else "",
            "States": f"{len(record.entered):,} entered",
        }
        values: dict[str, Json] = {"Input": record.input, "Output": record.output}
        if record.params:
            values["Parameters"] = dict(record.params)
        started = self._measure(record.started)
        message = f"blocked by {blocker}" if blocker else record.message
        self.drawn[id(node)] = DrawnActivity(
            kind="execution",
            name=self.titles.get(node.key, node.machine),
            status=find_shown_status(record.status, record.output),
            started=started or 0.0,
            ended=self._measure(record.ended),
            error=record.error,
            message=describe_holder(read_execution_name(holder)) if holder else message,
            facts=list_values(facts, values),
            links=[Link("Execution", build_execution_link(node.arn))],
            parts=sorted(parts, key=lambda part: part.started),
            machine=make_machine_arn(node.arn),
        )
        return self.drawn[id(node)]

    def _draw_job(self, node: Node, job: ExecutedJob) -> DrawnActivity:
        started = self._measure(job.started)
        if started is None:
            started = self._measure(node.record.started) or 0.0
        ended = self._measure(job.ended or (node.record.ended if job.cut_off else None))
        attempts = [*self._list_retried(job, started), self._draw_last_attempt(job, started, ended)]
        has_logs = job.of_glue and job.run_id
        self.drawn[id(job)] = DrawnActivity(
            kind=_KINDS.get(job.kind, job.kind),
            name=job.name,
            status=job.status,
            started=started,
            ended=ended,
            message=job.message,
            facts=list_values({"Run ID": job.run_id, **list_attempt_facts(attempts)}, {}),
            attempts=select_attempts(attempts),
            links=[Link("Error log", build_logs_link(node.arn, job.run_id, job.log_group))] if has_logs else [],
        )
        return self.drawn[id(job)]

    def _list_retried(self, job: ExecutedJob, started: float) -> Iterator[DrawnAttempt]:
        for attempt in job.retried:
            begun = self._measure(attempt.started)
            yield DrawnAttempt(
                number=attempt.number,
                status=attempt.status,
                started=started if begun is None else begun,
                ended=self._measure(attempt.ended),
                run_id=attempt.run_id,
                message=attempt.message,
                waiting=attempt.waiting,
            )

    def _draw_last_attempt(self, job: ExecutedJob, started: float, ended: float | None) -> DrawnAttempt:
        begun = self._measure(job.attempt_started)
        return DrawnAttempt(
            number=job.attempts,
            status=job.status,
            started=started if begun is None else begun,
            ended=ended,
            run_id=job.run_id,
            message=job.message,
            waiting=job.waiting,
        )

    def draw_failure(self, failure: Failure) -> DrawnFailure:
        """Return the root cause with its activity, which is drawn already."""
        job, node = failure.job, failure.node
        links = [Link("Execution", build_execution_link(node.arn))]
        if logs := find_logs_link(failure):
            links.insert(0, Link("Error log", logs))
        if failure.refused:
            what = f"{failure.refused} could not be started"
        else:
            what = f"{job.name} {job.status}" if job else node.record.status
        return DrawnFailure(
            where=self.titles.get(node.key, node.machine),
            what=what,
            message=failure.message,
            links=links,
            activity=self.drawn.get(id(job or node)),
        )

    def _measure(self, at: datetime | None) -> float | None:
        """Return the seconds from the start of the run to a time."""
        return None if at is None else max((at - self.begin).total_seconds(), 0.0)


def _mark_critical_path(activities: Sequence[DrawnActivity], now: float) -> list[str]:
    """Mark the activities on the critical path of the execution that ends last, and return their names."""
    last = max(activities, key=lambda activity: activity.find_end(now))
    path = find_critical_path(last, lambda each: each.parts, lambda each: (each.started, each.find_end(now)))
    for activity in path:
        activity.is_critical = True
    return [activity.name for activity in path]


def _list_figures(nodes: Sequence[Node], length: float, critical: Sequence[str]) -> dict[str, str]:
    statuses = Counter(node.record.status for node in nodes)
    jobs = [job for node in nodes for job in node.record.jobs]
    return {
        "wall time": format_duration(length),
        "critical path": " → ".join(critical) or "no job run",
        "executions": ", ".join(f"{count:,} {status}" for status, count in statuses.most_common()),
        "job runs": ", ".join(f"{count:,} {status}" for status, count in Counter(j.status for j in jobs).most_common())
        or "none",
        **_list_waiting([job for job in jobs if job.of_glue]),
    }


def _list_waiting(jobs: Sequence[ExecutedJob]) -> dict[str, str]:
    """Return the figure of how long the runs of Glue jobs waited, of all attempts; none if it is unknown for all."""
    waiting = [attempt.waiting for job in jobs for attempt in job.earlier]
    waiting += [job.waiting for job in jobs if job.run_id]
    known = [seconds for seconds in waiting if seconds is not None]
    if not known:
        return {}
    unknown = len(waiting) - len(known)
    return {WAITING: f"{format_duration(sum(known))} in all" + (f", unknown for {unknown:,} runs" if unknown else "")}
