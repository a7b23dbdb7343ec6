"""The IAM data on each service's actions, from the data files of cfn-lint."""

from __future__ import annotations

import json
from functools import cache

from sfnorch.json_values import Json, find_value, read_mapping
from sfnorch.template.iam import is_match

_OPTIONAL = frozenset({"comprehend", "rekognition", "textract", "translate"})
"""Services whose actions work without the resource types that IAM lists for them."""

_OPTIONAL_ACTIONS = frozenset({"cloudwatch:putmetricdata"})


def has_resource_type(action: str, *, every: bool = False) -> bool:
    """Return whether IAM lists a resource type for the action.

    For a pattern, return whether any matching action has one, or whether `every` matching action has one.
    """
    service, _, name = action.lower().partition(":")
    if service in _OPTIONAL or action.lower() in _OPTIONAL_ACTIONS:
        return False
    if service == "*":
        return True
    actions = _read_actions(service)
    if "*" in name or "?" in name:
        meant = [bool(find_value(body, "Resources")) for key, body in actions.items() if is_match(name, key)]
        return bool(meant) and (all(meant) if every else any(meant))
    return bool(find_value(actions, name, "Resources"))


def is_known(action: str) -> bool:
    """Return whether IAM lists the action."""
    service, _, name = action.lower().partition(":")
    return name in _read_actions(service)


def _read_actions(service: str) -> dict[str, Json]:
    return read_mapping(find_value(_load_policies(), service, "Actions"))


@cache
def _load_policies() -> Json:
    from importlib.resources import files  # slow to load, as is cfn-lint

    from cfnlint.data import AdditionalSpecs

    policies: Json = json.loads((files(AdditionalSpecs) / "Policies.json").read_text(encoding="utf-8"))
    return policies
