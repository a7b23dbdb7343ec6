"""The timeline of a simulated execution: what happens, by time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, groupby
from typing import TypeVar

from sfnorch.durations import format_duration
from sfnorch.protocol.dag import find_blocking_task
from sfnorch.protocol.overlap import SKIPPED, LockState, find_holder
from sfnorch.report.run_context import list_run_lines
from sfnorch.report.simulated.map_runs import is_large, list_large_map_runs, list_map_run_lines
from sfnorch.simulator.events import (
    AlarmChanged,
    Event,
    EventDetail,
    ExecutionEnded,
    ExecutionRedriven,
    ExecutionStarted,
    JobRunEnded,
    JobStartRefused,
    MessageSent,
    StateEntered,
    StateExited,
    StateRetried,
)
from sfnorch.simulator.record import Run
from sfnorch.template.resources import shorten_arn

Detail = TypeVar("Detail", bound=EventDetail)

_LISTED = 3


def list_timeline(run: Run) -> list[tuple[float, str]]:
    """Return the lines of the timeline in order, each with its time in seconds after the start."""
    lines: list[tuple[float, str]] = []
    waiting: set[str] = set()
    children = Counter(execution.parent for execution in run.executions)
    blockers = {each.arn: blocker for each in run.executions if (blocker := find_blocking_task(each.output))}
    holders = {each.arn: find_title(run, holder) for each in run.executions if (holder := find_holder(each.output))}
    hidden = {each.arn for each in run.executions if is_large(each.map_run)}
    items = {each.arn: each.item for each in run.executions if each.item and each.arn not in hidden}
    moments: dict[float, list[Event]] = {}
    for event in run.events:
        if event.execution not in hidden:
            shown = event._replace(machine=items[event.execution]) if event.execution in items else event
            moments.setdefault(event.at, []).append(shown)
    counted: dict[float, list[str]] = {}
    for at, line in chain.from_iterable(map(list_map_run_lines, list_large_map_runs(run))):
        counted.setdefault(at, []).append(line)
    for at in sorted({*moments, *counted}):
        events = moments.get(at, [])
        lines += [(at, line) for line in _list_start_lines(events, children)]
        lines += [(at, line) for line in counted.get(at, ())]
        lines += [(at, line) for line in _list_moment_lines(events, run, blockers, holders)]
        lines += [(at, line) for line in _list_waiting_lines(events, waiting)]
    lines[1:1] = [(0.0, line) for line in list_run_lines(run.first.run, run.first.params)]
    return lines


def find_title(run: Run, arn: str) -> str:
    """Return the title of an execution, or its name if the run does not have it."""
    return next((each.title for each in run.executions if each.arn == arn), shorten_arn(arn))


def _list_start_lines(events: list[Event], children: Counter[str]) -> Iterator[str]:
    """Yield the starts of executions at one point in time."""
    started = _find_kind(events, ExecutionStarted)
    for event, start in started:
        if not start.parent:
            yield f"{event.machine} starts"
    for parent, group in groupby(started, key=lambda each: each[1].parent):
        if parent:
            together = [event for event, _ in group]
            yield f"{_format_all(together, children, parent)} start" + ("" if len(together) > 1 else "s")


def _list_moment_lines(
    events: list[Event], run: Run, blockers: dict[str, str], holders: dict[str, str]
) -> Iterator[str]:
    """Yield what happens at one point in time after the starts: failures, alarms, notifications, and ends."""
    for event, _ in _find_kind(events, ExecutionRedriven):
        yield f"{event.machine} is redriven"
    for event, refused in _find_kind(events, JobStartRefused):
        yield f"{event.machine}: start of {refused.job} rejected: {refused.error}"
    for event, retried in _find_kind(events, StateRetried):
        again = format_duration(retried.delay)
        yield f"{event.machine}: {event.state} is retried in {again} (attempt {retried.attempt + 1})"
    for event, job_run in _find_kind(events, JobRunEnded):
        if job_run.status != "SUCCEEDED":
            message = f": {job_run.message}" if job_run.message else ""
            yield f"{event.machine}: {job_run.job} {job_run.status}{message}"
    for _, change in _find_kind(events, AlarmChanged):
        if change.after == "ALARM":
            muted = f", muted by {change.muted_by}" if change.muted_by else ""
            yield f"alarm {change.alarm} → ALARM: {change.reason}{muted}"
    yield from _list_end_lines(run, events, blockers, holders)


def _list_waiting_lines(events: list[Event], waiting: set[str]) -> Iterator[str]:
    """Yield a line for each execution that begins to wait for another run, and add it to `waiting`."""
    for event, _ in _find_kind(events, StateEntered):
        if event.state == LockState.WAIT_FOR_HOLDER and event.execution not in waiting:
            waiting.add(event.execution)
            yield f"{event.machine} waits until the other run has ended"


def _find_kind(events: list[Event], kind: type[Detail]) -> list[tuple[Event, Detail]]:
    """Return the events of a kind, each with its details."""
    return [(event, event.detail) for event in events if isinstance(event.detail, kind)]


def _list_end_lines(run: Run, events: list[Event], blockers: dict[str, str], holders: dict[str, str]) -> Iterator[str]:
    """Yield the ends of executions: each failure, then all successes together, and executions without a parent last."""
    ended, roots = _find_kind(events, ExecutionEnded), [each.arn for each in run.executions if not each.parent]
    for event, end in ended:
        if event.execution not in roots and end.status != "SUCCEEDED":
            yield _end(event, end)
        elif event.execution in holders:
            yield f"{event.machine} {SKIPPED}: {holders[event.execution]} is running"
    blocked: dict[str, list[str]] = {}
    for event, _ in ended:
        if event.execution in blockers:
            blocked.setdefault(blockers[event.execution], []).append(event.machine)
    for blocker, names in blocked.items():
        yield f"{_join_names(names)} BLOCKED by {blocker}"
    well = [
        event.machine
        for event, end in ended
        if event.execution not in (*roots, *blockers, *holders) and end.status == "SUCCEEDED"
    ]
    if well:
        yield f"{_join_names(well)} SUCCEEDED"
    for event in events:
        match event.detail:
            case StateExited(branches=int() as branches) if branches > 1:
                yield f"{event.machine}: {event.state} completes"
            case MessageSent(topic=topic, subject=subject):
                yield f"{event.machine} notifies {shorten_arn(topic)}: {subject}"
    for event, end in ended:
        if event.execution in roots and event.execution not in holders:
            yield _end(event, end)


def _end(event: Event, end: ExecutionEnded) -> str:
    return f"{event.machine} {end.status}" + (f": {end.error}" if end.error else "")


def _format_all(started: list[Event], children: Counter[str], parent: str) -> str:
    """Return the names of executions that start together; `all 5 children` for all executions of the parent."""
    names = [event.machine for event in started]
    if len(names) == children[parent] and len(names) > 1:
        return f"all {len(names)} children"
    return _join_names(names)


def _join_names(names: list[str]) -> str:
    if len(set(names)) == 1 and len(names) > 1:
        return f"{len(names)} executions of {names[0]}"
    if len(names) <= _LISTED:
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: _LISTED - 1])} and {len(names) - _LISTED + 1} others"
