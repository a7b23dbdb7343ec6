"""The part of a timeline around the moments of differences."""

from __future__ import annotations

from sfnorch.report.scenarios.timeline import list_moments
from sfnorch.scenarios.matchers import Mismatch
from sfnorch.simulator.events import Event, JobRunEnded
from sfnorch.simulator.record import Execution, Run


def failing_run(jobs: int) -> Run:
    """A run in which a job fails each second."""
    execution = Execution(arn="e", name="e", machine="m", title="m", parent="", input={}, started=0)
    events = [
        Event(float(at), "e", "m", JobRunEnded(job=f"j{at}", run_id="r", status="FAILED", message=""))
        for at in range(jobs)
    ]
    return Run(executions=[execution], events=events)


def show(run: Run, *times: float | None) -> list[str]:
    """Return the job of each line, marked if a difference belongs to it; dots for lines left out."""
    moments = list_moments(run, [Mismatch("expect", "x", "y", at) for at in times])
    return ["…" if moment is None else moment[1].split()[1] + "!" * moment[2] for moment in moments]


def test_a_short_timeline_is_shown_as_a_whole():
    assert show(failing_run(4), 2) == ["j0", "j1", "j2!", "j3"]
    assert show(failing_run(2), None) == ["j0", "j1"]


def test_lines_around_each_moment():
    assert show(failing_run(30), 5, 6, 20, None) == [
        *("…", "j2", "j3", "j4", "j5!", "j6!", "j7", "j8", "j9"),
        *("…", "j17", "j18", "j19", "j20!", "j21", "j22", "j23", "…"),
    ]


def test_a_difference_without_a_time_belongs_to_the_end():
    assert show(failing_run(30), None) == ["…", "j26", "j27", "j28", "j29"]
