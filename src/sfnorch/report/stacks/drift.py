"""Resources that were changed outside of CloudFormation, as text and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sfnorch.console import Console, Text
from sfnorch.report.tables import build_table

if TYPE_CHECKING:
    from sfnorch.aws.drift import ResourceDrift
    from sfnorch.documents.stacks import DriftData

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


def print_drift(drifts: Sequence[ResourceDrift], console: Console) -> None:
    """Print a row for each property that differs and each deleted resource, then what is not reverted or unknown."""
    table = build_table("DRIFT", "RESOURCE", "PROPERTY", "TEMPLATE", "ACTUAL")
    for drift in drifts:
        status = Text(drift.status.lower(), style="yellow")
        for each in drift.properties:
            values = (_shorten(each.expected), _shorten(each.actual))
            table.add_row(status, Text(drift.path), Text(each.path), *map(Text, values))
        if drift.status == "DELETED" and not drift.properties:
            table.add_row(status, Text(drift.path))
    if table.row_count:
        console.print(table)
    for drift in drifts:
        for path, reason in drift.ignored:
            console.print_words(f"{drift.path}: the drift of {path} is not reverted ({reason})")
        if drift.status == "UNKNOWN":
            console.print_words(f"{drift.path}: the drift is unknown: {drift.reason or 'no reason reported'}")


def _shorten(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."
