"""Transitions: targets that do not exist, states without a transition to them, scopes without an end, names used twice.

AWS's sentences are measured: https://github.com/floci-io/floci/pull/2786 (only the machine itself needs an end, not a
branch or an item; cdk-preflight has measured those about Next and End), https://github.com/localstack/localstack/issues/11978,
https://github.com/aws-cloudformation/cfn-lint/issues/3616 and /4074. AWS writes 'Next' also for Default and StartAt.
A fault that only follows from another one is left out: states behind a wrong target are not reachable.
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.definitions.fault import NO_END, NO_TARGET, STATE_NAME, TWICE, DefinitionFault, is_known, suggest_name
from sfnorch.definitions.fields import STATE_TYPES, has_unknown_field
from sfnorch.json_values import Json
from sfnorch.template.states import LocatedState, StateScope

_LONGEST_NAME = 80
_WITH_NEXT = ("Task", "Pass", "Wait", "Parallel", "Map")


def check_transitions(scope: StateScope) -> Iterator[DefinitionFault]:
    """Yield the faults of the transitions in a scope."""
    wrong = list(_check_targets(scope))
    yield from wrong
    for state in scope.states.values():
        yield from _check_way_out(state)
    if wrong or not scope.states or not scope.start_at or not _has_known_targets(scope):
        return
    if scope.parent is None and not any(state.ends for state in scope.states.values()):
        hint = "add End: true to one, or a transition to a Succeed or Fail state"
        path = (*scope.path, "States")
        yield DefinitionFault(code=NO_END, path=path, message="Workflow has no terminal state", hint=hint)
        return
    moves = ((state.name, move.target) for state in scope.states.values() for move in state.transitions)
    reached = {scope.start_at, *(target for name, target in moves if name != target)}
    for state in scope.states.values():
        if state.name not in reached:
            message = f'State "{state.name}" is not reachable.'
            hint = "add a transition to it, or remove the state"
            yield DefinitionFault(code=NO_TARGET, path=state.path, message=message, hint=hint)


def _has_known_targets(scope: StateScope) -> bool:
    """Return whether all states have a way out, and all targets are names. A misspelt field can be a transition."""
    targets: list[Json] = [scope.start_at]
    for state in scope.states.values():
        if not _has_way_out(state) or state.kind not in STATE_TYPES or has_unknown_field(state):
            return False
        moves = [state.body, *(body for key in ("Choices", "Catch") for _, body in state.list_objects(key))]
        targets += [body[key] for body in moves for key in ("Next", "Default") if key in body]
    return all(isinstance(target, str) and is_known(target) for target in targets)


def _check_targets(scope: StateScope) -> Iterator[DefinitionFault]:
    names = scope.body.find_object("States")
    if not names:
        return
    targets = [((*scope.path, "StartAt"), scope.start_at)] if scope.start_at else []
    targets += [(move.path, move.target) for state in scope.states.values() for move in state.transitions]
    for path, target in targets:
        if is_known(target) and target not in names:
            hint = suggest_name(target, names) or "use the name of a state in the same scope"
            yield DefinitionFault(code=NO_TARGET, path=path, message=f"Missing 'Next' target: {target}", hint=hint)


def _check_way_out(state: LocatedState) -> Iterator[DefinitionFault]:
    if state.kind not in _WITH_NEXT:
        return
    if "Next" in state.body and state.body.get("End") is True:
        message = "There should only be one of the following fields: [Next, End]"
        yield DefinitionFault(path=(*state.path, "End"), message=message, hint="remove Next or End")
    elif not _has_way_out(state):
        message = "This object should have only one of the following fields: [Next, End]"
        yield DefinitionFault(path=state.path, message=message, hint="add Next, or End: true")


def _has_way_out(state: LocatedState) -> bool:
    if state.kind not in _WITH_NEXT or "Next" in state.body or state.body.get("End") not in (None, False):
        return True
    return any(suggest_name(name, ("Next", "End")) for name in state.body)


def check_names(root: StateScope) -> Iterator[DefinitionFault]:
    """Yield the states whose name is too long, or the name of another state of the machine."""
    seen: set[str] = set()
    for state in (state for scope in root.list_scopes() for state in scope.states.values()):
        if state.name in seen:
            message = f"Duplicate State name: {state.name}"
            yield DefinitionFault(code=TWICE, path=state.path, message=message, hint="give each state a unique name")
        seen.add(state.name)
        if len(state.name) > _LONGEST_NAME:
            message = f"the state name has {len(state.name)} characters, but AWS allows {_LONGEST_NAME}"
            yield DefinitionFault(code=STATE_NAME, path=state.path, message=message, hint="shorten it")
