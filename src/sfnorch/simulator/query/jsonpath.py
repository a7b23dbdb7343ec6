"""JSONPath in states: paths select the input and the output, and templates with paths make arguments and results.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.json_values import Json, is_number, write_as_text, write_compact
from sfnorch.query_syntax.paths import PathError
from sfnorch.simulator.errors import MATCH_RESULT_PATH, RUNTIME, StatesError
from sfnorch.simulator.query.choice_rules import evaluate_rule
from sfnorch.simulator.query.language import EvaluationContext
from sfnorch.simulator.query.payload_templates import PathData, TemplateEvaluator
from sfnorch.simulator.query.reference_paths import insert_result
from sfnorch.template.located import Object

_WORKING = ("Task", "Parallel", "Map")
"""The types of states that have a result, which a ResultSelector can change."""

_NUMBERS = {"Seconds": "long value", "ToleratedFailurePercentage": "float"}
_WAITS = ("Seconds", "Timestamp")


class JsonPath:
    """The query language JSONPath."""

    value_error = RUNTIME
    records_failures = False

    def __init__(self, templates: TemplateEvaluator) -> None:
        self._templates = templates

    def pass_input(self, scene: EvaluationContext) -> Json:
        """Return the effective input; for a Pass, its `Result`, or its input after `Parameters`."""
        body = scene.state.body
        if scene.state.kind != "Pass":
            return self._select_input(scene)
        return body["Result"] if "Result" in body else self._make_parameters(scene, body)

    def make_arguments(self, scene: EvaluationContext) -> Json:
        """Return the value of `Parameters`; without it, the effective input."""
        return self._make_parameters(scene, scene.state.body)

    def make_part_arguments(self, scene: EvaluationContext, part: Mapping[str, Json], name: str) -> Json:
        """Return the value of the part's `Parameters`; without it, an empty object."""
        return self.fill_template(scene, part.get("Parameters", {}), name)

    def list_items(self, scene: EvaluationContext) -> Json:
        """Return the array or the object at `ItemsPath`."""
        path = scene.state.body.get("ItemsPath", "$")
        effective = self._select_input(scene)
        items = self._templates.read(str(path), self._make_data(scene, effective))
        if isinstance(items, list | dict):
            return items
        shown = str(path).replace("$$", "$", 1)  # AWS writes a path of the context object with one $
        raise StatesError(RUNTIME, f'Reference path "{shown}" must point to array.')

    def select_item(self, scene: EvaluationContext, item: Json) -> Json:
        """Return the value of `ItemSelector`, or `Parameters` with an `Iterator`; without it, the item itself."""
        body = scene.state.body
        name = "ItemSelector" if "ItemSelector" in body else "Parameters"
        return self.fill_template(scene, body[name], name) if name in body else item

    def has_setting(self, body: Mapping[str, Json], name: str) -> bool:
        """Return whether the body has a field with this name, or with this name and `Path`."""
        return name in body or f"{name}Path" in body

    def evaluate_setting(self, scene: EvaluationContext, body: Mapping[str, Json], name: str) -> Json:
        """Return the value at the path of the setting, or its constant; None if the body does not have it."""
        path = body.get(f"{name}Path")
        if not isinstance(path, str):
            return self.fill_template(scene, body.get(name), name)
        data = self._make_data(scene, self._select_input(scene))
        if name in ("Error", "Cause"):
            return self._templates.evaluate(path, data, f"{name}Path")
        try:
            value = self._templates.read(path, data)
        except StatesError:
            if name not in _WAITS:
                raise
            reason = f"The {name}Path parameter does not reference an input value: {path}"
            raise StatesError(RUNTIME, reason) from None
        return value if name == "Timestamp" else _parse_number(value, name)

    def fill_template(self, scene: EvaluationContext, template: Json, name: str) -> Json:
        """Return the template with all paths and calls evaluated, which read the effective input."""
        return self._templates.fill(template, self._make_data(scene, self._select_input(scene)))

    def check_condition(self, scene: EvaluationContext, rule: Object, name: str) -> Json:
        """Return whether the comparisons of the rule match."""
        data = self._make_data(scene, self._select_input(scene))
        return evaluate_rule(rule, data)

    def make_output(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the output after `ResultSelector`, `ResultPath` and `OutputPath`; of a catcher, after `ResultPath`."""
        state, kind = scene.state.body, scene.state.kind
        if "errorOutput" in scene.produced:
            return _apply_result_path(body, scene.input, default)
        result = default
        if kind in _WORKING and "ResultSelector" in state:
            result = self._templates.fill(state["ResultSelector"], self._make_data(scene, result))
        if kind in (*_WORKING, "Pass"):
            result = _apply_result_path(state, scene.input, result)
        return self._select(scene, "OutputPath", result)

    def assign_variables(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the value of `Assign`, whose paths read the result; without it, no variable is assigned."""
        return self._templates.fill(body["Assign"], self._make_data(scene, default)) if "Assign" in body else {}

    def describe_wrong_type(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        """Return the sentence for the value at a path that has another type, as AWS writes it."""
        path = body.get(f"{name}Path")
        if path is None:
            return f"The field '{name}' must be of the type {wanted}, but was: {write_compact(value)}"
        if name == "Timestamp":
            return self.describe_wrong_timestamp(body, name, write_as_text(value))
        if name in _WAITS:
            return f"The {name}Path parameter cannot be parsed as a long value: {path} == {write_as_text(value)}"
        number = _NUMBERS.get(name, "integer")
        return f'The {name}Path field refers to value "{write_as_text(value)}" which is not a valid {number}: {path}'

    def describe_wrong_timestamp(self, body: Mapping[str, Json], name: str, text: str) -> str:
        """Return the sentence for the value at a path that is not a timestamp, as AWS writes it."""
        what = "ISO-8601 extended offset date-time format string"
        path = body.get(f"{name}Path")
        if path is None:
            return f"The {name} field cannot be parsed as an {what}: {text}"
        return f"The {name}Path parameter does not reference a valid {what}: {path} == {text}"

    def describe_wrong_value(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        """Return the sentence for a number that is too small or too large, as AWS writes it."""
        path = body.get(f"{name}Path")
        if not is_number(value):
            return self.describe_wrong_type(body, name, "number", value)
        negative = value < 0
        if name in _WAITS and path is not None and not isinstance(value, int):
            return f"The {name}Path parameter cannot be parsed as a long value: {path} == {write_compact(value)}"
        if name == "Seconds" and path is not None and negative:
            return f"The SecondsPath parameter references a negative value: {path} == {value}"
        if name == "ToleratedFailurePercentage":
            return f"{name} must be between 0 and 100."
        if negative:
            return f"{name} cannot be negative."
        shown = write_compact(value)
        if path is None:
            return f"The field '{name}' is {shown}, which is not {wanted}."
        return f'The {name}Path field refers to value "{shown}" which is not {wanted}: {path}'

    def _make_parameters(self, scene: EvaluationContext, body: Object) -> Json:
        if "Parameters" not in body:
            return self._select_input(scene)
        return self.fill_template(scene, body["Parameters"], "Parameters")

    def _select_input(self, scene: EvaluationContext) -> Json:
        return self._select(scene, "InputPath", scene.input)

    def _select(self, scene: EvaluationContext, name: str, value: Json) -> Json:
        """Return the part of the value at the path in the field; an empty object if the path is null."""
        path = scene.state.body.get(name, "$")
        if path == "$":
            return value
        return {} if path is None else self._templates.read(str(path), self._make_data(scene, value))

    def _make_data(self, scene: EvaluationContext, value: Json) -> PathData:
        return PathData(value, scene.read_context, scene.variables)


def _apply_result_path(body: Object, given: Json, result: Json) -> Json:
    """Return the state's input with the result at `ResultPath`; the input itself if the path is null."""
    path = body.get("ResultPath", "$")
    if path is None:
        return given
    try:
        return result if path == "$" else insert_result(given, str(path), result)
    except PathError as error:
        raise StatesError(MATCH_RESULT_PATH, str(error)) from None


def _parse_number(value: Json, name: str) -> Json:
    """Return the number in a text, which AWS accepts at a path (recorded); another value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return float(value) if name == "ToleratedFailurePercentage" else int(value)
    except ValueError:
        return value
