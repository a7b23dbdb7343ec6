"""The coverage of state machines as a table: what runs have reached of each machine, and what they have not."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from sfnorch.console import Console, Text
from sfnorch.printable import make_printable_line
from sfnorch.scenarios.coverage import CATCHERS, CHOICES, RETRIERS, STATES, TRANSITIONS, Coverage

_WIDTH = 1_000
"""The columns of a table to a file or a pipe."""

COLUMNS = (STATES, TRANSITIONS, CHOICES, CATCHERS, RETRIERS)


def print_coverage(coverage: Mapping[str, Coverage], console: Console, *, lists_missed: bool = False) -> None:
    """Print a table for each target, with a row for each state machine, and what was missed if `lists_missed`."""
    for target, found in coverage.items():
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("machine", overflow="fold")
        for kind in COLUMNS:
            table.add_column(kind, justify="right", no_wrap=True)
        table.add_column("reached", justify="right", no_wrap=True)
        for machine in found.machines:
            table.add_row(*_list_cells(machine, found, machine))
        if len(found.machines) > 1:
            table.add_row(*_list_cells("total", found), style="bold")
        console.print()
        console.print(Text(make_printable_line(f"coverage of {target}"), style="bold"), soft_wrap=True)
        console.print(table, width=None if console.is_terminal else _WIDTH)
        if lists_missed:
            _print_missed(found, console)
    missed = sum(len(found.list_missed()) for found in coverage.values())
    if missed and not lists_missed:
        console.print(f"{missed} part{'s' if missed > 1 else ''} not reached; --missed lists them")


def _list_cells(title: str, coverage: Coverage, machine: str = "") -> list[Text]:
    counts = [coverage.count(kind, machine) for kind in COLUMNS]
    cells = [f"{reached}/{count}" if count else "-" for reached, count in counts]
    return [Text(make_printable_line(title)), *map(Text, cells), Text(format_share(*coverage.count("", machine)))]


def format_share(reached: int, count: int) -> str:
    """Return the share in percent, rounded down: only all of them are 100 %."""
    return f"{reached * 100 // count if count else 100}%"


def _print_missed(coverage: Coverage, console: Console) -> None:
    by_machine: dict[str, dict[str, list[str]]] = {}
    for part in coverage.list_missed():
        state = make_printable_line(part.state)
        by_machine.setdefault(make_printable_line(part.machine), {}).setdefault(state, []).append(part.name)
    for machine, states in by_machine.items():
        console.print()
        console.print(Text(f"not reached in {machine}", style="bold"), soft_wrap=True)
        width = max(map(len, states))
        for state, names in states.items():
            shown = ", ".join(names) if "" not in names else "the state"
            console.print(Text(f"  {state:<{width}}  {shown}"), soft_wrap=True)
