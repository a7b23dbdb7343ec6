"""The timeline of a simulated execution: what happens, by time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from sfnorch.durations import duration
from sfnorch.protocol.dag import blocking_task
from sfnorch.report.names import short_name
from sfnorch.simulator.record import Event, Run, What

_LISTED = 3


def timeline(run: Run) -> list[tuple[float, str]]:
    """Return the lines of the timeline in order, each with its time in seconds after the start."""
    lines: list[tuple[float, str]] = []
    children = Counter(execution.parent for execution in run.executions)
    blockers = {each.arn: blocker for each in run.executions if (blocker := blocking_task(each.output))}
    for at, events in groupby(run.events, key=lambda event: event.at):
        lines += [(at, line) for line in _moment(list(events), run, children, blockers)]
    return lines


def _moment(events: list[Event], run: Run, children: Counter[str], blockers: dict[str, str]) -> Iterator[str]:
    """Yield the lines of one point in time: starts, failures, alarms, notifications, and ends."""
    by_kind: dict[What, list[Event]] = {}
    for event in events:
        by_kind.setdefault(event.what, []).append(event)
    started = by_kind.get(What.EXECUTION_STARTED, [])
    for event in started:
        if not event.detail["parent"]:
            yield f"{event.machine} starts"
    for parent, group in groupby(started, key=lambda event: str(event.detail["parent"])):
        if parent:
            yield f"{_all(list(group), children, parent)} start" + ("" if len(started) > 1 else "s")
    for event in by_kind.get(What.JOB_START_REFUSED, []):
        yield f"{event.machine}: start of {event.detail['job']} rejected: {event.detail['error']}"
    for event in by_kind.get(What.STATE_RETRIED, []):
        again = duration(event.detail["delay"])
        yield f"{event.machine}: {event.state} is retried in {again} (attempt {event.detail['attempt'] + 1})"
    for event in by_kind.get(What.JOB_RUN_ENDED, []):
        if event.detail["status"] != "SUCCEEDED":
            message = f": {event.detail['message']}" if event.detail["message"] else ""
            yield f"{event.machine}: {event.detail['job']} {event.detail['status']}{message}"
    for event in by_kind.get(What.ALARM_CHANGED, []):
        if event.detail["after"] == "ALARM":
            yield f"alarm {event.detail['alarm']} → ALARM: {event.detail['reason']}"
    yield from _ends(by_kind.get(What.EXECUTION_ENDED, []), run, events, blockers)


def _ends(ended: list[Event], run: Run, events: list[Event], blockers: dict[str, str]) -> Iterator[str]:
    """Yield the ends of executions: each failure, then all successes together, and the first execution last."""
    first = run.first.arn
    for event in ended:
        if event.execution != first and event.detail["status"] != "SUCCEEDED":
            error = f": {event.detail['error']}" if event.detail["error"] else ""
            yield f"{event.machine} {event.detail['status']}{error}"
    blocked: dict[str, list[str]] = {}
    for event in ended:
        if event.execution in blockers:
            blocked.setdefault(blockers[event.execution], []).append(event.machine)
    for blocker, names in blocked.items():
        yield f"{_named(names)} BLOCKED by {blocker}"
    well = [
        event
        for event in ended
        if event.execution != first and event.execution not in blockers and event.detail["status"] == "SUCCEEDED"
    ]
    if well:
        yield f"{_named([event.machine for event in well])} SUCCEEDED"
    for event in events:
        if event.what is What.STATE_EXITED and event.detail.get("branches", 0) > 1:
            yield f"{event.machine}: {event.state} completes"
        if event.what is What.MESSAGE_SENT:
            yield f"{event.machine} notifies {short_name(event.detail['topic'])}: {event.detail['subject']}"
    for event in ended:
        if event.execution == first:
            error = f": {event.detail['error']}" if event.detail["error"] else ""
            yield f"{event.machine} {event.detail['status']}{error}"


def _all(started: list[Event], children: Counter[str], parent: str) -> str:
    """Return the names of executions that start together; `all 5 children` for all executions of the parent."""
    names = [event.machine for event in started]
    if len(names) == children[parent] and len(names) > 1:
        return f"all {len(names)} children"
    return _named(names)


def _named(names: list[str]) -> str:
    if len(set(names)) == 1 and len(names) > 1:
        return f"{len(names)} executions of {names[0]}"
    if len(names) <= _LISTED:
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: _LISTED - 1])} and {len(names) - _LISTED + 1} others"
