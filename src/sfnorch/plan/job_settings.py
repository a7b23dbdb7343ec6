"""Checks across the settings of a Glue job run, for the plans of all patterns.

The checks work on the data as it was read, as `consistency` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.plan.consistency import Path
from sfnorch.plan.flow_steps import placed_steps


def job_setting_faults(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each setting that contradicts another: the path to the wrong key, and an error message.

    Glue does not queue flexible runs: https://github.com/aws/aws-cdk/pull/31830 documents this constraint.
    """
    for path, job in _jobs(data):
        if job.get("job_run_queuing") is True and job.get("execution_class") == "FLEX":
            yield (
                (*path, "job_run_queuing"),
                "Glue does not queue runs of the execution class FLEX; remove job_run_queuing or execution_class",
            )


def _jobs(data: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every mapping that can have settings of a job run, with its path."""
    for key in ("jobs", "tasks"):
        yield from _mappings(data.get(key), (key,))
    for path, child in _mappings(data.get("children"), ("children",)):
        yield from _mappings(child.get("jobs"), (*path, "jobs"))
    yield from ((step.path, step.data) for step in placed_steps(data))


def _mappings(listed: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for index, value in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(value, dict):
            yield (*path, index), value
