"""What IAM lists of each service's actions, as cfn-lint brings it along."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sfnorch.template.iam import matches

_OPTIONAL = frozenset({"comprehend", "rekognition", "textract", "translate"})
"""Services whose calls work without any of the resources that IAM knows for them."""

_OPTIONAL_ACTIONS = frozenset({"cloudwatch:putmetricdata"})


def takes_resource(action: str, *, every: bool = False) -> bool:
    """Whether IAM knows a resource for the action; for a pattern, whether for any or `every` one that it stands for."""
    service, _, name = action.lower().partition(":")
    if service in _OPTIONAL or action.lower() in _OPTIONAL_ACTIONS:
        return False
    if service == "*":
        return True
    actions = _policies().get(service, {}).get("Actions", {})
    if "*" in name or "?" in name:
        meant = [body.get("Resources") for key, body in actions.items() if matches(name, key)]
        return bool(meant) and (all(meant) if every else any(meant))
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
