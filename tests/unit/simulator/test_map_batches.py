"""The batches of a distributed Map: their items, their sizes, and their input."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.map_items.batches import BatchSettings, make_batches
from tests.unit.simulator.maps import make_map, play_machine

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
ITEMS = st.lists(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=4), max_size=40)
ADDED = st.dictionaries(st.just("BatchInput"), st.text(max_size=20), max_size=1)


def measure(settings: BatchSettings, batch: list[Json]) -> int:
    return len(write_compact({**settings.added, "Items": batch}).encode())


@given(ITEMS, st.none() | st.integers(1, 10), st.integers(1, 200), ADDED)
def test_batches_are_full_and_within_their_limits(
    items: list[Json], most_items: int | None, most_bytes: int, added: dict[str, Json]
):
    settings = BatchSettings(most_items, most_bytes, added)
    batches = make_batches(settings, items)
    assert [item for batch in batches for item in batch] == items
    assert all(batches)
    for batch in batches:
        assert most_items is None or len(batch) <= most_items
        assert len(batch) == 1 or measure(settings, batch) <= most_bytes
    for batch, following in pairwise(batches):
        is_full = most_items is not None and len(batch) == most_items
        assert is_full or measure(settings, [*batch, following[0]]) > most_bytes


BATCHES: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "by number": ({"MaxItemsPerBatch": 2}, [{"Items": [1, 2]}, {"Items": [3]}]),
    "by a number in the input": ({"MaxItemsPerBatchPath": "$.n"}, [{"Items": [1, 2]}, {"Items": [3]}]),
    "by size": ({"MaxInputBytesPerBatch": 13}, [{"Items": [1]}, {"Items": [2]}, {"Items": [3]}]),
    "by size and number": (
        {"MaxItemsPerBatch": 3, "MaxInputBytesPerBatchPath": "$.size"},
        [{"Items": [1, 2]}, {"Items": [3]}],
    ),
    "with an input": (
        {"MaxItemsPerBatch": 3, "BatchInput": {"x": 1, "n.$": "$.n"}},
        [{"BatchInput": {"x": 1, "n": 2}, "Items": [1, 2, 3]}],
    ),
}


@pytest.mark.parametrize("name", BATCHES)
def test_the_input_of_a_batch(name: str):
    batcher, inputs = BATCHES[name]
    state = make_map(ItemsPath="$.items", ItemBatcher=batcher)
    run = play_machine({"M": state}, {"items": [1, 2, 3], "n": 2, "size": 15})
    assert (run.first.output, [child.input for child in run.executions[1:]]) == (inputs, inputs)


def test_batches_hold_at_most_256_kib():
    state = make_map(
        {"B": {"Type": "Pass", "Parameters": {"n.$": "States.ArrayLength($.Items)"}, "End": True}},
        ItemsPath="$.items",
        ItemSelector={"index.$": "$$.Map.Item.Index", "text": "x" * 1000},
        ItemBatcher={"MaxItemsPerBatch": 1000},
    )
    assert play_machine({"M": state}, {"items": [0] * 300}).first.output == [{"n": 256}, {"n": 44}]


INVALID = {
    "$.zero": 'value "0" which is not a number of at least 1: $.zero',
    "$.text": 'value "t" which is not a valid integer: $.text',
}


@pytest.mark.parametrize("path", INVALID)
def test_limits_that_are_not_valid(path: str):
    state = make_map(ItemsPath="$.items", ItemBatcher={"MaxItemsPerBatchPath": path})
    first = play_machine({"M": state}, {"items": [1], "zero": 0, "text": "t"}).first
    assert (first.status, first.error, first.history) == ("FAILED", "States.Runtime", 4)
    place = "An error occurred while executing the state 'M' (entered at the event id #2)."
    assert first.cause == f"{place} The MaxItemsPerBatchPath field refers to {INVALID[path]}"
