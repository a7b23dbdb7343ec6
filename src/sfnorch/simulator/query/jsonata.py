"""JSONata in states: the fields themselves contain expressions, which read `$states` and the variables.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.expressions import parse_code
from sfnorch.json_values import Json, name_type, write_compact
from sfnorch.simulator.errors import QUERY, StatesError
from sfnorch.simulator.query.evaluator import Evaluator
from sfnorch.simulator.query.language import EvaluationContext
from sfnorch.template.calls import is_activity, is_function_call
from sfnorch.template.located import Object

_NO_ARGUMENTS: Json = {}


class Jsonata:
    """The query language JSONata."""

    value_error = QUERY
    records_failures = True

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def pass_input(self, scene: EvaluationContext) -> Json:
        """Return the input."""
        return scene.input

    def make_arguments(self, scene: EvaluationContext) -> Json:
        """Return the value of `Arguments`; without it, the input. The call of a service has no arguments without it."""
        state = scene.state
        if state.kind == "Task" and not is_function_call(state) and not is_activity(state):
            return self.fill_template(scene, state.body.get("Arguments", _NO_ARGUMENTS), "Arguments")
        return self._evaluate(scene, state.body, "Arguments", scene.input)

    def make_part_arguments(self, scene: EvaluationContext, part: Mapping[str, Json], name: str) -> Json:
        """Return the value of the part's `Arguments`; without it, an empty object."""
        return self.fill_template(scene, part.get("Arguments", _NO_ARGUMENTS), f"{name}/Arguments")

    def list_items(self, scene: EvaluationContext) -> Json:
        """Return the array in `Items`; without it, the input is the array. Another value is an error, as recorded.

        The Items of a distributed Map can be an object (measured by the author of sfnx).
        """
        body = scene.state.body
        items = self._evaluate(scene, body, "Items", scene.input)
        match items:
            case list():
                return items
            case dict() if "Items" in body and scene.state.distributed:
                return items
        if "Items" in body:
            raise StatesError(QUERY, self.describe_wrong_type(body, "Items", "array", items))
        raise StatesError(QUERY, f"Map state input must be an array but was: {write_compact(items)}")

    def select_item(self, scene: EvaluationContext, item: Json) -> Json:
        """Return the value of `ItemSelector`; without it, the item itself."""
        return self._evaluate(scene, scene.state.body, "ItemSelector", item)

    def has_setting(self, body: Mapping[str, Json], name: str) -> bool:
        """Return whether the body has a field with this name."""
        return name in body

    def evaluate_setting(self, scene: EvaluationContext, body: Mapping[str, Json], name: str) -> Json:
        """Return the value of the field; None if the body does not have it."""
        return self._evaluate(scene, body, name, None)

    def fill_template(self, scene: EvaluationContext, template: Json, name: str) -> Json:
        """Return the value with all expressions in it evaluated."""
        return self._evaluator.evaluate_field(template, scene.variables, name, scene.read_states)

    def check_condition(self, scene: EvaluationContext, rule: Object, name: str) -> Json:
        """Return the value of `Condition`."""
        return self.fill_template(scene, rule.get("Condition"), f"{name}/Condition")

    def make_output(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the value of `Output`, or the default."""
        return self._evaluate(scene, body, "Output", default)

    def assign_variables(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the value of `Assign`; without it, no variable is assigned."""
        return self._evaluate(scene, body, "Assign", {})

    def describe_wrong_type(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        """Return the sentence for an expression whose value has another type, as AWS writes it."""
        if name == "Items" and name not in body:
            return f"Map state input must be an array but was: {write_compact(value)}"
        source = _describe_expression(body, name)
        words = f"Expected '{wanted}', but was '{name_type(value)}' for value: {write_compact(value)}"
        return f"{source} returned an unexpected result type. {words}"

    def describe_wrong_timestamp(self, body: Mapping[str, Json], name: str, text: str) -> str:
        """Return the sentence for a value that is not a timestamp, as AWS writes it."""
        return f"The {name} field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"

    def describe_wrong_value(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        """Return the sentence for a value that is not `wanted`."""
        return f"The field '{name}' is {value!r}, which is not {wanted}."

    def _evaluate(self, scene: EvaluationContext, body: Mapping[str, Json], name: str, default: Json) -> Json:
        if name not in body:
            return default
        return self._evaluator.evaluate_field(body[name], scene.variables, name, scene.read_states)


def _describe_expression(body: Mapping[str, Json], name: str) -> str:
    """Return the subject of a sentence about the value of a field, with its expression if any."""
    expression = parse_code(body.get(name))
    if expression is None:
        return f"The field '{name}'"
    return f"The JSONata expression '{expression.strip()}' specified for the field '{name}'"
