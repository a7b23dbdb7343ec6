"""Large Map runs in a simulation as text: counts instead of a line for each child execution, and the first failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sfnorch.json_values import parse_json, read_mapping, read_string
from sfnorch.simulator.record import MapRunRecord, Run

_MOST_LISTED = 100
"""The largest Map run whose child executions are listed."""

_MOST_FAILURES = 5
_MOST_COUNTS = 10
_PARTS = 4
_LONGEST_CAUSE = 300


def list_large_map_runs(run: Run) -> list[MapRunRecord]:
    """Return the Map runs whose child executions are counted and not listed, in the order of their starts."""
    return list(filter(is_large, run.map_runs))


def is_large(map_run: MapRunRecord | None) -> bool:
    """Return whether the child executions of the Map run are counted and not listed."""
    return map_run is not None and map_run.count > _MOST_LISTED


def find_end(map_run: MapRunRecord) -> float:
    """Return when the last child execution ended."""
    return max(map_run.ended, default=map_run.started)


def count_statuses(map_run: MapRunRecord) -> str:
    """Return the number of child executions with each status, in words."""
    found = Counter(child.status for child in map_run.children.values())
    words = [f"{count:,} {status}" for status, count in found.most_common()]
    if waiting := map_run.count - found.total():
        words.append(f"{waiting:,} not started")
    return ", ".join(words)


def has_failures(map_run: MapRunRecord) -> bool:
    """Return whether a child execution failed."""
    return bool(map_run.failures)


def list_map_run_lines(map_run: MapRunRecord) -> Iterator[tuple[float, str]]:
    """Yield the lines of the timeline: the start, what failed, parts of the child executions, and the end."""
    title = map_run.title
    yield map_run.started, f"{title} starts {map_run.count:,} executions"
    for (job, status, message), span in list(map_run.counts.items())[:_MOST_COUNTS]:
        if "." in status:
            noun = "start" if span.times == 1 else "starts"
            yield span.first, f"{title}: {span.times:,} {noun} of {job} rejected from now on: {status}"
        else:
            noun = "run" if span.times == 1 else "runs"
            yield (
                span.first,
                f"{title}: {span.times:,} {noun} of {job} {status} from now on: {message}".removesuffix(": "),
            )
    for child in map_run.failures[:_MOST_FAILURES]:
        error = f": {child.error}" if child.error else ""
        yield child.ended or map_run.started, f"{child.item or child.title} {child.status}{error}"
    ended = sorted(map_run.ended)
    counts = [map_run.count * part // _PARTS for part in range(1, _PARTS)]
    parts = {ended[count - 1]: count for count in counts if count <= len(ended)}
    for at, count in parts.items():
        if at < find_end(map_run):
            yield at, f"{title}: {count:,} of {map_run.count:,} executions have ended"
    yield find_end(map_run), f"{title}: {count_statuses(map_run)}"


def list_failure_lines(map_run: MapRunRecord) -> Iterator[str]:
    """Yield a line for each of the first failures, by the name of the item, and the number of the others."""
    for child in map_run.failures:
        found = read_mapping(parse_json(child.cause))
        job, message = read_string(found.get("job")), read_string(found.get("message"))
        reason = f"{job}: {message}" if job and message else child.cause
        shown = reason if len(reason) <= _LONGEST_CAUSE else f"{reason[:_LONGEST_CAUSE]}…"
        yield f"{child.item or child.name} {child.status} {child.error}: {shown}".rstrip(": ")
    failed = sum(child.status not in ("SUCCEEDED", "RUNNING") for child in map_run.children.values())
    if more := failed - len(map_run.failures):
        yield f"… and {more:,} more"
