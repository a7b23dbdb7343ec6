"""Whether parameter values are valid for the template: declared, complete, and within their constraints.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping

from sfnorch.json_values import Json, read_list, read_string, walk_values
from sfnorch.template.intrinsics import format_value
from sfnorch.template.located import Object

_SUBSTITUTION = re.compile(r"\$\{(\w+)\}")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def find_parameter_faults(declared: Object, given: Mapping[str, str], *, kept: Collection[str] = ()) -> Iterator[str]:
    """Yield a message for each invalid or missing value; the values of `kept` are unknown here, but exist."""
    for name, value in given.items():
        match declared.get(name):
            case Object() as parameter:
                yield from _check_value(name, parameter, value)
            case _ if name in declared:
                yield f"the parameter {name} is not declared as a mapping"
            case _:
                near = difflib.get_close_matches(name, declared, n=1)
                known = f"did you mean {near[0]}?" if near else f"available: {', '.join(declared) or 'none'}"
                yield f"unknown parameter {name}; {known}"
    for name, body in declared.entries():
        if name not in given and name not in kept and "Default" not in body:
            yield f"the parameter {name} has no default; specify a value"


def find_parameter_users(resources: Object, parameters: Collection[str]) -> dict[str, list[str]]:
    """Return the logical ids of the resources that refer to each parameter, in the template's order."""
    found: dict[str, list[str]] = {}
    for logical_id, resource in resources.items():
        for name in dict.fromkeys(_list_references(resource)):
            if name in parameters:
                found.setdefault(name, []).append(logical_id)
    return found


def _list_references(node: Json) -> Iterator[str]:
    """Yield the names that Ref and Fn::Sub refer to in a value."""
    for path, value in walk_values(node):
        match path, value:
            case [*_, "Ref"], str():
                yield value
            case [*_, "Fn::Sub"], str(text) | [str(text), *_]:
                yield from _SUBSTITUTION.findall(text)


def _check_value(name: str, body: Object, value: str) -> Iterator[str]:
    constraint = read_string(body.get("ConstraintDescription"))
    wanted = f": {constraint}" if constraint else ""
    parts = value.split(",") if "List" in str(body.get("Type")) else [value]
    pattern, allowed = body.get("AllowedPattern"), body.get("AllowedValues")
    shown = "the specified value" if str(body.get("NoEcho", "")).lower() == "true" else repr(value)
    fitting = [match_allowed_pattern(pattern, part.strip()) for part in parts] if isinstance(pattern, str) else []
    if None in fitting:
        yield f"{name} cannot be {shown}: its AllowedPattern takes too many steps to match; remove nested repetitions"
    elif not all(fitting):
        yield f"{name} cannot be {shown}{wanted or f': it must match {pattern}'}"
    for key, words in (("MinLength", "at least"), ("MaxLength", "at most")):
        limit = str(body.get(key, ""))
        if limit.isdecimal() and not (len(value) >= int(limit) if key == "MinLength" else len(value) <= int(limit)):
            yield f"{name} cannot be {shown}: it must have {words} {limit} characters"
    known = [format_value(item) for item in read_list(allowed)]
    if known and not all(part.strip() in known for part in parts):
        yield f"{name} cannot be {shown}: it must be one of {', '.join(known)}"
    if body.get("Type") == "Number" and not _NUMBER.fullmatch(value.strip()):
        yield f"{name} cannot be {shown}: it must be a number"


def match_allowed_pattern(pattern: str, value: str) -> bool | None:
    """Return whether a parameter's AllowedPattern matches the value; None if the match takes too many steps."""
    from sfnorch.evaluation.budget import BudgetError  # slow to load
    from sfnorch.evaluation.regexes import is_full_match

    try:
        return is_full_match(pattern, value)
    except BudgetError:
        return None
    except (re.error, OverflowError, RecursionError):
        return True  # a Java pattern that Python does not support: CloudFormation reports an invalid one
