"""Resources that were changed outside of CloudFormation, as text and as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table

from sfnorch.console import Console, Text

if TYPE_CHECKING:
    from sfnorch.aws.drift import ResourceDrift
    from sfnorch.report.documents.stacks import DriftData

_LONGEST = 60
"""The characters of a value that a table shows."""


def convert_drift(drift: ResourceDrift) -> DriftData:
    """Return the drift of a resource as data."""
    return {
        "resource": drift.path,
        "physicalId": drift.physical_id,
        "type": drift.type,
        "status": drift.status,
        "properties": [
            {"path": each.path, "expected": each.expected, "actual": each.actual} for each in drift.properties
        ],
        "ignored": [{"path": path, "reason": reason} for path, reason in drift.ignored],
        "reason": drift.reason,
    }


def print_drift(drifts: Iterable[ResourceDrift], console: Console) -> None:
    """Print a row for each property that differs, and for each resource that was deleted or could not be compared."""
    rows = [row for drift in drifts for row in _list_rows(drift)]
    if not rows:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("DRIFT", "RESOURCE", "PROPERTY", "TEMPLATE", "ACTUAL"):
        table.add_column(title, overflow="fold", header_style="dim")
    for status, *texts in rows:
        table.add_row(Text(status, style="yellow"), *map(Text, texts))
    console.print(table)


def _list_rows(drift: ResourceDrift) -> list[tuple[str, str, str, str, str]]:
    status = drift.status.lower()
    rows = [
        (status, drift.path, each.path, _shorten(each.expected), _shorten(each.actual)) for each in drift.properties
    ]
    rows += [("not reverted", drift.path, path, reason, "") for path, reason in drift.ignored]
    return rows or [(status, drift.path, "", drift.reason, "")]


def _shorten(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."
