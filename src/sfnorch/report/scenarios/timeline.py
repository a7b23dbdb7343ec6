"""The part of the timeline of a run around the moments at which it differs from what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfnorch.report.simulated.timeline import list_timeline
from sfnorch.scenarios.matchers import Mismatch
from sfnorch.simulator.record import Run

_WHOLE = 12
"""The maximum number of lines of a timeline that is shown as a whole."""
_AROUND = 3
"""The number of lines before and after a moment."""


def list_moments(run: Run, mismatches: Sequence[Mismatch]) -> Iterator[tuple[float, str, bool] | None]:
    """Yield the time and text of each line, and whether a difference belongs to its time; None for lines left out.

    A difference without a time, such as a job that did not run, belongs to the end of the run.
    """
    lines = list_timeline(run)
    times = {mismatch.at for mismatch in mismatches}
    marked = {index for index, (at, _) in enumerate(lines) if at in times}
    shown = set(range(len(lines)))
    if len(lines) > _WHOLE:
        centers = marked or {len(lines) - 1}
        shown = {near for index in centers for near in range(index - _AROUND, index + _AROUND + 1)}
    is_gap = False
    for index, (at, text) in enumerate(lines):
        if index in shown:
            yield at, text, index in marked
        elif not is_gap:
            yield None
        is_gap = index not in shown
