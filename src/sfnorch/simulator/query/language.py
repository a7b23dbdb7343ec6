"""What the engine requires of a query language: each operation evaluates one part of a state.

The engine and the states use this interface only. They do not know which language an expression is in, and where in a
state a language writes its expressions: JSONata in the fields themselves, JSONPath in fields of other names.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from sfnorch.json_values import Json
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState


class EvaluationContext(NamedTuple):
    """What an expression in a state can read."""

    state: LocatedState
    input: Json
    variables: Mapping[str, Json]
    read_context: Callable[[], dict[str, Json]]
    """Returns the context object: the execution, the state machine, the state, the item of a Map."""
    produced: Mapping[str, Json]
    """`result` after the work of the state, `errorOutput` in a catcher; empty before."""

    def read_states(self, parts: frozenset[str] | None) -> Mapping[str, Json]:
        """Return `$states` with the parts of these names as far as they exist; None stands for all parts."""
        if parts is None:
            return {"input": self.input, "context": self.read_context(), **self.produced}
        found = {part: self.produced[part] for part in parts if part in self.produced} if self.produced else {}
        if "input" in parts:
            found["input"] = self.input
        if "context" in parts:
            found["context"] = self.read_context()
        return found


class QueryLanguage(Protocol):
    """A query language. Each operation raises StatesError if an expression fails.

    `name` is the field as errors show it: `Arguments`, `Choices[0]/Condition`. A `part` is an object in the state with
    separate settings, such as `ItemReader`.
    """

    value_error: str
    """The name of the error for an expression whose value the field cannot have."""

    records_failures: bool
    """Whether a failed evaluation is an event of the history."""

    def pass_input(self, scene: EvaluationContext) -> Json:
        """Return what a state that does no work makes of its input."""

    def make_arguments(self, scene: EvaluationContext) -> Json:
        """Return the arguments of a Task's call, or the input of a Parallel's branches."""

    def make_part_arguments(self, scene: EvaluationContext, part: Mapping[str, Json], name: str) -> Json:
        """Return the arguments of the call of a part, such as `ItemReader`."""

    def list_items(self, scene: EvaluationContext) -> Json:
        """Return the items of a Map: an array, or an object if the language has Maps over objects."""

    def select_item(self, scene: EvaluationContext, item: Json) -> Json:
        """Return the input for the states of an item of a Map; the scene is in the context of the item."""

    def has_setting(self, body: Mapping[str, Json], name: str) -> bool:
        """Return whether the state or the part has the setting, as a constant or as an expression."""

    def evaluate_setting(self, scene: EvaluationContext, body: Mapping[str, Json], name: str) -> Json:
        """Return a setting such as `Seconds`, `TimeoutSeconds` or `Cause`; None if the body does not have it."""

    def fill_template(self, scene: EvaluationContext, template: Json, name: str) -> Json:
        """Return a value with all expressions in it evaluated, such as that of `BatchInput`."""

    def check_condition(self, scene: EvaluationContext, rule: Object, name: str) -> Json:
        """Return the value of a choice rule's condition; only true and false are valid."""

    def make_output(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the output by the fields of a state, a choice rule or a catcher; `default` if it has none of them."""

    def assign_variables(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the variables that a state, a choice rule or a catcher assigns; only an object is valid.

        `default` is the output of the body without fields that make another one.
        """

    def describe_wrong_type(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        """Return the sentence for a setting whose value has another type than the wanted JSON type."""

    def describe_wrong_timestamp(self, body: Mapping[str, Json], name: str, text: str) -> str:
        """Return the sentence for a setting that is not a timestamp."""

    def describe_wrong_value(self, body: Mapping[str, Json], name: str, wanted: str, value: Json) -> str:
        """Return the sentence for a setting whose value is not `wanted`, such as `a valid number of seconds`."""
