"""The failed items of a child execution of a fan-out: one, or those of its batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfnorch.json_values import Json, find_value, parse_json, read_mapping, read_string
from sfnorch.protocol.fan_out import read_batch_done, read_batch_failures, read_batch_items

_UNKNOWN = "the cause of the batch has no room for the message; see the execution"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFailure:
    """An item that failed: what its cause says, with the keys of an `ItemCause`, and the error of its execution."""

    facts: Mapping[str, Json]
    error: str


def list_item_failures(cause: str, given: str, error: str, jobs: Sequence[str] = ()) -> list[ItemFailure]:
    """Return the failed items of an execution with this cause, input and error.

    `jobs` are the names of the jobs of an item. All items of a batch that was stopped are returned, because its cause
    does not say which of them have succeeded.
    """
    parsed, batch = read_mapping(parse_json(cause)), read_batch_items(parse_json(given))
    if rows := read_batch_failures(parsed):
        return [ItemFailure(facts=row, error=read_string(row.get("error"))) for row in rows]
    if parsed.get("batch") and (done := read_batch_done(parsed)):
        return [
            ItemFailure(facts={"item": _name(row.get("item")), "job": jobs[ran], "message": _UNKNOWN}, error=error)
            for row, ran in zip(batch, done, strict=False)
            if ran < len(jobs)
        ]
    if batch:
        return [ItemFailure(facts={"item": _name(row.get("item")), "message": cause}, error=error) for row in batch]
    if "item" not in parsed:
        parsed = {"item": _name(find_value(parse_json(given), "item")), "message": cause}
    return [ItemFailure(facts=parsed, error=error)]


def _name(item: Json) -> str:
    """Return an item as a text."""
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
