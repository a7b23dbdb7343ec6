"""The Resource of Task and Map states: the service integration, in the partition of the state machine.

An execution fails at a Task whose resource is in another partition, and nothing catches this error:
https://github.com/aws/aws-cdk/issues/4597 [measured]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

INTEGRATION = "arn:aws:states:::"
"""The prefix of an integration's resource in a definition. It has the partition aws until the partition is known."""


def list_integrations(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the integrations that the definition calls, such as `glue:startJobRun.sync`, in order."""
    found: dict[str, None] = {}
    replace_resources(definition, lambda integration: found.setdefault(integration) or "")
    return tuple(found)


def replace_resources(definition: Mapping[str, Any], resource: Callable[[str], str]) -> dict[str, Any]:
    """Return the definition in which each Resource is the result of `resource` for the integration.

    A Task has a Resource, and so have the reader and the writer of a distributed Map.
    """
    states = {name: _replace_in_state(state, resource) for name, state in definition["States"].items()}
    return {**definition, "States": states}


def _replace_in_state(state: Mapping[str, Any], resource: Callable[[str], str]) -> dict[str, Any]:
    changed: dict[str, Any] = dict(state)
    if state["Type"] == "Task":
        changed["Resource"] = resource(state["Resource"].removeprefix(INTEGRATION))
    if state["Type"] == "Parallel":
        changed["Branches"] = [replace_resources(branch, resource) for branch in state["Branches"]]
    if state["Type"] == "Map":
        changed["ItemProcessor"] = replace_resources(state["ItemProcessor"], resource)
        for part in ("ItemReader", "ResultWriter"):
            if part in state:
                integration = state[part]["Resource"].removeprefix(INTEGRATION)
                changed[part] = {**state[part], "Resource": resource(integration)}
    return changed


def name_substitutions(called: Collection[str], taken: Collection[str]) -> dict[str, str]:
    """Return a name that is not `taken` for each integration: `GlueStartJobRunSync` for `glue:startJobRun.sync`."""
    names: dict[str, str] = {}
    for integration in called:
        words = re.findall("[A-Za-z0-9]+", integration.removeprefix("aws-sdk:"))
        name = "".join(word[0].upper() + word[1:] for word in words)
        while name in taken or name in names.values():
            name += "Call"
        names[integration] = name
    return names
