"""The failed items of an execution: of one item, of a batch, of a batch that says nothing."""

from __future__ import annotations

import json
from typing import Any

from sfnorch.runs.item_failures import list_item_failures

JOBS = ("extract", "load")
BATCH = json.dumps({"BatchInput": {}, "Items": [{"item": name, "done": 0} for name in ("a", "b", {"c": 1})]})


def found(cause: Any, given: str = BATCH) -> list[tuple[Any, Any, str]]:
    text = cause if isinstance(cause, str) else json.dumps(cause)
    return [
        (each.facts["item"], each.facts.get("job"), each.error) for each in list_item_failures(text, given, "E", JOBS)
    ]


def test_the_failed_items_of_a_batch():
    cause = {"batch": 3, "failed": 1, "done": [2, 1, 2], "items": [{"item": "b", "job": "load", "error": "F"}]}
    assert found(cause) == [("b", "load", "F")]


def test_a_batch_whose_cause_has_no_room_for_its_items():
    assert found({"batch": 3, "failed": 2, "done": [0, 2, 1], "items": []}) == [
        ("a", "extract", "E"),
        ('{"c": 1}', "load", "E"),
    ]


def test_a_batch_that_was_stopped():
    assert found("") == [("a", None, "E"), ("b", None, "E"), ('{"c": 1}', None, "E")]


def test_an_item():
    one = json.dumps({"item": {"t": 1}, "done": 0})
    assert found({"item": "t", "job": "load", "done": 1}, one) == [("t", "load", "E")]
    assert found("no money", one) == found({"other": 1}, one) == [('{"t": 1}', None, "E")]
