"""What the evaluation of a node needs: the engine as a node sees it, and the result of a sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from jsonata.utils import Utils

from sfnorch.evaluation.budget import Budget

if TYPE_CHECKING:
    from sfnorch.evaluation.library import Frame, SyntaxNode


class NodeEngine(Protocol):
    """The engine, as a node sees it."""

    budget: Budget

    def create_frame(self, outer: Frame, /) -> Frame:
        """Return a frame for variables within the outer one."""

    def call_method(self, expr: SyntaxNode, context: object, environment: Frame, /) -> object:
        """Return the value of the node by the method of its type."""

    def choose_branch(self, condition: object) -> bool:
        """Return whether a condition is true."""

    def apply_operator(self, op: str, lhs: object, rhs: object) -> object:
        """Return the value of an operator other than `and` and `or`."""

    def check_function_name(self, expr: SyntaxNode, function: object, environment: Frame, /) -> None:
        """Raise JException for a call of a name without its `$`."""

    def apply_function(
        self, expr: SyntaxNode, found: object, args: list[object], context: object, environment: Frame, /
    ) -> object:
        """Return the result of the call of a function."""

    def evaluate_name(self, expr: SyntaxNode, context: object, environment: Frame, /) -> object:
        """Return the values of a name in a list."""

    def evaluate_step(
        self, expr: SyntaxNode, items: Iterable[object], environment: Frame, last_step: bool, /
    ) -> object:
        """Return the values of a step of a path for each of the values before it."""

    def spread_values(self, values: Iterable[object]) -> Utils.JList:
        """Return the values of a step as a sequence."""


Evaluate: TypeAlias = Callable[[NodeEngine, object, "Frame"], object]
"""Returns the value of a node, in the context of a value and with the variables of a frame."""

FindEvaluation: TypeAlias = "Callable[[SyntaxNode], Evaluate]"
"""Returns the evaluation of an inner node."""

Builder: TypeAlias = "Callable[[SyntaxNode, FindEvaluation], Evaluate]"
"""Returns the evaluation of a node of one type."""


def settle(found: object, node: SyntaxNode) -> object:
    """Return a sequence as the value of a node: nothing if it is empty, its only value if it has one."""
    if isinstance(found, Utils.JList) and found.sequence and not found.tuple_stream:
        if node.keep_array:
            found.keep_singleton = True
        if not found:
            return None
        if len(found) == 1 and not found.keep_singleton:
            return found[0]
    return found


def build_general(node: SyntaxNode) -> Evaluate:
    """Return the evaluation by the method of the engine."""

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        found = settle(engine.call_method(node, context, environment), node)
        engine.budget.depth -= 1
        return found

    return evaluate
