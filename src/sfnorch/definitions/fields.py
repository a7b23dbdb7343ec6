"""The fields of states, by type and query language: unknown, missing, and contradictory ones.

AWS's sentences are measured: https://github.com/floci-io/floci/issues/2735, /2968 and /3733,
https://github.com/aws-cloudformation/cfn-lint/issues/4077. The fields are those of
https://states-language.net/spec.html and https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sfnorch.definitions.fault import DefinitionFault, suggest_name
from sfnorch.json_values import Json
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_ALL = "Type Comment QueryLanguage"
_FLOW = "Next End Assign Output InputPath OutputPath"
_WORK = "ResultPath ResultSelector Parameters Retry Catch"
_FIELDS: Mapping[str, frozenset[str]] = {
    kind: frozenset(f"{_ALL} {names}".split())
    for kind, names in {
        "Pass": f"{_FLOW} Result ResultPath Parameters",
        "Task": (
            f"{_FLOW} {_WORK} Resource Arguments Credentials TimeoutSeconds TimeoutSecondsPath HeartbeatSeconds "
            "HeartbeatSecondsPath"
        ),
        "Choice": "Choices Default Assign Output InputPath OutputPath",
        "Wait": f"{_FLOW} Seconds SecondsPath Timestamp TimestampPath",
        "Succeed": "Output InputPath OutputPath",
        "Fail": "Error ErrorPath Cause CausePath",
        "Parallel": f"{_FLOW} {_WORK} Branches Arguments",
        "Map": (
            f"{_FLOW} {_WORK} ItemProcessor Iterator Items ItemsPath ItemSelector ItemReader ItemBatcher ResultWriter "
            "MaxConcurrency MaxConcurrencyPath ToleratedFailureCount ToleratedFailureCountPath "
            "ToleratedFailurePercentage ToleratedFailurePercentagePath Label"
        ),
    }.items()
}
STATE_TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")

_JSONPATH = frozenset(
    {
        *("InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "Result", "ItemsPath"),
        *("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath"),
        *("MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
        *("MaxItemsPath", "MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath", "Variable"),
    }
)
_JSONATA = frozenset({"Arguments", "Output", "Items", "Condition"})

_REQUIRED: Mapping[str, str] = {"Task": "Resource", "Choice": "Choices", "Parallel": "Branches"}
_EXCLUSIVE = (
    ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
    ("TimeoutSeconds", "TimeoutSecondsPath"),
    ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ("Error", "ErrorPath"),
    ("Cause", "CausePath"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ("MaxItems", "MaxItemsPath"),
    ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
    ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
    ("ItemProcessor", "Iterator"),
    ("ItemSelector", "Parameters"),
)
"""Fields of which a mapping can have only one."""


def has_unknown_field(state: LocatedState) -> bool:
    """Return whether the state has a field that no state of its type has."""
    return not state.body.keys() <= _FIELDS[state.kind]


def check_fields(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the fields that a state of this type and language cannot have, and those that it lacks."""
    known = _FIELDS[state.kind]
    yield from refuse_unknown(state.body, state.path, known)
    yield from refuse_other_language(state.body, state.path, jsonata=state.jsonata)
    exclusive = [pair for pair in _EXCLUSIVE if state.kind == "Map" or pair != ("ItemSelector", "Parameters")]
    yield from refuse_several(state.body, state.path, exclusive)
    if required := _REQUIRED.get(state.kind):
        yield from require_fields(state.body, state.path, [required], known)
    if state.kind == "Wait":
        yield from require_one(state, _EXCLUSIVE[0])
    if state.kind == "Map" and not {"ItemProcessor", "Iterator"} & state.body.keys():
        yield from require_fields(state.body, state.path, ["ItemProcessor"], known)


def refuse_unknown(body: Mapping[str, Json], path: Path, known: Collection[str]) -> Iterator[DefinitionFault]:
    """Yield the fields that are not in `known`."""
    for name in body:
        if name not in known:
            hint = suggest_name(name, [other for other in known if other not in body]) or "remove it"
            yield DefinitionFault(path=(*path, name), message=f"Field '{name}' is not supported", hint=hint)


def refuse_other_language(body: Mapping[str, Json], path: Path, *, jsonata: bool) -> Iterator[DefinitionFault]:
    """Yield the fields that only the other query language has."""
    own, other = ("JSONata", "JSONPath") if jsonata else ("JSONPath", "JSONata")
    for name in body:
        if name in (_JSONPATH if jsonata else _JSONATA):
            message = (
                f"The QueryLanguage is set to '{own}', but field '{name}' is only supported for the '{other}' "
                "QueryLanguage"
            )
            hint = f"remove it, or set the QueryLanguage of the {'state machine' if jsonata else 'state'} to {other}"
            yield DefinitionFault(path=(*path, name), message=message, hint=hint)


def refuse_several(
    body: Mapping[str, Json], path: Path, groups: Collection[tuple[str, ...]] = _EXCLUSIVE
) -> Iterator[DefinitionFault]:
    """Yield the fields that contradict each other."""
    for group in groups:
        found = [name for name in group if name in body]
        if len(found) > 1:
            message = f"There should only be one of the following fields: [{', '.join(found)}]"
            yield DefinitionFault(path=(*path, found[1]), message=message, hint=f"remove {' or '.join(found)}")


def require_fields(
    body: Mapping[str, Json], path: Path, names: Collection[str], known: Collection[str] = ()
) -> Iterator[DefinitionFault]:
    """Yield a fault if fields are missing. A field that is only misspelt is not missing: its name is the fault."""
    unknown = [name for name in body if known and name not in known]
    missing = [name for name in names if name not in body and not any(suggest_name(other, [name]) for other in unknown)]
    if missing:
        message = f"These fields are required: [{', '.join(missing)}]"
        yield DefinitionFault(path=path, message=message, hint="add it" if len(missing) == 1 else "add them")


def require_one(state: LocatedState, names: tuple[str, ...]) -> Iterator[DefinitionFault]:
    """Yield a fault if the state has none of the fields."""
    unknown = [name for name in state.body if name not in _FIELDS[state.kind]]
    if not any(name in state.body or any(suggest_name(other, [name]) for other in unknown) for name in names):
        message = f"the state needs one of the fields {', '.join(names[:-1])} and {names[-1]}"
        yield DefinitionFault(path=state.path, message=message, hint="add one of them")
