"""How many runs of a job a graph of tasks may start at once: as many as no chain of needs holds apart."""

from __future__ import annotations

import pytest

from sfnorch.plan.load import parse_plan
from sfnorch.plan.side_by_side import ConcurrentJob, find_concurrent_jobs


def found(needs: dict[str, list[str]]) -> list[tuple[int, list[str]]]:
    """Return the runs at once of the one job, and the tasks that may run it with another; none where all is in a row."""
    tasks = "".join(f"- {{name: {name}, glue_job: load, needs: {needed}}}\n" for name, needed in needs.items())
    names = list(needs)

    def shown(job: ConcurrentJob) -> tuple[int, list[str]]:
        return job.at_once, [names[int(place[1])] for place in job.places]

    return [shown(job) for job in find_concurrent_jobs(parse_plan(f"pattern: dag\ntasks:\n{tasks}"))]


@pytest.mark.parametrize(
    ("needs", "at_once", "meeting"),
    [
        ({"a": [], "b": []}, 2, ["a", "b"]),
        ({"a": [], "b": [], "c": ["a", "b"]}, 2, ["a", "b"]),
        # the first partner found for x is a, the only one that is left for y
        ({"a": [], "b": [], "x": ["a", "b"], "y": ["a"]}, 2, ["a", "b", "x", "y"]),
        ({"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}, 2, ["b", "c"]),
        ({"a": [], "b": ["a"], "c": ["b"], "d": []}, 2, ["a", "b", "c", "d"]),
        ({"a": [], "b": [], "c": [], "d": ["a", "b", "c"]}, 3, ["a", "b", "c"]),
    ],
)
def test_tasks_that_may_meet(needs: dict[str, list[str]], at_once: int, meeting: list[str]):
    assert found(needs) == [(at_once, meeting)]


@pytest.mark.parametrize("needs", [{"a": []}, {"a": [], "b": ["a"]}, {"c": ["b"], "b": ["a"], "a": []}])
def test_tasks_in_a_row_never_meet(needs: dict[str, list[str]]):
    assert found(needs) == []
