"""The JSONata engine with a budget: it counts work before it does the work.

The library evaluates a tree of nodes. This module replaces the parts that do more than the work of one step: operators
on texts and lists, paths, descendants, comparisons of whole values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.parser import Parser
from jsonata.utils import Utils

from sfnorch.evaluation.budget import BYTES_PER_STEP, Budget, CountedObject, count_items, measure_weight
from sfnorch.evaluation.functions import MeasuredFunction, build_measured_functions
from sfnorch.evaluation.json_text import write_text
from sfnorch.evaluation.nodes import find_evaluation
from sfnorch.evaluation.numbers import calculate, is_number
from sfnorch.evaluation.regexes import compile_regex
from sfnorch.evaluation.variables import NullReplacement, Variables

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
    """Evaluates expressions within budgets. All have the functions of JSONata, and those passed to it."""

    environment: Frame
    input: object

    def __init__(self, functions: Mapping[str, MeasuredFunction] | None = None) -> None:
        self.__dict__.update(vars(_build_prototype()))
        self.budget = Budget()
        self._trees: dict[str, SyntaxNode] = {}
        self._nulls = NullReplacement()
        self._functions: Frame = self.create_frame(_build_function_frame())
        for name, function in (functions or {}).items():
            self._functions.bind(name, function)

    def run(self, text: str, bindings: Mapping[str, object], budget: Budget) -> object:
        """Return the value of an expression, null as Utils.NULL_VALUE.

        Raises LimitError, the errors of the library, and ValueError for a text that is too large to parse.
        """
        tree = self._trees.get(text)
        if tree is None:
            tree = self._trees[text] = parse(text)
        self.budget = budget
        self.input, self.environment = None, self._functions
        Jsonata.CURRENT.jsonata = self
        frame: Frame = self.create_frame(self._functions)
        frame.bindings = Variables(bindings, self._nulls)
        frame.bindings["$"] = None
        return find_evaluation(tree)(self, None, frame)

    def eval(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        """Evaluate a node and count it as a step of the evaluation that needs its result."""
        return find_evaluation(expr)(self, input, environment)

    def call_method(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        """Return the value of a node by the method of its type, after its predicates and its group."""
        before = self.input, self.environment
        self.input, self.environment = input, environment  # the library's functions use these as the context
        found = getattr(self, _METHODS[expr.type])(expr, input, environment) if expr.type in _METHODS else None
        for item in expr.predicate or ():
            found = self.evaluate_filter(item.expr, found, environment)
        if expr.group is not None and expr.type != "path":
            found = self.evaluate_group_expression(expr.group, found, environment)
        self.input, self.environment = before
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

    def evaluate_function(self, expr: SyntaxNode, input: object, environment: Frame, first: object) -> object:
        found = self.eval(expr.procedure, input, environment)
        self.check_function_name(expr, found, environment)
        args = [self.eval(arg, input, environment) for arg in expr.arguments or ()]
        return self.apply_function(expr, found, args if first is Utils.NONE else [first, *args], input, environment)

    def check_function_name(self, expr: SyntaxNode, function: object, environment: Frame) -> None:
        """Raise JException for a call of a name without its `$`."""
        if function is None and expr.procedure.type == "path":
            name = expr.procedure.steps[0].value
            if environment.lookup(str(name)) is not None:
                raise JException("T1005", expr.position, name)

    def apply_function(
        self, expr: SyntaxNode, found: object, args: list[object], input: object, environment: Frame
    ) -> object:
        """Return the result of the call of a function. Raises JException for another value than a function."""
        procedure = expr.procedure
        name = procedure.steps[0].value if procedure.type == "path" else procedure.value
        if found is None:
            raise JException("T1006", expr.position, name)
        try:
            if isinstance(found, MeasuredFunction):
                called = str(name) if procedure.type == "variable" else found.function_name
                return found.run(called, args, input, self.budget)
            if isinstance(found, Parser.Symbol):
                found.token, found.position = name, expr.position
            return self.apply(found, args, input, environment)
        except JException as error:
            if error.location < 0:
                error.location = expr.position
            if error.current is None:
                error.current = expr.token
            raise

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
        items = rhs if isinstance(rhs, list) else [rhs]
        return lhs is not None and any(Utils.is_deep_equal(lhs, item) for item in items)  # true is not 1

    def apply_operator(self, op: str, lhs: object, rhs: object) -> object:
        """Return the value of an operator other than `and` and `or`."""
        return _OPERATORS[op](self, lhs, rhs, op)

    def evaluate_condition(self, expr: SyntaxNode, input: object, environment: Frame) -> object:
        if self.choose_branch(self.eval(expr.condition, input, environment)):
            return self.eval(expr.then, input, environment)
        return self.eval(expr._else, input, environment) if expr._else is not None else None

    def choose_branch(self, condition: object) -> bool:
        """Return whether a condition is true."""
        if isinstance(condition, bool):
            return condition
        self.budget.count_values(condition)
        return bool(Jsonata.boolize(condition))

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
        return self.spread_values(results)

    def spread_values(self, values: Iterable[object]) -> Utils.JList:
        """Return the values of a step as a sequence."""
        flat = Utils.create_sequence()
        for found in values:
            if not isinstance(found, list) or (isinstance(found, Utils.JList) and found.cons):
                flat.append(found)
            else:
                self.budget.count_bytes(8 * len(found))
                flat.extend(found)
        self.budget.check(flat)
        return flat

    def evaluate_filter(self, predicate: SyntaxNode, input: object, environment: Frame) -> object:
        if predicate.type == "number":
            return super().evaluate_filter(predicate, input, environment)
        items = input if isinstance(input, list) else [] if input is None else [input]
        if items is input:
            self.budget.count_bytes(8 * len(items))
        kept = Utils.create_sequence()
        kept.tuple_stream = isinstance(items, Utils.JList) and items.tuple_stream
        evaluate = find_evaluation(predicate)
        for index, item in enumerate(items):
            if kept.tuple_stream:
                found = evaluate(self, item["@"], self.create_frame_from_tuple(environment, item))
            else:
                found = evaluate(self, item, environment)
            if isinstance(found, list):
                self.budget.count_steps(len(found) // _INDEXES_PER_STEP)  # each is compared with the index
            if found is True or (type(found) is int and (found if found >= 0 else found + len(items)) == index):
                kept.append(item)
            elif type(found) is int:
                continue
            elif found is not None and found is not False:
                kept.extend([item] * _count_choices(found, index, len(items)))
        return kept

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


_OPERATORS: dict[str, Callable[[Engine, object, object, str], object]] = {
    **dict.fromkeys(("+", "-", "*", "/", "%"), Engine.evaluate_numeric_expression),
    **dict.fromkeys(("=", "!="), Engine.evaluate_equality_expression),
    **dict.fromkeys(("<", "<=", ">", ">="), Engine.evaluate_comparison_expression),
    "&": lambda engine, lhs, rhs, _: engine.evaluate_string_concat(lhs, rhs),
    "..": lambda engine, lhs, rhs, _: engine.evaluate_range_expression(lhs, rhs),
    "in": lambda engine, lhs, rhs, _: engine.evaluate_includes_expression(lhs, rhs),
}


def parse(text: str) -> SyntaxNode:
    """Return the tree of an expression, the same one each time unless the text is long.

    Raises ValueError for a text that is too large, and JException for one that is no expression.
    """
    return _parse_cached(text) if len(text) <= _MOST_CHARACTERS_KEPT else _parse(text)


def _parse(text: str) -> SyntaxNode:
    """Return the tree. An evaluation reads it, and stores only how to evaluate its nodes."""
    check_text(text)
    tree: SyntaxNode = Jsonata(text, compile_regex).ast
    return tree


@lru_cache(maxsize=1_000)
def _parse_cached(text: str) -> SyntaxNode:
    """Return the same tree for the same text, which is parsed once in a process."""
    return _parse(text)


@cache
def _build_prototype() -> Jsonata:
    """Return what the library's methods need of an engine, beside a tree."""
    return Jsonata("null", compile_regex)


@cache
def _build_function_frame() -> Frame:
    frame: Frame = Jsonata.Frame(Jsonata.static_frame)
    for name, function in build_measured_functions().items():
        frame.bind(name, function)
    return frame


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


def _count_choices(found: object, index: int, count: int) -> int:
    """Return how often the value of a predicate chooses an item: once if it is true, once for each of its indexes."""
    indexes: object = [found] if Utils.is_numeric(found) else found
    if not isinstance(indexes, list) or not Utils.is_array_of_numbers(indexes):
        return int(Jsonata.boolize(found))
    return sum(int(each) + (count if each <= -1 else 0) == index for each in indexes)


def _refuse_containers(error: str, value: object, *more: object) -> None:
    """Raise the library's error for a list or object instead of a number, without writing its content."""
    match value:
        case list():
            raise JException(error, -1, *more, "an array")
        case dict():
            raise JException(error, -1, *more, "an object")
