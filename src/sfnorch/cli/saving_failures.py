"""`sfnorch status --save-failures`: all failed items of a fan-out in a CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.files import write_whole

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.reading_failures import FailedItem, FailedItems


def save_failures(request: ExecutionRequest, path: Path, account: AwsAccount) -> None:
    """Write the failed items to the file, and print how many there are.

    Raises SfnorchError if they cannot be read or written; the file is then unchanged.
    """
    from sfnorch.app.reading_failures import read_failures
    from sfnorch.report.followed.failed_items import format_failed_items

    found = read_failures(request, account)
    names: Counter[str] = Counter()
    with account.waits("Reading the failed items"):
        write_whole(path, format_failed_items(_count(found, names)))
    many = "1 failed item" if names.total() == 1 else f"{names.total():,} failed items"
    click.echo(f"Wrote {path}: {many} of {found.execution}.")
    if repeated := next((name for name, number in names.items() if number > 1), ""):
        click.echo(
            f"Warning: {names[repeated]:,} failed items have the name {repeated[:60]!r}; their columns run and "
            "execution differ, and item_name in the plan can make the names unique",
            err=True,
        )


def _count(items: FailedItems, names: Counter[str]) -> Iterator[FailedItem]:
    for each in items:
        names[each.name] += 1
        yield each
