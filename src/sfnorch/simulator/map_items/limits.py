"""The limits of a simulation for the items of a distributed Map. AWS has none; the memory of a computer has."""

from __future__ import annotations

from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.visit import Visit

MOST_ITEMS = 500_000
"""The largest number of items. 100,000 items with three jobs each take about a minute and 250 MB."""

_MOST_VALUES = 20 * MOST_ITEMS
"""The largest number of values in an object with items, as the commas in it show."""

_LINES = ("CSV", "JSONL")


def refuse_many_items(visit: Visit, count: int) -> None:
    """Raise UnsupportedSimulationError for more items than a simulation can have."""
    if count > MOST_ITEMS:
        raise _refuse(visit, f"has {count:,} items, and a simulation at most {MOST_ITEMS:,}")


def refuse_large_object(visit: Visit, key: str, input_type: str, content: bytes) -> None:
    """Raise UnsupportedSimulationError for an object with too many items, before it is parsed."""
    if input_type in _LINES:
        lines = content.count(b"\n")
        if lines > MOST_ITEMS + 1:
            raise _refuse(visit, f"reads {lines:,} items from {key}, and a simulation has at most {MOST_ITEMS:,}")
    elif input_type == "JSON" and (values := content.count(b",")) > _MOST_VALUES:
        raise _refuse(visit, f"reads {values:,} values from {key}, and a simulation has at most {_MOST_VALUES:,}")


def _refuse(visit: Visit, reason: str) -> UnsupportedSimulationError:
    return UnsupportedSimulationError(
        f"{visit.runner.execution.title}: {visit.state.name} {reason}", hint="simulate it with a part of the items"
    )
