"""JSONata in states: the fields themselves contain expressions, which read `$states` and the variables.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from sfnorch.expressions import parse_code
from sfnorch.json_values import Json
from sfnorch.simulator.errors import QUERY
from sfnorch.simulator.query.evaluator import Evaluator
from sfnorch.simulator.query.language import EvaluationContext
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState


class Jsonata:
    """The query language JSONata."""

    value_error = QUERY

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def describe_field(self, name: str) -> str:
        """Return the start of a sentence about a field with an expression, as AWS writes it."""
        return f"The JSONata expression for the field '{name}'"

    def describe_expression(self, state: LocatedState, name: str) -> str:
        """Return the subject of a sentence about the value of a field of the state, as AWS writes it."""
        expression = parse_code(state.body.get(name))
        if expression is None:
            return f"The field '{name}'"
        return f"The JSONata expression '{expression.strip()}' specified for the field '{name}'"

    def make_arguments(self, scene: EvaluationContext) -> Json:
        """Return the value of `Arguments`; without it, a Task has no arguments, and branches get the state's input."""
        if scene.state.kind == "Task":
            return self.fill_template(scene, scene.state.body.get("Arguments", {}), "Arguments")
        return self._evaluate(scene, scene.state.body, "Arguments", scene.input)

    def list_items(self, scene: EvaluationContext) -> Json:
        """Return the value of `Items`; without it, the input contains the items."""
        return self._evaluate(scene, scene.state.body, "Items", scene.input)

    def select_item(self, scene: EvaluationContext, item: Json) -> Json:
        """Return the value of `ItemSelector`; without it, the item itself."""
        return self._evaluate(scene, scene.state.body, "ItemSelector", item)

    def has_setting(self, state: LocatedState, name: str) -> bool:
        """Return whether the state has a field with this name."""
        return name in state.body

    def evaluate_setting(self, scene: EvaluationContext, name: str) -> Json:
        """Return the value of the field; None if the state does not have it."""
        return self._evaluate(scene, scene.state.body, name, None)

    def fill_template(self, scene: EvaluationContext, template: Json, name: str) -> Json:
        """Return the value with all expressions in it evaluated."""
        states: Json = {"input": scene.input, "context": scene.read_context(), **scene.produced}
        return self._evaluator.evaluate_field(template, {**scene.variables, "states": states}, name)

    def check_condition(self, scene: EvaluationContext, rule: Object, name: str) -> Json:
        """Return the value of `Condition`."""
        return self.fill_template(scene, rule.get("Condition"), f"{name}/Condition")

    def make_output(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the value of `Output`, or the default."""
        return self._evaluate(scene, body, "Output", default)

    def assign_variables(self, scene: EvaluationContext, body: Object) -> Json:
        """Return the value of `Assign`; without it, no variable is assigned."""
        return self._evaluate(scene, body, "Assign", {})

    def _evaluate(self, scene: EvaluationContext, body: Object, name: str, default: Json) -> Json:
        return self.fill_template(scene, body[name], name) if name in body else default
