"""The resource of a Task, its credentials, and what an Express machine and a distributed Map do not support.

The sentences about resources, credentials and Express machines are recorded, those about activities with credentials,
resources that are no ARN, and distributed Maps in Express machines are measured by cdk-preflight.
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from sfnorch.calls.optimized import SYNC, TOKEN, read_optimized
from sfnorch.definitions.fault import DefinitionFault, is_known, suggest_name
from sfnorch.definitions.integration import Integration, parse_integration
from sfnorch.service_models.services import find_official_name, list_actions, list_services
from sfnorch.template.calls import is_activity
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:[^:]*:.+")


def check_resource(state: LocatedState, *, express: bool) -> Iterator[DefinitionFault]:
    """Yield the faults of a state's resource and credentials, and of an inner machine that Express does not support."""
    express = express or is_in_express_map(state)
    if state.kind == "Task":
        match state.body.get("Resource"):
            case str(resource):
                if is_known(resource):
                    yield from _check_known(resource, (*state.path, "Resource"))
                if express:
                    yield from _check_express(state, resource)
        yield from _check_credentials(state)
    if express and state.kind == "Map" and state.distributed:
        message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
        yield DefinitionFault(path=state.path, message=message, hint="use the type STANDARD, or the mode INLINE")


def _check_known(resource: str, path: Path) -> Iterator[DefinitionFault]:
    message = (
        f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource "
        "is not available in this region."
    )
    if not _ARN.fullmatch(resource):
        hint = "use an ARN, for example arn:aws:states:::lambda:invoke"
        yield DefinitionFault(path=path, message="Value is not a valid resource ARN", hint=hint)
        return
    integration = parse_integration(resource)
    if integration is None:
        return
    if hint := _find_fault(integration):
        yield DefinitionFault(path=path, message=message, hint=hint)


def _find_fault(integration: Integration) -> str:
    """Return how to correct an integration that Step Functions does not have; empty for one that it can have.

    A service that is not known can be a new one.
    """
    if integration.is_sdk:
        return _find_sdk_fault(integration)
    actions = read_optimized().get(integration.service)
    if actions is None:
        return _suggest_service(integration)
    if integration.action not in actions:
        sdk = Integration(True, find_official_name(integration.service), integration.action, "")
        if sdk.service and not _find_sdk_fault(sdk):
            return f"use arn:aws:states:::aws-sdk:{sdk.service}:{sdk.action}"
        return suggest_name(integration.action, actions) or f"use one of {', '.join(sorted(actions))}"
    return _find_pattern_fault(integration, actions[integration.action].patterns)


def _find_sdk_fault(integration: Integration) -> str:
    folder = list_services().get(integration.service)
    if folder is None:
        return _suggest_service(integration)
    actions = {action[:1].lower() + action[1:] for action in list_actions(folder)}
    if integration.action not in actions:
        return suggest_name(integration.action, actions) or f"use an API action of {integration.service}"
    return _find_pattern_fault(integration, (TOKEN,))


def _suggest_service(integration: Integration) -> str:
    name = find_official_name(integration.service)
    sdk = Integration(True, name, integration.action, integration.pattern)
    if not name or integration.is_sdk or not _find_sdk_fault(sdk):
        return f"use arn:aws:states:::aws-sdk:{name}:{integration.action}{integration.pattern}" if name else ""
    with_action = [service for service, actions in read_optimized().items() if integration.action in actions]
    return f"use {integration.action} of {' or '.join(with_action) or f'aws-sdk:{name}'}"


def _find_pattern_fault(integration: Integration, patterns: Collection[str]) -> str:
    if not integration.pattern or integration.pattern in patterns:
        return ""
    return suggest_name(integration.pattern, patterns) or f"remove {integration.pattern}"


def _check_express(state: LocatedState, resource: str) -> Iterator[DefinitionFault]:
    path, hint = (*state.path, "Resource"), "use the type STANDARD"
    if resource.endswith(TOKEN):
        message = f"Express state machine does not support '{TOKEN}' service integration"
        yield DefinitionFault(path=path, message=message, hint=hint)
    elif resource.endswith((SYNC, f"{SYNC}:2")):
        message = f"Express state machine does not support '{SYNC}' service integration"
        yield DefinitionFault(path=path, message=message, hint=hint)
    elif is_activity(state):
        yield DefinitionFault(path=path, message="Express state machine does not support Activity ARN", hint=hint)


def _check_credentials(state: LocatedState) -> Iterator[DefinitionFault]:
    credentials = state.body.get_object("Credentials")
    if credentials is not None and not {"RoleArn", "RoleArn.$"} & credentials.keys():
        message = "The field 'RoleArn' is required but was missing"
        yield DefinitionFault(path=(*state.path, "Credentials"), message=message, hint="add it")
    if "Credentials" in state.body and is_activity(state):
        message = "The field 'Credentials' is not supported for activities"
        yield DefinitionFault(path=(*state.path, "Credentials"), message=message, hint="remove it")


def is_in_express_map(state: LocatedState) -> bool:
    """Return whether the state runs in the Express child executions of a distributed Map."""
    parent = state.scope.parent
    while parent is not None:
        for scope in parent.scopes:
            config = scope.body.find_object("ProcessorConfig")
            if scope.distributed and config.get("ExecutionType") == "EXPRESS":
                return True
        parent = parent.scope.parent
    return False
