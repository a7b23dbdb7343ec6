"""Choice rules in JSONPath: comparisons of a variable, joined by And, Or and Not.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html#amazon-states-language-choice-state-rules
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.json_values import Json, read_mapping, read_mappings
from sfnorch.query_syntax.paths import PathError, PathSyntaxError, UnsupportedPathError, parse_path
from sfnorch.simulator.errors import RUNTIME, StatesError, UnsupportedSimulationError
from sfnorch.simulator.query.comparisons import COMPARISONS, TESTS
from sfnorch.simulator.query.payload_templates import PathData

_INVALID = "The choice state's condition path references an invalid value."


def evaluate_rule(rule: Mapping[str, Json], data: PathData) -> bool:
    """Return whether the rule matches. Raises StatesError (States.Runtime) if a path leads to no value."""
    if "And" in rule:
        return all(evaluate_rule(inner, data) for inner in read_mappings(rule["And"]))
    if "Or" in rule:
        return any(evaluate_rule(inner, data) for inner in read_mappings(rule["Or"]))
    if "Not" in rule:
        return not evaluate_rule(read_mapping(rule["Not"]), data)
    return _compare(rule, data)


def _compare(rule: Mapping[str, Json], data: PathData) -> bool:
    variable = str(rule.get("Variable", ""))
    for name, wanted in rule.items():
        if name == "IsPresent":
            return _is_present(variable, data) is wanted
        if name in TESTS:
            return TESTS[name](_read(variable, data)) is wanted
        if name in COMPARISONS:
            return COMPARISONS[name](_read(variable, data), wanted)
        if name.endswith("Path") and name.removesuffix("Path") in COMPARISONS:
            other = _read(str(wanted), data)
            return COMPARISONS[name.removesuffix("Path")](_read(variable, data), other)
    raise StatesError(RUNTIME, f"The rule for '{variable}' has no comparison")


def _read(text: str, data: PathData) -> Json:
    try:
        path = parse_path(text)
        return path.read(data.find_root(path))
    except UnsupportedPathError as error:
        raise UnsupportedSimulationError(str(error)) from None
    except (PathError, PathSyntaxError):
        raise StatesError(RUNTIME, f"Invalid path '{text}': {_INVALID}") from None


def _is_present(text: str, data: PathData) -> bool:
    try:
        _read(text, data)
    except StatesError:
        return False
    return True
