"""Choice rules: their fields, exactly one comparison, nested rules, and the types of the compared values.

`These fields are required: [Next]` is measured: https://github.com/aws-cloudformation/cfn-lint/issues/4077, the
sentences about the number of comparisons by cdk-preflight.
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.definitions.fault import DefinitionFault, is_known
from sfnorch.definitions.fields import refuse_other_language, refuse_unknown, require_fields
from sfnorch.definitions.paths import check_path_fields, check_reference
from sfnorch.definitions.values import check_timestamp, check_values, refuse_others, refuse_type
from sfnorch.json_values import Json, name_type
from sfnorch.template.located import Array, Object, Path
from sfnorch.template.states import LocatedState

_ORDERS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
_TYPES: Mapping[str, str] = {
    **{f"String{order}": "string" for order in _ORDERS},
    **{f"Numeric{order}": "number" for order in _ORDERS},
    **{f"Timestamp{order}": "timestamp" for order in _ORDERS},
    "BooleanEquals": "boolean",
    "StringMatches": "string",
    **dict.fromkeys(("IsNull", "IsPresent", "IsBoolean", "IsNumeric", "IsString", "IsTimestamp"), "boolean"),
}
_BY_PATH = frozenset(f"{name}Path" for name in _TYPES if not name.startswith("Is") and name != "StringMatches")
_LOGIC = ("And", "Or", "Not")
_COMPARISONS = frozenset(_TYPES) | _BY_PATH | frozenset(_LOGIC)
_TOP = frozenset({"Next", "Assign", "Comment", "Output"})


def check_choices(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of the rules of a Choice state."""
    if state.body.get("Choices") == []:
        hint = "add a rule"
        yield DefinitionFault(path=(*state.path, "Choices"), message="Value cannot be empty", hint=hint)
    yield from refuse_others(state, "Choices")
    for index, rule in state.list_objects("Choices"):
        path = (*state.path, "Choices", index)
        yield from check_values(rule, path, jsonata=state.jsonata)
        if state.jsonata:
            yield from _check_condition(rule, path)
        else:
            yield from _check_rule(rule, path)


def _check_condition(rule: Object, path: Path) -> Iterator[DefinitionFault]:
    known = _TOP | {"Condition"}
    paths = [name for name in rule if name in _COMPARISONS or name == "Variable"]
    for name in paths[:1]:
        message = (
            f"The QueryLanguage is set to 'JSONata', but field '{name}' is only supported for the 'JSONPath' "
            "QueryLanguage"
        )
        yield DefinitionFault(path=(*path, name), message=message, hint="write the rule as Condition: '{% … %}'")
    yield from refuse_unknown({name: None for name in rule if name not in paths}, path, known)
    yield from require_fields(rule, path, ["Next"] if paths else ["Condition", "Next"], known | set(paths))
    if "Condition" in rule and name_type(rule["Condition"]) not in ("boolean", "string"):
        yield refuse_type(rule["Condition"], (*path, "Condition"), "string", "boolean")


def _check_rule(rule: Object, path: Path) -> Iterator[DefinitionFault]:
    known = _TOP | _COMPARISONS | {"Variable"}
    other = [name for name in rule if name in ("Condition", "Output")]
    yield from refuse_other_language(dict.fromkeys(other), path, jsonata=False)
    yield from refuse_unknown({name: None for name in rule if name not in other}, path, known)
    yield from require_fields(rule, path, ["Next"], known | {"Condition"})
    if "Condition" not in rule:
        yield from _check_comparison(rule, path)


def _check_nested(rule: Object, path: Path) -> Iterator[DefinitionFault]:
    known = _COMPARISONS | {"Variable", "Comment"}
    for name in rule:
        if name in _TOP and name not in known:
            message = f"Field '{name}' is not supported"
            yield DefinitionFault(path=(*path, name), message=message, hint="move it to the rule of the state")
    yield from refuse_unknown({name: None for name in rule if name not in _TOP}, path, known)
    yield from check_path_fields(rule, path)
    yield from _check_comparison(rule, path)


def _check_comparison(rule: Object, path: Path) -> Iterator[DefinitionFault]:
    found = [name for name in rule if name in _COMPARISONS]
    unknown = [name for name in rule if name not in _COMPARISONS | _TOP | {"Variable"}]
    if len(found) > 1:
        message = f"There should only be one of the following fields: [{', '.join(found)}]"
        yield DefinitionFault(path=(*path, found[1]), message=message, hint="join them with And or Or")
    elif not found and not unknown and "Variable" in rule:
        message, hint = "the rule has no comparison", "add one, for example StringEquals"
        yield DefinitionFault(path=path, message=message, hint=hint)
    elif not found and not unknown:
        message = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
        yield DefinitionFault(path=path, message=message, hint="add Variable and a comparison")
    if any(name not in _LOGIC for name in found):
        yield from require_fields(rule, path, ["Variable"], _TOP | _COMPARISONS | {"Variable"})
    for name in found:
        yield from _check_value(name, rule[name], (*path, name))


def _check_value(name: str, value: Json, path: Path) -> Iterator[DefinitionFault]:
    match name, value:
        case (("And" | "Or"), Array()):
            if not value:
                yield DefinitionFault(path=path, message="Value cannot be empty", hint="add a rule")
            for index, inner in enumerate(value):
                match inner:
                    case Object():
                        yield from _check_nested(inner, (*path, index))
                    case _:
                        yield refuse_type(inner, (*path, index), "object")
            return
        case "Not", Object():
            yield from _check_nested(value, path)
            return
        case (("And" | "Or" | "Not"), _):
            wanted = "object" if name == "Not" else "array"
        case _ if name in _BY_PATH:
            yield from check_reference(name, value, path)
            return
        case _ if _TYPES[name] == "timestamp":
            yield from check_timestamp(value, path)
            return
        case _:
            wanted = _TYPES[name]
    if is_known(value) and name_type(value) != wanted:
        yield refuse_type(value, path, wanted)
