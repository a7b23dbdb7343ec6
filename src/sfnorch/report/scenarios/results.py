"""The results of scenarios as text: a line for each, and the differences of those that did not pass."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sfnorch.console import Console, Text
from sfnorch.durations import format_duration
from sfnorch.printable import make_printable_line
from sfnorch.report.scenarios.differences import list_difference_lines
from sfnorch.report.scenarios.timeline import list_moments
from sfnorch.report.tones import find_style

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioResult
    from sfnorch.errors import SfnorchError

_MOST_MISMATCHES = 20
"""The maximum number of differences of a scenario that are shown."""


class ResultPrinter:
    """Prints a line for each scenario, under the name of its file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._file: object = None

    def print_result(self, result: ScenarioResult) -> None:
        """Print the line of a scenario: what came of it, its virtual duration, and its name."""
        if result.file != self._file:
            if self._file is not None:
                self._console.print()
            self._file = result.file
            self._console.print(Text(make_printable_line(str(result.file)), style="bold"), soft_wrap=True)
        outcome = result.outcome.value
        took = format_duration(result.figures.seconds) if result.figures else ""
        line = Text.assemble("  ", (f"{outcome:<6}", find_style(outcome)), (f"{took:>8}  ", "dim"))
        line.append(make_printable_line(result.name))
        self._console.print(line, soft_wrap=True)


def print_failures(report: ScenarioReport, console: Console) -> None:
    """Print what differs in each scenario that did not pass, and the timeline of its run."""
    for result in report.results:
        if not result.has_passed:
            console.print()
            console.print(Text(make_printable_line(result.name), style="bold red"), soft_wrap=True)
            for line in list_failure_lines(result):
                style = "bold" if line.startswith(_MARK) else ""
                console.print(Text(line, style=style), soft_wrap=True)


def print_counts(report: ScenarioReport, console: Console) -> None:
    """Print how many scenarios passed."""
    counts = Counter(result.outcome.value for result in report.results)
    shown = [f"{counts[name]} {name}" for name in ("passed", "failed") if counts[name]]
    shown += [f"{counts['error']} error{'s' if counts['error'] > 1 else ''}"] if counts["error"] else []
    skipped = f" ({report.skipped} not run)" if report.skipped else ""
    style = "bold green" if report.has_passed else "bold red"
    console.print()
    console.print(Text(f"{', '.join(shown)}{skipped}", style=style))


_MARK = "> "


def list_failure_lines(result: ScenarioResult) -> list[str]:
    """Return the lines that explain why a scenario did not pass: each difference with its place, and the timeline."""
    lines = _list_error_lines(result.error, result) if result.error else _list_mismatch_lines(result)
    return [make_printable_line(line) for line in lines]


def _list_error_lines(error: SfnorchError, result: ScenarioResult) -> list[str]:
    lines = [f"{result.file}:{result.line}: {line}" for line in error.message.splitlines()]
    return [*lines, f"  {error.hint}"] if error.hint else lines


def _list_mismatch_lines(result: ScenarioResult) -> list[str]:
    lines = []
    for mismatch in result.mismatches[:_MOST_MISMATCHES]:
        at = "" if mismatch.at is None else f", at T+{format_duration(mismatch.at)}"
        lines.append(f"{result.file}:{mismatch.line or result.line}: {mismatch.path}{at}")
        lines += [f"  {line}" for line in list_difference_lines(mismatch)]
    if (more := len(result.mismatches) - _MOST_MISMATCHES) > 0:
        lines.append(f"and {more} more difference{'s' if more > 1 else ''}; --output json has all of them")
    if result.simulation is not None:
        lines.append("timeline")
        moments = list(list_moments(result.simulation.run, result.mismatches))
        width = max((len(format_duration(each[0])) for each in moments if each), default=0)
        lines += [_format_moment(moment, width) for moment in moments]
    return lines


def _format_moment(moment: tuple[float, str, bool] | None, width: int) -> str:
    if moment is None:
        return "  …"
    at, text, is_marked = moment
    return f"{_MARK if is_marked else '  '}T+{format_duration(at):<{width}}  {text}"
