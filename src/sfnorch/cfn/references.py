"""Reject dynamic references: CloudFormation would write the secret into the resource.

The plan's texts are checked when the plan is read, with their lines. This module checks the whole template.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.asl.jsonata import REFERENCE
from sfnorch.errors import SfnorchError


def refuse_references(data: Any) -> None:
    """Raise SfnorchError that lists all texts and keys of the template with a dynamic reference."""
    if lines := [f"{place}: {REFERENCE}…}}}} is a dynamic reference of CloudFormation" for place in _places(data, "")]:
        raise SfnorchError(
            "\n".join(lines), hint="pass the name of the secret or parameter, and read its value in the job or function"
        )


def _places(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, str) and REFERENCE in value:
        yield place
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _places(key, place)
            yield from _places(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _places(item, f"{place}[{index}]")
