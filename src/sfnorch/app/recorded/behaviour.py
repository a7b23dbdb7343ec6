"""The behaviour of the jobs of a recorded execution, as a scenario has it: failures, durations, refused starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sfnorch.app.recorded.job_runs import FULL, THROTTLED, RecordedActivity, RecordedRun
from sfnorch.json_values import Json
from sfnorch.scenarios.writing import Comments

_BY_DURATION = ("STOPPED", "TIMED_OUT", "TIMEOUT")
"""The ends of runs that their duration causes, and not a failure."""


def describe_activities(activities: Iterable[RecordedActivity]) -> tuple[dict[str, Json], Comments]:
    """Return the failures, durations and refused starts by job, and comments on them by their keys."""
    failures: dict[str, Json] = {}
    durations: dict[str, Json] = {}
    throttles: dict[str, Json] = {}
    concurrent: dict[str, Json] = {}
    missing: list[Json] = []
    comments: dict[tuple[str | int, ...], Sequence[str]] = {}
    for each in activities:
        failed = [run for run in each.failed if run.status not in _BY_DURATION]
        if failed:
            failures[each.name] = _describe_failure(each, failed)
        if each.runs:
            durations[each.name] = format_seconds(each.seconds)
            texts = list(dict.fromkeys(format_seconds(run.seconds) for run in each.runs))
            if len(texts) > 1:
                comments["durations", each.name] = [f"The mean of {len(each.runs)} runs: {', '.join(texts)}."]
        if each.refused:
            throttles[each.name] = len(each.refused)
            if other := [error for error in dict.fromkeys(each.refused) if error != THROTTLED]:
                comments["throttles", each.name] = [f"Refused with {', '.join(other)}."]
        if (peak := each.peak) > 1 and each.is_job:
            # in a simulation, which starts runs at once, more of them can overlap
            concurrent[each.name] = peak if FULL in each.refused else len(each.runs)
            comments["concurrent_runs", each.name] = [f"{peak} runs overlapped."]
        if each.is_missing:
            missing.append(each.name)
    sections: tuple[tuple[str, Json], ...] = (
        ("failures", failures),
        ("durations", durations),
        ("throttles", throttles),
        ("concurrent_runs", concurrent),
        ("unknown_jobs", missing),
    )
    return {name: value for name, value in sections if value}, comments


def _describe_failure(activity: RecordedActivity, failed: Sequence[RecordedRun]) -> Json:
    """Return the failures of a job: `always` unless a later run succeeded, with the last message."""
    described: dict[str, Json] = {}
    if len(failed) < len(activity.runs):
        described["times"] = len(failed)
    if failed[-1].message:
        described["message"] = failed[-1].message
    return described or "always"


def format_seconds(seconds: float) -> str:
    """Return a duration as a scenario has it: `1.5s`, `20m`, `1h5m20s`; at least 0.1 s."""
    if seconds < 10:
        return f"{max(0.1, round(seconds, 1)):g}s"
    hours, rest = divmod(round(seconds), 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)
