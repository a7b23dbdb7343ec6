"""What IAM lists of each service's actions, as cfn-lint brings it along."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

_OPTIONAL = frozenset({"comprehend", "rekognition", "textract", "translate"})
"""Services whose calls work without any of the resources that IAM knows for them."""

_OPTIONAL_ACTIONS = frozenset({"cloudwatch:putmetricdata"})


def takes_resource(action: str) -> bool:
    """Whether IAM knows a resource for the action; for a pattern, whether for any that it stands for."""
    service, _, name = action.lower().partition(":")
    if service in _OPTIONAL or action.lower() in _OPTIONAL_ACTIONS:
        return False
    if service == "*":
        return True
    actions = _policies().get(service, {}).get("Actions", {})
    if "*" in name or "?" in name:
        return any(body.get("Resources") for key, body in actions.items() if key.startswith(name.split("*")[0]))
    return bool(actions.get(name, {}).get("Resources"))


def is_known(action: str) -> bool:
    """Whether IAM knows the action."""
    service, _, name = action.lower().partition(":")
    return name in _policies().get(service, {}).get("Actions", {})


@cache
def _policies() -> Mapping[str, Any]:
    from cfnlint.data import AdditionalSpecs
    from cfnlint.helpers import load_resource

    policies: Mapping[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return policies
