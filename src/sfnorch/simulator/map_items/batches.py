"""The ItemBatcher of a distributed Map: one child execution for several items.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sfnorch.json_values import Json, read_mapping, write_compact
from sfnorch.simulator.map_items.counts import evaluate_count
from sfnorch.simulator.visit import MAX_BYTES, Visit


class BatchSettings(NamedTuple):
    """The evaluated settings of an ItemBatcher."""

    most_items: int | None
    most_bytes: int
    """The maximum size of the input with the batch: 256 KiB if the state has no lower limit."""
    added: dict[str, Json]
    """What each batch has beside its items: `BatchInput`, if the state has it."""


def evaluate_batcher(visit: Visit) -> BatchSettings | None:
    """Return the settings of the state's ItemBatcher; None if it has none. Raises StatesError for an invalid one."""
    if "ItemBatcher" not in visit.state.body:
        return None
    batcher = read_mapping(visit.state.body["ItemBatcher"])
    added: dict[str, Json] = {}
    if "BatchInput" in batcher:
        added["BatchInput"] = visit.fill_template(batcher["BatchInput"], "ItemBatcher/BatchInput")
    most_items = evaluate_count(visit, "MaxItemsPerBatch", batcher, least=1)
    most_bytes = evaluate_count(visit, "MaxInputBytesPerBatch", batcher, least=1)
    return BatchSettings(most_items, min(most_bytes or MAX_BYTES, MAX_BYTES), added)


def make_batches(settings: BatchSettings, items: Iterable[Json]) -> list[list[Json]]:
    """Return the items in batches; an item that alone has more bytes than a batch can have is a batch by itself."""
    frame = _count_bytes({**settings.added, "Items": []})
    batches: list[list[Json]] = []
    size = frame
    for item in items:
        added = _count_bytes(item)
        has_room = batches and (settings.most_items is None or len(batches[-1]) < settings.most_items)
        if has_room and size + 1 + added <= settings.most_bytes:
            batches[-1].append(item)
            size += 1 + added
        else:
            batches.append([item])
            size = frame + added
    return batches


def _count_bytes(value: Json) -> int:
    return len(write_compact(value).encode(errors="surrogatepass"))
