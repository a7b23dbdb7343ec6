"""Map and Parallel states: processors, branches, readers, writers, and what only a distributed Map can have.

`Field 'QueryLanguage' is not supported` is measured: https://github.com/floci-io/floci/issues/2968; the sentences about
ProcessorConfig, ItemReader and CSV are measured by cdk-preflight; `Value cannot be empty` is recorded for Branches. The
sentences about labels are emulated, the rule is documented:
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfnorch.definitions.fault import LABEL, LABEL_TWICE, DefinitionFault, is_known
from sfnorch.definitions.fields import (
    refuse_other_language,
    refuse_several,
    refuse_unknown,
    require_fields,
)
from sfnorch.definitions.values import check_one_of, check_values, refuse_others, refuse_type
from sfnorch.json_values import name_type
from sfnorch.template.located import Object, Path
from sfnorch.template.states import LocatedState, StateScope

_SCOPE = frozenset({"StartAt", "States", "Comment"})
_READER = frozenset({"Resource", "Parameters", "Arguments", "ReaderConfig", "Comment"})
_READER_CONFIG = frozenset(
    {
        *("InputType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "MaxItems", "MaxItemsPath", "ItemsPointer"),
        *("ManifestType", "Transformation", "Comment"),
    }
)
"""The fields of a ReaderConfig: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html"""

_BATCHER = frozenset(
    {
        *("MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
        *("BatchInput", "Comment"),
    }
)
_WRITER = frozenset({"Resource", "Parameters", "Arguments", "WriterConfig", "Comment"})
_OF_DISTRIBUTED = frozenset({"ExecutionType"})
_MODES, _TYPES = ("INLINE", "DISTRIBUTED"), ("STANDARD", "EXPRESS")
_INPUT_TYPES = ("MANIFEST", "JSON", "CSV", "JSONL", "PARQUET")
_READ = re.compile(r"arn:[^:]+:states:::s3:(getObject|listObjectsV2)")
_LONGEST_LABEL = 40
_NOT_IN_LABEL = re.compile(r"[\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]")


def check_scopes(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of the branches of a Parallel state, or of a Map state with its reader and writer."""
    if state.kind == "Parallel":
        if state.body.get("Branches") == []:
            path = (*state.path, "Branches")
            yield DefinitionFault(path=path, message="Value cannot be empty", hint="add a branch")
        yield from refuse_others(state, "Branches")
    for scope in state.scopes:
        yield from _check_scope(scope)
    if state.kind == "Map":
        for key, known in (("ItemReader", _READER), ("ItemBatcher", _BATCHER), ("ResultWriter", _WRITER)):
            if (part := state.body.get_object(key)) is not None:
                yield from _check_part(part, (*state.path, key), known, jsonata=state.jsonata)
        yield from _check_reader(state)
        yield from _check_label(state)


def _check_scope(scope: StateScope) -> Iterator[DefinitionFault]:
    is_processor = scope.path[-1] in ("ItemProcessor", "Iterator")
    known = _SCOPE | {"ProcessorConfig"} if is_processor else _SCOPE
    yield from refuse_unknown(scope.body, scope.path, known)
    yield from check_values(scope.body, scope.path, jsonata=False)
    yield from require_fields(scope.body, scope.path, ["States", "StartAt"], known)
    config = scope.body.get_object("ProcessorConfig")
    if is_processor and config is not None:
        path = (*scope.path, "ProcessorConfig")
        yield from refuse_unknown(config, path, {"Mode", "ExecutionType"})
        yield from check_one_of(config, "Mode", path, _MODES)
        if config.get("Mode") == "INLINE":
            yield from refuse_unknown(dict.fromkeys(name for name in config if name in _OF_DISTRIBUTED), path, ())
        else:
            yield from check_one_of(config, "ExecutionType", path, _TYPES)
        if scope.distributed:
            yield from require_fields(config, path, ["ExecutionType"], {"Mode", "ExecutionType"})


def check_states(scope: StateScope) -> Iterator[DefinitionFault]:
    """Yield a fault if the scope has no state, and for each state that is not an object."""
    states, path = scope.body.get_object("States"), (*scope.path, "States")
    if states is None:
        return
    if not states:
        yield DefinitionFault(path=path, message="Value cannot be empty", hint="add a state")
    for name, state in states.items():
        if name_type(state) != "object":
            yield refuse_type(state, (*path, name), "object")


def _check_part(part: Object, path: Path, known: frozenset[str], *, jsonata: bool) -> Iterator[DefinitionFault]:
    yield from refuse_unknown(part, path, known)
    yield from refuse_other_language(part, path, jsonata=jsonata)
    yield from refuse_several(part, path)
    yield from check_values(part, path, jsonata=jsonata)


def _check_reader(state: LocatedState) -> Iterator[DefinitionFault]:
    reader, path = state.body.find_object("ItemReader"), (*state.path, "ItemReader")
    if state.body.get_object("ItemReader") is not None:
        yield from require_fields(reader, path, ["Resource"], _READER)
    match reader.get("Resource"):
        case str(resource) if is_known(resource) and not _READ.fullmatch(resource):
            message = "The field 'Resource' does not match any of the allowed values"
            hint = "use arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2"
            yield DefinitionFault(path=(*path, "Resource"), message=message, hint=hint)
    config, path = reader.find_object("ReaderConfig"), (*path, "ReaderConfig")
    yield from refuse_unknown(config, path, _READER_CONFIG)
    yield from refuse_other_language(config, path, jsonata=state.jsonata)
    yield from refuse_several(config, path)
    yield from check_values(config, path, jsonata=state.jsonata)
    yield from check_one_of(config, "InputType", path, _INPUT_TYPES)
    yield from check_one_of(config, "CSVHeaderLocation", path, ("FIRST_ROW", "GIVEN"))
    match config.get("InputType"), config.get("CSVHeaderLocation"):
        case "CSV", None:
            message = "The field 'CSVHeaderLocation' is required"
            yield DefinitionFault(path=path, message=message, hint="set it to FIRST_ROW or GIVEN")
        case "CSV", "GIVEN":
            yield from require_fields(config, path, ["CSVHeaders"])
        case "JSON", _ if "CSVHeaderLocation" in config:
            yield from refuse_unknown({"CSVHeaderLocation": None}, path, ())


def _check_label(state: LocatedState) -> Iterator[DefinitionFault]:
    label, path = state.read_text("Label"), (*state.path, "Label")
    if not is_known(label):
        return
    if state.body.get("Label") == "":
        yield DefinitionFault(code=LABEL, path=path, message="Label cannot be empty", hint="add a name, or remove it")
    elif len(label) > _LONGEST_LABEL:
        message = f"Label cannot exceed {_LONGEST_LABEL} characters"
        yield DefinitionFault(code=LABEL, path=path, message=message, hint="shorten it")
    elif match := _NOT_IN_LABEL.search(label):
        message = f"Label contains invalid character: {match[0]!r}"
        yield DefinitionFault(code=LABEL, path=path, message=message, hint="use letters, digits, - and _")


def check_labels(root: StateScope) -> Iterator[DefinitionFault]:
    """Yield the Map states whose label is that of another one."""
    seen: set[str] = set()
    for state in root.list_states():
        if state.kind == "Map" and (label := state.read_text("Label")):
            if label in seen:
                path, hint = (*state.path, "Label"), "give each Map state a unique label"
                message = f"another Map state has the label {label!r}"
                yield DefinitionFault(code=LABEL_TWICE, path=path, message=message, hint=hint)
            seen.add(label)
