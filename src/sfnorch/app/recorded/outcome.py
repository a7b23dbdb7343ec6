"""What came of a recorded execution, as the expectations of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.app.recorded.calls import PUBLISH, SET_ALARM, RecordedCalls, name_execution
from sfnorch.json_values import Json, find_value, read_string

if TYPE_CHECKING:
    from sfnorch.app.recorded.job_runs import RecordedActivity, RecordedRun
    from sfnorch.runs.recorded import RecordedExecution

_APART = timedelta(seconds=1)
"""The least time between the end of a run and the start of one in another execution that keeps their order."""
_DRIFT = 0.02
"""The part of the time since the start that is added to it, because a simulated state takes no time."""
_NEVER = datetime.max.replace(tzinfo=timezone.utc)
_NO_FAILURE_EVENT = "States.Runtime"


def describe_outcome(
    root: RecordedExecution, calls: RecordedCalls, activities: Sequence[RecordedActivity]
) -> dict[str, Json]:
    """Return what is expected: the end, the other executions, the jobs, the notifications and the alarms."""
    expected = {key: value for key, value in _describe_end(root).items() if key != "failed_at"}
    if executions := dict(_describe_executions(root, calls)):
        expected["executions"] = executions
    if activities:
        expected["jobs"] = _describe_jobs(root, activities)
    notifications = list(_describe_notifications(calls))
    if notifications or _can_notify(calls):
        expected["notifications"] = notifications
    if alarms := _describe_alarms(calls):
        expected["alarms"] = alarms
    return expected


def _describe_executions(root: RecordedExecution, calls: RecordedCalls) -> Iterator[tuple[str, Json]]:
    """Yield what is expected of the executions with a title; of the first execution, only where it failed."""
    by_title: dict[str, list[RecordedExecution]] = {}
    for each in calls.executions:
        by_title.setdefault(name_execution(each, calls.template), []).append(each.execution)
    for title, executions in by_title.items():
        described: dict[str, Json] = {}
        if len({each.record.status for each in executions}) == 1:  # their order can differ
            described = _describe_end(executions[-1])
        if len(executions) > 1:
            described["count"] = len(executions)
        if executions == [root]:
            described = {key: value for key, value in described.items() if key == "failed_at"}
        if described:
            yield title, described["status"] if described.keys() == {"status"} else described


def _describe_end(execution: RecordedExecution) -> dict[str, Json]:
    record = execution.record
    described: dict[str, Json] = {"status": record.status}
    if record.status == "FAILED":  # another end has the error of who stopped it
        described["error"] = record.error
        if execution.failed_at and record.error != _NO_FAILURE_EVENT:
            described["failed_at"] = execution.failed_at
    return described


def _describe_jobs(root: RecordedExecution, activities: Sequence[RecordedActivity]) -> Json:
    ran: list[Json] = [each.name for each in activities if each.runs]
    described: dict[str, Json] = {"ran": ran}
    runs = [run for each in activities for run in each.runs]
    if len(order := find_order(root, runs)) > 1:
        described["order"] = [*order]
    detailed: dict[str, Json] = {}
    for each in activities:
        own: dict[str, Json] = {"count": len(each.runs)} if len(each.runs) > 1 else {}
        if each.runs and each.runs[-1].status in ("FAILED", "TIMEOUT"):
            own["status"] = each.runs[-1].status
        if own:
            detailed[each.name] = own
    if detailed:
        described["runs"] = detailed
    return described


class _Chain(NamedTuple):
    """The longest chain of runs that ends with a run: its length, its failed runs, and the run before its last."""

    length: int
    failed: int
    before: int | None


def find_order(root: RecordedExecution, runs: Sequence[RecordedRun]) -> list[str]:
    """Return the names in the longest chain of runs that started after one another for a reason.

    That is in the same execution, or some time after the end of a run of another one. Of chains with the same length,
    it is the one with most failed runs.
    """
    ordered = sorted(runs, key=lambda run: run.started)
    chains: list[_Chain] = []
    for index, run in enumerate(ordered):
        before = [other for other in range(index) if _is_after(root, run, ordered[other])]
        best = max(before, key=lambda other: chains[other][:2], default=None)
        length, failed, _ = (0, 0, None) if best is None else chains[best]
        chains.append(_Chain(length + 1, failed + (run.status != "SUCCEEDED"), best))
    at = max(range(len(ordered)), key=lambda index: chains[index][:2], default=None)
    names: list[str] = []
    while at is not None:
        names.append(ordered[at].name)
        at = chains[at].before
    return names[::-1]


def _is_after(root: RecordedExecution, run: RecordedRun, other: RecordedRun) -> bool:
    if other.ended is None or other.ended > run.started:
        return False
    if other.execution is run.execution:
        return True
    begin = root.record.started or run.started
    return run.started - other.ended >= _APART + _DRIFT * (run.started - begin)


def _describe_notifications(calls: RecordedCalls) -> Iterator[Json]:
    for each in calls.list_simulated(*PUBLISH):
        given = each.attempt.parameters
        if subject := read_string(find_value(given, "Subject")):
            yield {"subject": subject}
        elif lines := read_string(find_value(given, "Message")).splitlines():
            yield {"message": {"contains": lines[0]}}


def _can_notify(calls: RecordedCalls) -> bool:
    """Return whether a state of the executions publishes to a topic, and none of these states has a mock."""
    states = [
        (machine.arn, state.name)
        for machine in {each.machine.arn: each.machine for each in calls.executions}.values()
        for state in machine.list_states()
        if any(resource.endswith(PUBLISH) for _, resource in state.list_resources())
    ]
    return bool(states) and {place[:2] for place in calls.mocked}.isdisjoint(states)


def _describe_alarms(calls: RecordedCalls) -> dict[str, Json]:
    """Return the alarms that the executions left in ALARM, by name without that of the stack."""
    last: dict[str, str] = {}
    for each in calls.list_simulated(SET_ALARM):
        given = each.attempt.parameters
        last[read_string(find_value(given, "AlarmName"))] = read_string(find_value(given, "StateValue"))
    return {calls.template.shorten_name(name): state for name, state in last.items() if state == "ALARM"}


def name_failure(root: RecordedExecution, calls: RecordedCalls, activities: Sequence[RecordedActivity]) -> str:
    """Return how the execution ended, in words: what failed in which execution."""
    failed = [each for each in calls.executions if each.execution.record.status == "FAILED"]
    if not failed:
        words = {"SUCCEEDED": "succeeds", "ABORTED": "is stopped", "TIMED_OUT": "times out"}
        return words.get(root.record.status, root.record.status)
    first = min(failed, key=lambda each: each.execution.record.ended or _NEVER)
    jobs = [each.name for each in activities for run in each.failed if run.execution is first.execution]
    what = jobs[-1] if jobs else first.execution.failed_at or first.execution.record.error
    return f"{what} fails in {name_execution(first, calls.template)}"
