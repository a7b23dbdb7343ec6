"""JSONPath: fields that hold a path, reference paths, and payload templates with paths and intrinsic functions.

A path has a fault only if it is certain: it does not start with `$`, a bracket or a quote is not closed, or a reference
path has an operator that the documentation excludes. AWS's sentences are measured, except the reason of a reference
path: https://github.com/aws-cloudformation/cfn-lint/issues/4076, /4078 and /4085, recorded for intrinsic functions.
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sfnorch.definitions.fault import DefinitionFault, is_known
from sfnorch.definitions.intrinsics import find_call_fault
from sfnorch.definitions.values import refuse_type
from sfnorch.json_values import Json, name_type, read_string, walk_values
from sfnorch.query_syntax.paths import is_closed
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_WHOLE = frozenset({"InputPath", "OutputPath", "ItemsPath"})
_REFERENCES = frozenset(
    {
        *("ResultPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "Variable"),
        *("MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "MaxItemsPath"),
        *("MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"),
    }
)
_WITHOUT_CONTEXT = _REFERENCES - {"SecondsPath", "TimestampPath", "Variable"}
"""Reference paths that cannot start in the context object (measured for those of a Map)."""

_OR_CALL = frozenset({"ErrorPath", "CausePath"})
_CAN_BE_NULL = frozenset({"InputPath", "OutputPath", "ResultPath"})
_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_OPERATORS = re.compile(r"[@,:?*]|\.\.|\w\(")


def check_paths(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of the paths and payload templates of a state in JSONPath."""
    if state.jsonata:
        return
    yield from check_path_fields(state.body, state.path)
    for name in _TEMPLATES:
        if name in state.body:
            yield from check_template(state.body[name], (*state.path, name))
    for key, inner in (("ItemReader", "Parameters"), ("ResultWriter", "Parameters"), ("ItemBatcher", "BatchInput")):
        part = state.body.find_object(key)
        yield from check_path_fields(part, (*state.path, key))
        yield from check_path_fields(part.find_object("ReaderConfig"), (*state.path, key, "ReaderConfig"))
        if inner in part:
            yield from check_template(part[inner], (*state.path, key, inner))
    for key in ("Catch", "Choices"):
        for index, body in state.list_objects(key):
            yield from check_path_fields(body, (*state.path, key, index))
            if "Assign" in body:
                yield from check_template(body["Assign"], (*state.path, key, index, "Assign"))


def check_path_fields(body: Mapping[str, Json], path: Path) -> Iterator[DefinitionFault]:
    """Yield the fields of a mapping that must be paths and are not."""
    for name, value in body.items():
        if not is_known(value) or (value is None and name in _CAN_BE_NULL):
            continue
        if name in _WHOLE:
            if not _is_path(read_string(value)):
                hint = "start it with $ and close each bracket and quote"
                yield DefinitionFault(path=(*path, name), message="Value must be a valid JSONPath.", hint=hint)
        elif name in _REFERENCES:
            yield from check_reference(name, value, (*path, name))
        elif name in _OR_CALL:
            match value:
                case str():
                    yield from _check_path_or_call(name, value, (*path, name))
                case _:
                    yield refuse_type(value, (*path, name), "string")


def check_reference(name: str, value: Json, path: Path) -> Iterator[DefinitionFault]:
    """Yield a fault if the value is not a reference path: it names one value, without an operator."""
    if not is_known(value):
        return
    text = read_string(value)
    if not text.startswith("$"):
        message = "Value is not a Reference Path: Reference path didn't start with '$'"
        yield DefinitionFault(path=path, message=message, hint="start it with $")
    elif not is_closed(text):
        hint = "close each bracket and quote"
        yield DefinitionFault(path=path, message="Value is not a Reference Path", hint=hint)
    elif _OPERATORS.search(_QUOTED.sub("''", text)):
        hint = "use a path without *, .., ?, @, commas, slices and functions"
        yield DefinitionFault(path=path, message="Value is not a Reference Path", hint=hint)
    elif name in _WITHOUT_CONTEXT and text.startswith("$$"):
        hint = "use a path in the input, or a variable"
        yield DefinitionFault(path=path, message="Value is not a Reference Path", hint=hint)


def check_template(value: Json, path: Path) -> Iterator[DefinitionFault]:
    """Yield the fields with `.$` in a payload template whose value is neither a path nor a call of a function."""
    for inner, found in walk_values(value):
        name = str(inner[-1]) if inner else ""
        if not name.endswith(".$") or not is_known(found):
            continue
        match found:
            case str():
                yield from _check_path_or_call(name, found, (*path, *inner))
            case _:
                kind = name_type(found).upper()
                message = (
                    f"The value for the field '{name}' must be a STRING that contains a JSONPath but was an {kind}"
                )
                hint = "remove .$ from the name of the field"
                yield DefinitionFault(path=(*path, *inner), message=message, hint=hint)


def _check_path_or_call(name: str, text: str, path: Path) -> Iterator[DefinitionFault]:
    if not _is_path(text) and (reason := find_call_fault(text)):
        message = f"The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
        yield DefinitionFault(path=path, message=message, hint=reason)


def _is_path(text: str) -> bool:
    return text.startswith("$") and is_closed(text)
