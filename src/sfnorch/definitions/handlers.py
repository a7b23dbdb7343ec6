"""Retriers and catchers: their fields, error names, and the place of States.ALL.

The sentences are measured by cdk-preflight with ValidateStateMachineDefinition.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.definitions.fault import DefinitionFault
from sfnorch.definitions.fields import refuse_other_language, refuse_unknown, require_fields
from sfnorch.definitions.values import check_one_of, check_values, refuse_others
from sfnorch.json_values import read_list, read_strings
from sfnorch.template.located import Object, Path
from sfnorch.template.states import LocatedState

_RETRIER = frozenset(
    {
        *("ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy"),
        "Comment",
    }
)
_CATCHER = frozenset(["ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"])


def check_handlers(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of the retriers and catchers of a state."""
    for key, known, required in (("Retry", _RETRIER, ["ErrorEquals"]), ("Catch", _CATCHER, ["ErrorEquals", "Next"])):
        handlers = list(state.list_objects(key))
        yield from refuse_others(state, key)
        for index, body in handlers:
            path = (*state.path, key, index)
            yield from refuse_unknown(body, path, known)
            if key == "Catch":
                yield from refuse_other_language(body, path, jsonata=state.jsonata)
            yield from require_fields(body, path, required, known)
            yield from check_values(body, path, jsonata=state.jsonata)
            yield from check_one_of(body, "JitterStrategy", path, ("NONE", "FULL"))
            is_last = index == handlers[-1][0]
            yield from _check_error_names(body, path, key, is_last=is_last)


def _check_error_names(body: Object, path: Path, key: str, *, is_last: bool) -> Iterator[DefinitionFault]:
    names = body.get("ErrorEquals")
    if names == []:
        hint = "add the name of an error, or States.ALL"
        yield DefinitionFault(path=(*path, "ErrorEquals"), message="Value cannot be empty", hint=hint)
    elif "ErrorEquals" in body and names != list(read_strings(names)):
        message, hint = "ErrorEquals must be a list of error names", "write it as [States.ALL]"
        yield DefinitionFault(path=(*path, "ErrorEquals"), message=message, hint=hint)
    elif "States.ALL" in read_list(names) and (len(read_list(names)) > 1 or not is_last):
        message, hint = "States.ALL must appear alone and at end of list", f"make it the last element of {key}"
        yield DefinitionFault(path=(*path, "ErrorEquals"), message=message, hint=hint)
