"""The JSONata engine with a budget: it counts work before it does the work.

The library evaluates a tree of nodes. This module replaces the parts that do more than the work of one step: operators
on texts and lists, paths, descendants, comparisons of whole values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from sfnorch.evaluation.budget import BYTES_PER_STEP, Budget, CountedObject, count_items, measure_weight
from sfnorch.evaluation.functions import build_measured_functions
from sfnorch.evaluation.json_text import write_text
from sfnorch.evaluation.numbers import calculate, is_number
from sfnorch.evaluation.regexes import compile_regex

if TYPE_CHECKING:
    from sfnorch.evaluation.library import Frame, SyntaxNode

MOST_CHARACTERS = 262_144
"""The maximum number of characters in an expression. A literal cannot exceed the maximum size of a state's output."""

_MOST_OPEN = 400
"""The maximum depth of nested brackets."""

_MOST_CHARACTERS_KEPT = 4_096
"""Characters of an expression whose tree is kept for the next engine."""

_METHODS = {
    **dict.fromkeys(("string", "number", "value"), "evaluate_value"),
    **{
        name: f"evaluate_{name}"
        for name in (
            "path",
            "binary",
            "unary",
            "name",
            "wildcard",
            "parent",
            "condition",
            "block",
            "variable",
            "lambda",
        )
    },
    "descendant": "evaluate_descendants",
    "bind": "evaluate_bind_expression",
    "regex": "evaluate_pattern",
    "function": "evaluate_call",
    "partial": "evaluate_partial_application",
    "apply": "evaluate_apply_expression",
    "transform": "evaluate_transform_expression",
}
"""The method that evaluates a node, by node type."""

_INDEXES_PER_STEP = 2
_BYTES_PER_ITEM = 40


