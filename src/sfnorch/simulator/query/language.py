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


class QueryLanguage(Protocol):
    """A query language. Each operation raises StatesError if an expression fails.

    `name` is the field as errors show it: `Arguments`, `Choices[0]/Condition`.
    """

    value_error: str
    """The name of the error for an expression whose value the field cannot have."""

    def describe_field(self, name: str) -> str:
        """Return the start of a sentence about a field with an expression, in an error."""

    def describe_expression(self, state: LocatedState, name: str) -> str:
        """Return the subject of a sentence about the value of a field of the state, with its expression if any."""

    def make_arguments(self, scene: EvaluationContext) -> Json:
        """Return the arguments of a Task's call, or the input of a Parallel's branches."""

    def list_items(self, scene: EvaluationContext) -> Json:
        """Return the items of a Map: an array, or an object."""

    def select_item(self, scene: EvaluationContext, item: Json) -> Json:
        """Return the input for the states of an item of a Map; the scene is in the context of the item."""

    def has_setting(self, state: LocatedState, name: str) -> bool:
        """Return whether the state has the setting, as a constant or as an expression."""

    def evaluate_setting(self, scene: EvaluationContext, name: str) -> Json:
        """Return a setting such as `Seconds`, `TimeoutSeconds` or `Cause`; None if the state does not have it."""

    def fill_template(self, scene: EvaluationContext, template: Json, name: str) -> Json:
        """Return a value with all expressions in it evaluated, such as that of `ItemSelector`."""

    def check_condition(self, scene: EvaluationContext, rule: Object, name: str) -> Json:
        """Return the value of a choice rule's condition; only true and false are valid."""

    def make_output(self, scene: EvaluationContext, body: Object, default: Json) -> Json:
        """Return the output by the fields of a state, a choice rule or a catcher; `default` if it has none of them."""

    def assign_variables(self, scene: EvaluationContext, body: Object) -> Json:
        """Return the variables that a state, a choice rule or a catcher assigns; only an object is valid."""
