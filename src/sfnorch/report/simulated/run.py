"""A simulated execution as text (timeline, chart, messages, outcomes, figures) and as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from sfnorch.console import Console, Text
from sfnorch.durations import format_duration
from sfnorch.json_values import read_mappings
from sfnorch.prices import PRICES_FROM
from sfnorch.protocol.dag import find_blocking_task
from sfnorch.protocol.overlap import find_holder
from sfnorch.report.simulated.chart import MOST_ROWS, list_shown, print_chart
from sfnorch.report.simulated.map_runs import count_statuses, list_failure_lines, list_large_map_runs
from sfnorch.report.simulated.timeline import find_title, list_timeline
from sfnorch.report.skipped_runs import describe_holder, find_shown_status
from sfnorch.report.tables import build_figure_table
from sfnorch.report.tones import find_style
from sfnorch.simulator.figures import Figures
from sfnorch.simulator.record import Run
from sfnorch.template.resources import shorten_arn

_MOST_CHARACTERS = 4_000
"""The maximum length of an object that is shown."""

_LARGE, _START_OF_LARGE = 100_000, 400
"""The length of an object of which only the start is shown, and that of this start."""

_LONG_PATH, _LONGEST_GROUP, _LEAST_GROUPS = 12, 24, 3
"""From how many activities of a critical path groups of them that are repeated are counted, and which."""


def print_run(run: Run, figures: Figures, console: Console) -> None:
    """Print all parts of the simulation."""
    _print_timeline(run, console)
    print_chart(run, console)
    _print_messages(run, console)
    _print_statements(run, console)
    _print_objects(run, console)
    _print_outcomes(run, console)
    print_notes(run, console)
    print_figures(list_figures(figures), console)


def _print_timeline(run: Run, console: Console) -> None:
    moments = list_timeline(run)
    width = max(len(format_duration(at)) for at, _ in moments)
    if run.cut_off is not None:
        moments.append((run.cut_off, "the simulation ends here, and the execution is still running; see --until"))
    for at, line in moments:
        moment = f"T+{format_duration(at):<{width}}  "
        console.print_words(Text.assemble((moment, "dim"), line), margin=len(moment))


def _print_messages(run: Run, console: Console) -> None:
    for message in run.messages:
        console.print()
        head = f"Message by {message.sender} to {shorten_arn(message.topic)}, T+{format_duration(message.at)}"
        console.print(Text(head, style="bold"))
        for line in (message.subject, *message.message.splitlines()):
            console.print(Text(f"  {line}"), soft_wrap=True)


def _print_statements(run: Run, console: Console) -> None:
    for statement in run.job_runs:
        if statement.kind == "statement":
            console.print()
            head = f"Statement {statement.job} by {statement.machine}, T+{format_duration(statement.started)}"
            console.print(Text(head, style="bold"), soft_wrap=True)
            console.print(Text(f"  {statement.arguments.get('Sql')}"), soft_wrap=True)
            for parameter in read_mappings(statement.arguments.get("Parameters")):
                console.print(Text(f"  :{parameter['Name']} = {parameter['Value']}"), soft_wrap=True)


def _print_objects(run: Run, console: Console) -> None:
    for stored in run.objects:
        console.print()
        length = stored.length
        most = _MOST_CHARACTERS if length <= _LARGE else _START_OF_LARGE
        head = f"Object by {stored.sender} at s3://{stored.bucket}/{stored.key}, T+{format_duration(stored.at)}"
        console.print(Text(head, style="bold"), soft_wrap=True)
        console.print(Text(f"  {stored.read_start(most)}"), soft_wrap=True)
        if (left := length - most) > 0:
            console.print(f"  … and {left:,} more characters")


def _print_outcomes(run: Run, console: Console) -> None:
    console.print()
    for execution in list_shown(run)[:MOST_ROWS]:
        status = find_shown_status(execution.status, execution.output)
        line = Text.assemble((execution.item or execution.title, "bold"), " ", (status, find_style(status)))
        if blocker := find_blocking_task(execution.output):
            line.append(f" by {blocker}")
        if holder := find_holder(execution.output):
            line.append(f", {describe_holder(find_title(run, holder))}")
        if execution.error:
            line.append(f" {execution.error}: {execution.cause}")
        console.print(line, soft_wrap=True)
    for map_run in list_large_map_runs(run):
        console.print(Text.assemble((map_run.title, "bold"), f" {count_statuses(map_run)}"), soft_wrap=True)
        for failure in list_failure_lines(map_run):
            console.print(Text(f"  {failure}"), soft_wrap=True)
    if len(run.executions) == 1 and run.first.output:
        console.print(Text(f"  {json.dumps(run.first.output, ensure_ascii=False)}"), soft_wrap=True)


def print_notes(run: Run, console: Console) -> None:
    """Print what could not be checked, and mocks that were not used."""
    for note in run.notes.values():
        console.print_words(Text(f"note: {note}", style="dim"))


def list_figures(figures: Figures) -> dict[str, str]:
    """Return the words for each figure, by its name."""
    limit = "" if figures.history_limit is None else f" of {figures.history_limit:,}"
    return {
        "wall time": format_duration(figures.seconds),
        "critical path": " → ".join(_count_repeated(figures.critical_path)) or "no job run",
        "job runs": f"{format_duration(figures.job_seconds)} in all, at most {figures.peak_job_runs} at once",
        "state transitions": f"{figures.transitions:,}, {_format_price(figures)}",
        "longest history": f"{figures.history:,}{limit} events",
    }


def print_figures(rows: Mapping[str, str], console: Console) -> None:
    """Print a row for each figure."""
    console.print()
    console.print(build_figure_table(rows.items()))


def _count_repeated(names: Iterable[str]) -> Iterator[str]:
    """Yield the names in order; one that follows itself, once, with the number. So do groups of a long path."""
    path = []
    for name, group in groupby(names):
        count = sum(1 for _ in group)
        path.append(name if count == 1 else f"{name} ({count:,} times)")
    return iter(path) if len(path) <= _LONG_PATH else _count_groups(path)


def _count_groups(path: list[str]) -> Iterator[str]:
    """Yield the names in order; a group of names that follows itself, once, with the number."""
    index = 0
    while index < len(path):
        size, count = 1, 1
        for length in range(2, _LONGEST_GROUP + 1):
            group, found = path[index : index + length], 1
            while path[index + found * length : index + (found + 1) * length] == group:
                found += 1
            if found >= _LEAST_GROUPS and len(group) == length:
                size, count = length, found
                break
        group = path[index : index + size]
        yield group[0] if count == 1 else f"({' → '.join(group)}) {count:,} times"
        index += size * count


def _format_price(figures: Figures) -> str:
    """Return the price of the state transitions.

    https://aws.amazon.com/step-functions/pricing/
    """
    if figures.transitions and not figures.billed:
        return "not billed: Express workflows are billed by requests, duration and memory"
    some = "" if figures.billed == figures.transitions else f"{figures.billed:,} of them billed, "
    return f"{some}${figures.price:.6f} ({PRICES_FROM}; excluding Glue)"
