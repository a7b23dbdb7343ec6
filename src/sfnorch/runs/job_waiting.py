"""How long a Glue job run waited before it consumed resources, from the description of the run in a history.

- `ExecutionTime` is "the amount of time (in seconds) that the job run consumed resources"; `StartedOn` and
  `CompletedOn` are the times at which the run was started and completed [documented].
- A run waits in the status WAITING for resources, or in the queue of its job [documented].
- Step Functions returns the times in milliseconds [measured: outputs of `glue:startJobRun.sync` that AWS published].
- A run of a Python shell job took 206 seconds, of which it consumed resources for 197, and was RUNNING after 4 seconds
  [measured: https://github.com/aws-samples/serverless-patterns/tree/main/sfn-glue-sync-cdk]. A run of a Spark job of
  Glue 1.0 took 895 seconds, and consumed resources for 135 of them
  [measured: https://gist.github.com/garystafford/ec04ee675332b3f48c5c309c270649b9].
- The time in which a run consumed no resources is at its beginning, up to a few seconds at its end [assumed].

Emulators return the times as text in ISO 8601.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.durations import parse_timestamp
from sfnorch.json_values import Json, is_number


def measure_waiting(run: Mapping[str, Json]) -> float | None:
    """Return the seconds of the run in which it consumed no resources; None if its description lacks one of the times.

    `ExecutionTime` is in whole seconds, so a difference of less than a second is 0.
    """
    started, completed, seconds = (
        _read_time(run.get("StartedOn")),
        _read_time(run.get("CompletedOn")),
        run.get("ExecutionTime"),
    )
    if started is None or completed is None or not is_number(seconds):
        return None
    waiting = completed - started - seconds
    return waiting if waiting >= 1 else 0.0


def _read_time(value: Json) -> float | None:
    """Return a time in seconds since 1970, from milliseconds or a text; None for another value."""
    if is_number(value):
        return value / 1000
    at = parse_timestamp(value) if isinstance(value, str) else None
    return at.timestamp() if at else None