class Engine(Jsonata):  # type: ignore[misc]  # the library has no types
    """A parsed expression, evaluated within a budget. Raises ValueError for a text that is too large to parse."""

    environment: Frame
    input: object

    def __init__(self, text: str) -> None:
        self.__dict__.update(_read(text))
        self.environment = self.create_frame(Jsonata.static_frame)
        self.set_output_convert_nulls(False)
        self.budget = Budget()
        self._predicates: set[int] = set()
        for name, function in build_measured_functions().items():
            self.environment.bind(name, function)

    def run(self, bindings: Mapping[str, object], budget: Budget) -> object:
        """Return the result, null as Utils.NULL_VALUE. Raises LimitError, and the errors of the library."""
        self.budget = budget
        Jsonata.CURRENT.jsonata = self
        frame = self.create_frame(self.environment)
        for name, value in bindings.items():
            frame.bind(name, Utils.NULL_VALUE if value is None else value)
        return self.evaluate(None, frame)

    def eval(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        """Evaluate a node and count it as a step of the evaluation that needs its result."""
        budget = self.budget
        budget.enter()
        before = self.input, self.environment
        self.input, self.environment = input, environment  # the library's functions use these as the context
        try:
            found = getattr(self, _METHODS[expr.type])(expr, input, environment) if expr.type in _METHODS else None
            for item in expr.predicate or ():
                found = self.evaluate_filter(item.expr, found, environment)
            if expr.group is not None and expr.type != "path":
                found = self.evaluate_group_expression(expr.group, found, environment)
            if isinstance(found, list) and id(expr) in self._predicates:
                budget.count_steps(len(found) // _INDEXES_PER_STEP)
        finally:
            self.input, self.environment = before
            budget.depth -= 1
        if isinstance(found, Utils.JList) and found.sequence and not found.tuple_stream:
            if expr.keep_array:
                found.keep_singleton = True
            if not found:
                return None
            if len(found) == 1 and not found.keep_singleton:
                return found[0]
        return found

    def evaluate_value(self, expr: SyntaxNode, *_: object) -> object:
        """Return a literal."""
        return self.evaluate_literal(expr)

    def evaluate_pattern(self, expr: SyntaxNode, *_: object) -> object:
        """Return a regex."""
        return self.evaluate_regex(expr)

    def evaluate_call(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        """Call a function."""
        return self.evaluate_function(expr, input, environment, Utils.NONE)

    def evaluate_parent(self, expr: SyntaxNode, _: object, environment: Frame) -> object:
        """Return the value of `%`."""
        return environment.lookup(expr.slot.label)

    def evaluate_string_concat(self, lhs: object, rhs: object) -> str:
        self.budget.count_bytes(sum(measure_weight(side) or self.budget.count_values(side) * 40 for side in (lhs, rhs)))
        return "".join("" if side is None else write_text(side) for side in (lhs, rhs))

    def evaluate_range_expression(self, lhs: object, rhs: object) -> object:
        _refuse_containers("T2003", lhs)
        _refuse_containers("T2004", rhs)
        found = super().evaluate_range_expression(lhs, rhs)
        if found is not None:
            self.budget.count_bytes(_BYTES_PER_ITEM * len(found))
        return found

    def evaluate_numeric_expression(self, lhs: object, rhs: object, op: str) -> object:
        _refuse_containers("T2001", lhs, op)
        _refuse_containers("T2002", rhs, op)
        if is_number(lhs) and is_number(rhs):
            return calculate(op, lhs, rhs)
        return super().evaluate_numeric_expression(lhs, rhs, op)

    def evaluate_comparison_expression(self, lhs: object, rhs: object, op: str) -> object:
        _refuse_containers("T2010", lhs, op)
        _refuse_containers("T2010", rhs, op)
        return super().evaluate_comparison_expression(lhs, rhs, op)

    def evaluate_equality_expression(self, lhs: object, rhs: object, op: str) -> object:
        self.budget.count_values(lhs)
        self.budget.count_values(rhs)
        return super().evaluate_equality_expression(lhs, rhs, op)

    def evaluate_includes_expression(self, lhs: object, rhs: object) -> object:
        self.budget.count_values(lhs)
        self.budget.count_values(rhs)
        return super().evaluate_includes_expression(lhs, rhs)

    def evaluate_condition(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        condition = self.eval(expr.condition, input, environment)
        self.budget.count_values(condition)
        if Jsonata.boolize(condition):
            return self.eval(expr.then, input, environment)
        return self.eval(expr._else, input, environment) if expr._else is not None else None

    def evaluate_unary(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        found = super().evaluate_unary(expr, input, environment)
        if isinstance(found, list):
            self.budget.count_bytes(8 * len(found))
            self.budget.check(found)
        return found

    def evaluate_group_expression(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        if isinstance(input, list):  # the library copies the items of a group each time that one is added
            self.budget.count_bytes(8 * len(input))
            self.budget.count_steps(len(input) ** 2 // BYTES_PER_STEP)
        found = CountedObject(super().evaluate_group_expression(expr, input, environment))
        self.budget.count_bytes(100 * len(found))
        self.budget.check(found)
        return found

    def evaluate_lambda(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        self.budget.count_steps(0 if expr.thunk else 1)
        return super().evaluate_lambda(expr, input, environment)

    def evaluate_step(self, expr: SyntaxNode, input: Iterable[object], environment: Frame, last_step: bool) -> object:
        if expr.type == "sort":
            return super().evaluate_step(expr, input, environment, last_step)
        results = Utils.create_sequence()
        for item in input:
            found = self.eval(expr, item, environment)
            for stage in expr.stages or ():
                found = self.evaluate_filter(stage.expr, found, environment)
            if found is not None:
                results.append(found)
        if last_step and len(results) == 1 and isinstance(results[0], list) and not Utils.is_sequence(results[0]):
            return results[0]
        flat = Utils.create_sequence()
        for found in results:
            if not isinstance(found, list) or (isinstance(found, Utils.JList) and found.cons):
                flat.append(found)
            else:
                self.budget.count_bytes(8 * len(found))
                flat.extend(found)
        self.budget.check(flat)
        return flat

    def evaluate_filter(self, predicate: SyntaxNode, input: object, environment: Frame) -> object:
        if predicate.type != "number" and isinstance(input, list):
            self.budget.count_bytes(8 * len(input))
            self._predicates.add(id(predicate))  # the library walks an array of indexes for every item
        return super().evaluate_filter(predicate, input, environment)

    def evaluate_tuple_step(
        self, expr: SyntaxNode, input: object, tuple_bindings: object, environment: Frame
    ) -> object:
        found = super().evaluate_tuple_step(expr, input, tuple_bindings, environment)
        if found is not None:
            self.budget.count_bytes(300 * len(found))
        return found

    def evaluate_name(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        if isinstance(input, list):
            self.budget.count_bytes(8 * self.budget.count_values(input))
        return super().evaluate_name(expr, input, environment)

    def evaluate_wildcard(self, expr: SyntaxNode, input: object, *_: object) -> object:
        self.budget.count_bytes(8 * self.budget.count_values(input))
        # the library copies the result for each list among the values
        self.budget.count_steps(count_items(input) ** 2 // BYTES_PER_STEP)
        return super().evaluate_wildcard(expr, input)

    def evaluate_descendants(self, expr: SyntaxNode, input: object, *_: object) -> object:
        self.budget.count_bytes(8 * self.budget.count_values(input))
        return super().evaluate_descendants(expr, input)

    def evaluate_sort_expression(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        self.budget.count_bytes(8 * len(input) if isinstance(input, list) else 8)
        return super().evaluate_sort_expression(expr, input, environment)


def parse_tree(text: str) -> SyntaxNode:
    """Return the tree of an expression, which an engine for the same text does not parse again.

    Raises the library's errors for a syntax error, and ValueError for a text that is too large to parse.
    """
    tree: SyntaxNode = _read(text)["ast"]
    return tree


def _read(text: str) -> dict[str, Any]:
    check_text(text)
    return _parse_cached(text) if len(text) <= _MOST_CHARACTERS_KEPT else _parse(text)


def _parse(text: str) -> dict[str, Any]:
    """Return what the library makes of the text. An evaluation reads the tree and changes nothing in it."""
    made: dict[str, Any] = vars(Jsonata(text, compile_regex))
    return made


@lru_cache(maxsize=1_000)
def _parse_cached(text: str) -> dict[str, Any]:
    """Return the same for the same text, which is parsed once in a process."""
    return _parse(text)


def check_text(text: str) -> None:
    """Raise ValueError for an expression that would take the parser too long."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it has more than {MOST_CHARACTERS:,} characters; shorten it")
    depth, quote = 0, ""
    escaped = False
    for character in text:
        if quote:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
            if depth > _MOST_OPEN:
                raise ValueError(f"more than {_MOST_OPEN} brackets are nested; split the expression")
        elif character in ")]}":
            depth = max(0, depth - 1)


def _refuse_containers(error: str, value: object, *more: object) -> None:
    """Raise the library's error for a list or object instead of a number, without writing its content."""
    match value:
        case list():
            raise JException(error, -1, *more, "an array")
        case dict():
            raise JException(error, -1, *more, "an object")
