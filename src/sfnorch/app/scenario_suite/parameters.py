"""Values of the parameters of a run: valid ones for those without a default, and invalid ones."""

from __future__ import annotations

from sfnorch.app.scenario_suite.candidates import Candidate
from sfnorch.json_values import Json, read_list, read_mapping, read_string
from sfnorch.protocol.run_context import DeclaredParameter
from sfnorch.runs.parameters import has_run_context, list_declared
from sfnorch.template.located import Object

_VALID: dict[str, Json] = {
    "integer": 1,
    "number": 1,
    "boolean": True,
    "date": "2026-01-01",
    "timestamp": "2026-01-01T00:00:00Z",
    "string": "text",
}
_INVALID: dict[str, Json] = {"string": [], "enum": "no-such-value"}
"""What is invalid for the types that accept most texts."""


def make_params(definition: Object) -> dict[str, Json]:
    """Return values for the parameters that a run must have."""
    return {
        read_string(each.get("name")): _choose_value(each)
        for each in list_declared(definition)
        if each.get("required") and each.get("default") is None
    }


def _choose_value(declared: DeclaredParameter) -> Json:
    values = read_list(declared.get("values"))
    return values[0] if values else _VALID.get(declared["type"], "text")


def list_parameter_candidates(definition: Object, base: Candidate) -> list[Candidate]:
    """Return a run with an invalid value for each parameter, and one without those that it must have."""
    declared = list_declared(definition)
    given = read_mapping(base.data.get("params"))
    found = [
        Candidate(
            family="param",
            column="parameter",
            name=f"An invalid value of the parameter {each['name']} is refused",
            data={**base.data, "params": {**given, each["name"]: _INVALID.get(each["type"], "no-value")}},
            is_expected=True,
        )
        for each in declared
    ]
    if has_run_context(definition):
        found.append(
            Candidate(
                family="unknown-param",
                name="An unknown parameter is refused",
                data={"input": {**read_mapping(base.data.get("input")), "params": {**given, "unknown": 1}}},
                is_expected=True,
            )
        )
    if given:
        rest = {name: value for name, value in base.data.items() if name != "params"}
        names = " and ".join(given)
        found.append(
            Candidate(family="no-param", name=f"A run without {names} is refused", data=rest, is_expected=True)
        )
    return found
