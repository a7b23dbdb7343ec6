"""The documents of AWS managed policies that are used with Step Functions and Glue; others are not included.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from sfnorch.template.iam.statements import Statement, statements
from sfnorch.template.located import Array, Object, Place

_ARN = re.compile(r"arn:[^:]+:iam::aws:policy/(.+)")


@cache
def aws_managed_statements(name: str) -> tuple[Statement, ...] | None:
    """Return the statements of the AWS managed policy with this ARN or SAM name; None if it is unknown."""
    match = _ARN.fullmatch(name)
    if match is None and not re.fullmatch(r"[\w+=.@-]+", name):
        return None
    policies = _documents()
    wanted = match[1] if match else name
    key = next((key for key in policies if key == wanted or (not match and key.rpartition("/")[2] == wanted)), None)
    if key is None:
        return None
    place = Place(f"AWS's managed policy {key.rpartition('/')[2]}", 1)
    return tuple(statements(_located(policies[key]["document"], place), (key,)))


@cache
def _documents() -> Mapping[str, Any]:
    text = (files("sfnorch.template.iam") / "data" / "managed_policies.json").read_text(encoding="utf-8")
    policies: Mapping[str, Any] = json.loads(text)["policies"]
    return policies


def _located(value: Any, place: Place) -> Any:
    if isinstance(value, list):
        return Array(place, [(_located(item, place), place.line) for item in value])
    if isinstance(value, dict):
        return Object(place, [(key, _located(item, place), place.line) for key, item in value.items()])
    return value
