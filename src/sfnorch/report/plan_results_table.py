"""The table of the results for several plans or environments."""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.console import Console, Text
from sfnorch.printable import make_printable_line
from sfnorch.report.plan_results import PlanResult
from sfnorch.report.tables import build_table

_LONGEST_ERROR = 60


def print_title(result: PlanResult, console: Console) -> None:
    """Print the title of the plan and environment, before the output of the command for it."""
    console.print(Text(make_printable_line(result.title), style="bold"), soft_wrap=True)


def print_plan_results(results: Sequence[PlanResult], console: Console) -> None:
    """Print a row for each plan and environment: its stack, if it is known, and its result."""
    titles = list(dict.fromkeys(title for each in results for title in each.cells))
    columns = {
        "PLAN": [str(each.plan) for each in results] if len({each.plan for each in results}) > 1 else [],
        "ENVIRONMENT": [each.environment for each in results],
        "STACK": [each.stack for each in results],
        "RESULT": [_describe_result(each) for each in results],
        **{title: [each.cells.get(title, "") for each in results] for title in titles},
    }
    shown = {title: cells for title, cells in columns.items() if any(cells)}
    table = build_table(*shown)
    for number, each in enumerate(results):
        style = "bold red" if each.code else ""
        cells = {title: texts[number] for title, texts in shown.items()}
        lines = {title: make_printable_line(text) for title, text in cells.items()}
        table.add_row(*(Text(line, style=style if title == "RESULT" else "") for title, line in lines.items()))
    console.print(table)


def _describe_result(result: PlanResult) -> str:
    """Return the result in a few words; the beginning of the error, if the result says nothing of it."""
    if result.result or result.error is None:
        return result.result
    lines = result.error.message.splitlines()
    if len(lines) > 1:
        return f"{len(lines)} errors"
    line = lines[0] if lines else "error"
    return line if len(line) <= _LONGEST_ERROR else f"{line[: _LONGEST_ERROR - 1].rstrip()}…"
