"""JSONata that AWS refuses: expressions that do not parse, and expressions that read what does not exist.

An expression has no input, so a name at its top level, `$` and `$$` are refused. The sentences are measured:
https://github.com/floci-io/floci/pull/2786. A syntax error is described by the parser, in words that can differ from
AWS's. `JSONata string must start with …` is measured by cdk-preflight.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.definitions.fault import JSONATA, UNSUPPORTED_JSONATA, DefinitionFault
from sfnorch.expressions import ERROR_OUTPUT, find_top_level_names, parse_code
from sfnorch.json_values import Json, walk_strings
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_OF_STATES = (
    *("Arguments", "Output", "Assign", "Items", "ItemSelector", "Seconds", "Timestamp", "Error", "Cause"),
    *("TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage"),
    "Credentials",
)
_OF_PARTS = (
    ("ItemReader", ("Arguments",)),
    ("ItemBatcher", ("BatchInput", "MaxItemsPerBatch", "MaxInputBytesPerBatch")),
    ("ResultWriter", ("Arguments",)),
)
_OF_RULES = ("Condition", "Output", "Assign")
"""The fields with expressions. AWS reads the other fields as text, for example Comment and ErrorEquals (measured)."""


def check_expressions(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of all expressions of a state in JSONata."""
    if not state.jsonata:
        return
    yield from _check_fields(state.body, state.path, _OF_STATES)
    for key, names in _OF_PARTS:
        yield from _check_fields(state.body.find_object(key), (*state.path, key), names)
    config = state.body.find_object("ItemReader", "ReaderConfig")
    yield from _check_fields(config, (*state.path, "ItemReader", "ReaderConfig"), ("MaxItems",))
    for key in ("Choices", "Catch"):
        for index, body in state.list_objects(key):
            yield from _check_fields(body, (*state.path, key, index), _OF_RULES, has_error=key == "Catch")


def _check_fields(
    body: Mapping[str, Json], path: Path, names: tuple[str, ...], *, has_error: bool = False
) -> Iterator[DefinitionFault]:
    for name in names:
        for inner, text in walk_strings(body.get(name)):
            if text.startswith("{%"):
                yield from _check_text(text, (*path, name, *inner), has_error=has_error)


def _check_text(text: str, path: Path, *, has_error: bool) -> Iterator[DefinitionFault]:
    code = parse_code(text)
    if "${" in text or UNKNOWN.search(text):
        return
    if code is None:
        message, hint = "JSONata string must start with {% and end with %}", "end it with %}"
        yield DefinitionFault(path=path, message=message, hint=hint)
        return
    fault, names = find_top_level_names(code.strip())
    if fault:
        yield DefinitionFault(code=JSONATA, path=path, message=fault, hint="test it at https://try.jsonata.org")
    for name in names:
        if name != ERROR_OUTPUT or not has_error:
            message, hint = _describe_name(name)
            yield DefinitionFault(code=UNSUPPORTED_JSONATA, path=path, message=message, hint=hint)


def _describe_name(name: str) -> tuple[str, str]:
    """Return the message and the hint for a name that does not exist."""
    match name:
        case "$$":
            return "Reference to '$$' is not supported.", "write $states.input"
        case "$":
            return "Reference to '$' at the top level is not supported.", "write $states.input"
        case _ if name == ERROR_OUTPUT:
            return f"Field '{name}' does not exist.", "use it only in Output and Assign of a catcher"
    return (
        f"Reference to '{name}' at the top level is not supported.",
        f"write $states.input.{name}, or ${name} for a variable",
    )
