"""Find all reasons for which AWS refuses a definition.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sfnorch.definitions.arguments import check_arguments
from sfnorch.definitions.choices import check_choices
from sfnorch.definitions.expressions import check_expressions
from sfnorch.definitions.fault import DefinitionFault
from sfnorch.definitions.fields import STATE_TYPES, check_fields, refuse_unknown, require_fields
from sfnorch.definitions.handlers import check_handlers
from sfnorch.definitions.maps import check_labels, check_scopes, check_states
from sfnorch.definitions.paths import check_paths
from sfnorch.definitions.resources import check_resource
from sfnorch.definitions.transitions import check_names, check_transitions
from sfnorch.definitions.values import OF_MACHINE, check_heartbeat, check_one_of, check_values
from sfnorch.definitions.variables import check_variables
from sfnorch.json_values import walk_values
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState, StateScope

_ROOT = frozenset({"StartAt", "States", "Comment", "Version", "TimeoutSeconds", "QueryLanguage"})
_LANGUAGES = ("JSONPath", "JSONata")


def find_faults(root: StateScope, *, express: bool = False, expressions: bool = True) -> list[DefinitionFault]:
    """Return the faults of a machine, in the order of its definition; without those of JSONata on request."""
    faults = [*_check_root(root.body), *_check_numbers(root.body), *check_names(root), *check_labels(root)]
    for scope in root.list_scopes():
        faults += check_states(scope)
        faults += check_transitions(scope)
        for state in scope.states.values():
            faults += _check_state(state, root, express=express)
            if expressions:
                faults += check_expressions(state)
    return faults


def _check_root(body: Object) -> Iterator[DefinitionFault]:
    yield from refuse_unknown(body, (), _ROOT)
    yield from require_fields(body, (), ["States", "StartAt"], _ROOT)
    yield from check_values(body, (), jsonata=False, numbers=OF_MACHINE)
    yield from check_one_of(body, "QueryLanguage", (), _LANGUAGES)
    yield from check_one_of(body, "Version", (), ("1.0",))


def _check_numbers(body: Object) -> Iterator[DefinitionFault]:
    """Yield a fault for each number that JSON cannot have: a definition in YAML can have .nan and .inf."""
    for path, value in walk_values(body):
        if isinstance(value, float) and not math.isfinite(value):
            yield DefinitionFault(path=path, message="the value is not a JSON number", hint="write a finite number")


def _check_state(state: LocatedState, root: StateScope, *, express: bool) -> Iterator[DefinitionFault]:
    yield from require_fields(state.body, state.path, ["Type"])
    yield from check_one_of(state.body, "Type", state.path, STATE_TYPES)
    if state.kind not in STATE_TYPES:
        return
    wrong = list(check_one_of(state.body, "QueryLanguage", state.path, _LANGUAGES))
    yield from wrong
    if wrong:
        return  # its fields are those of an unknown language
    if state.body.get("QueryLanguage") == "JSONPath" and root.body.get("QueryLanguage") == "JSONata":
        message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        hint = "set the QueryLanguage of the machine to JSONPath, and that of the other states to JSONata"
        yield DefinitionFault(path=(*state.path, "QueryLanguage"), message=message, hint=hint)
        return  # its fields are those of JSONPath
    yield from check_fields(state)
    yield from check_values(state.body, state.path, jsonata=state.jsonata)
    yield from check_heartbeat(state.body, state.path)
    yield from check_variables(state)
    yield from check_handlers(state)
    yield from check_paths(state)
    yield from check_choices(state)
    yield from check_scopes(state)
    yield from check_resource(state, express=express)
    yield from check_arguments(state)
