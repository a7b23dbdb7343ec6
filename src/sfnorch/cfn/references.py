"""Reject dynamic references: CloudFormation would write the secret into the resource.

The plan's texts are checked when the plan is read, with their lines. This module checks the whole template.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sfnorch.asl.jsonata import REFERENCE
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json


def refuse_references(data: Json) -> None:
    """Raise SfnorchError that lists all texts and keys of the template with a dynamic reference."""
    if REFERENCE not in json.dumps(data):  # much faster than the search for its places
        return
    if lines := [
        f"{place}: {REFERENCE}…}}}} is a dynamic reference of CloudFormation" for place in _find_references(data, "")
    ]:
        raise SfnorchError(
            "\n".join(lines), hint="pass the name of the secret or parameter, and read its value in the job or function"
        )


def _find_references(value: Json, place: str) -> Iterator[str]:
    match value:
        case str() if REFERENCE in value:
            yield place
        case dict():
            for key, item in value.items():
                yield from _find_references(key, place)
                yield from _find_references(item, f"{place}.{key}" if place else key)
        case list():
            for index, item in enumerate(value):
                yield from _find_references(item, f"{place}[{index}]")
