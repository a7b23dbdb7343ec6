"""The items of a Map, in order, and what the context object says of each.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sfnorch.json_values import Json, find_value
from sfnorch.simulator.errors import ITEM_READER, StatesError

STATE_DATA = "STATE_DATA"
"""The source of items that are in the input of the state."""


class Dataset(NamedTuple):
    """The items of a Map: those of an array, or for an object one of `Key` and `Value` for each key."""

    items: list[Json]
    is_keyed: bool = False
    """Whether the items are the keys and values of an object."""
    sources: Sequence[str] = ()
    """The source of each item, or of all items; empty where the context object has none."""

    def describe_item(self, index: int) -> dict[str, Json]:
        """Return the item as the context object has it: `Index`, `Value`, and for an object `Key`."""
        item = self.items[index]
        described: dict[str, Json] = {"Index": index, "Value": item}
        if self.is_keyed:
            described |= {"Key": find_value(item, "Key"), "Value": find_value(item, "Value")}
        if self.sources:
            described["Source"] = self.sources[index if len(self.sources) > 1 else 0]
        return described


def name_source(bucket: str, key: str) -> str:
    """Return the source of items as the context object has it (documented); without a key, of listed objects."""
    return f"S3://{bucket}/{key}" if key else f"S3://{bucket}"


def make_dataset(items: Json, source: str = "") -> Dataset:
    """Return the items of an array or an object.

    Raises StatesError (States.ItemReaderFailed, with the recorded cause) for another value.
    """
    sources = (source,) if source else ()
    match items:
        case list():
            return Dataset(items, sources=sources)
        case dict():
            return Dataset([{"Key": key, "Value": value} for key, value in items.items()], True, sources)
    raise StatesError(ITEM_READER, "Attempting to map over non-iterable node.")


def join_datasets(datasets: Sequence[Dataset]) -> Dataset:
    """Return the items of all datasets, each with its own source."""
    items = [item for dataset in datasets for item in dataset.items]
    sources = [dataset.sources[0] for dataset in datasets for _ in dataset.items]
    return Dataset(items, any(dataset.is_keyed for dataset in datasets), sources)
