"""A simulated backfill as text: its dates, and the figures of all of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sfnorch.console import Console, Text
from sfnorch.durations import format_duration
from sfnorch.report.simulated.run import list_figures, print_figures, print_notes
from sfnorch.report.tables import build_table
from sfnorch.report.tones import find_style

if TYPE_CHECKING:
    from sfnorch.app.simulated.backfill import SimulatedDate
    from sfnorch.simulator.figures import Figures
    from sfnorch.simulator.record import Run

_MOST_ROWS = 100


def print_simulated_backfill(run: Run, figures: Figures, dates: Sequence[SimulatedDate], console: Console) -> None:
    """Print a row for each date, the end of the backfill, and the figures."""
    table = build_table("DATE", "START", "TOOK", "STATUS", "")
    for each in dates[:_MOST_ROWS]:
        status = Text(each.status, style=find_style(each.status))
        reason = each.failed or each.error
        took = format_duration(each.ended - each.started)
        table.add_row(each.date, f"T+{format_duration(each.started)}", took, status, Text(reason))
    console.print(table)
    if (more := len(dates) - _MOST_ROWS) > 0:
        console.print(f"… and {more} more")
    console.print()
    last = [execution for execution in run.executions if execution.machine == run.first.machine][-1]
    line = Text.assemble((last.title, "bold"), " ", (last.status, find_style(last.status)))
    if last.error:
        line.append(f" {last.error}: {last.cause}")
    console.print(line, soft_wrap=True)
    print_notes(run, console)
    rows = list_figures(figures)
    del rows["critical path"]
    failed = sum(each.status == "FAILED" for each in dates)
    words = f"{len(dates):,} run" + (f", {failed:,} of them failed" if failed else "")
    print_figures({"dates": words, **rows}, console)
