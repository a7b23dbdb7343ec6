"""The optimized integrations of Step Functions: each action with its page, its patterns and its arguments.

The facts are in `optimized.json`. The arguments of an action are those of its API action in botocore's model, if the
row names a model, and what the page adds. The table makes it unnecessary to read the models of the usual calls.
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_mapping, read_string, read_strings

SYNC, SYNC_2, TOKEN = ".sync", ".sync:2", ".waitForTaskToken"

STRINGS = "strings"
"""The type of an argument that is an object of strings."""


class OptimizedAction(NamedTuple):
    """An action: its page in the Developer Guide, its integration patterns, and the types of its arguments.

    `types` has the JSON type of each argument, or STRINGS; it is empty for an argument that accepts any JSON.
    `model` is the folder and the API action in botocore, if the action is one of an API.
    """

    page: str
    patterns: tuple[str, ...]
    model: tuple[str, str] | None
    required: tuple[str, ...]
    types: Mapping[str, str]


@cache
def read_optimized() -> Mapping[str, Mapping[str, OptimizedAction]]:
    """Return the actions by service and action: `["glue"]["startJobRun"]`."""
    rows: Json = json.loads(Path(__file__).with_name("optimized.json").read_text("utf-8"))
    services: dict[str, dict[str, OptimizedAction]] = {}
    for name, row in read_mapping(rows).items():
        service, _, action = name.partition(":")
        services.setdefault(service, {})[action] = _read_action(row)
    return services


def _read_action(row: Json) -> OptimizedAction:
    model = list(read_strings(find_value(row, "model")))
    fields = read_mapping(find_value(row, "fields"))
    return OptimizedAction(
        page=read_string(find_value(row, "page")),
        patterns=tuple(read_strings(find_value(row, "patterns"))),
        model=(model[0], model[1]) if model else None,
        required=tuple(read_strings(find_value(row, "required"))),
        types={name: "" if kind == "any" else kind for kind, names in fields.items() for name in read_strings(names)},
    )
