"""The evaluation of a node of a tree as a function, which is made when the node is evaluated for the first time.

A tree is parsed once in a process and evaluated often. The types of nodes in almost every expression have separate
functions: literals, names, variables, paths, constructors, conditions, blocks, calls. They do what the library does, in
fewer steps of Python; the budget counts the same. The engine evaluates any other node with the library's method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from sfnorch.evaluation.budget import Budget, CountedObject

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


def find_evaluation(node: SyntaxNode) -> Evaluate:
    """Return the function that evaluates the node; it is stored in the node."""
    try:
        return node.evaluate
    except AttributeError:
        node.evaluate = _build_evaluation(node)
        return node.evaluate


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


def _build_evaluation(node: SyntaxNode) -> Evaluate:
    build = _BUILDERS.get(node.type)
    if build is None or node.predicate or node.group is not None:
        return _build_general(node)
    return build(node)


def _build_general(node: SyntaxNode) -> Evaluate:
    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        found = settle(engine.call_method(node, context, environment), node)
        engine.budget.depth -= 1
        return found

    return evaluate


def _build_literal(node: SyntaxNode) -> Evaluate:
    value = Utils.NULL_VALUE if node.value is None else node.value

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.count_leaves()
        return value

    return evaluate


def _build_name(node: SyntaxNode) -> Evaluate:
    name = str(node.value)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.count_leaves()
        if isinstance(context, dict):
            found = context.get(name)
            if found is None:
                return Utils.NULL_VALUE if name in context else None
            return settle(found, node) if isinstance(found, list) else found
        return settle(engine.evaluate_name(node, context, environment), node) if isinstance(context, list) else None

    return evaluate


def _build_variable(node: SyntaxNode) -> Evaluate:
    if node.value == "":
        return _build_context(node)
    name = str(node.value)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.count_leaves()
        frame: Frame | None = environment
        while frame is not None:
            if name in frame.bindings:
                found = frame.bindings[name]
                return settle(found, node) if isinstance(found, list) else found
            frame = frame.parent
        return None

    return evaluate


def _build_context(node: SyntaxNode) -> Evaluate:
    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.count_leaves()
        if not isinstance(context, list):
            return context
        is_wrapped = isinstance(context, Utils.JList) and context.outer_wrapper
        return settle(context[0] if is_wrapped else context, node)

    return evaluate


def _build_path(node: SyntaxNode) -> Evaluate:
    """Return the evaluation of a path: as long as each step has one value, without sequences."""
    steps = node.steps
    if node.tuple is not None or node.keep_singleton_array or node.keep_array or not all(map(_is_plain_step, steps)):
        return _build_general(node)
    if steps[0].consarray:
        return _build_general(node)
    starts_anywhere = steps[0].type == "variable"
    last = len(steps) - 1
    evaluations = list(map(find_evaluation, steps))

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        if isinstance(context, list) and not starts_anywhere:
            found = settle(engine.call_method(node, context, environment), node)
            engine.budget.depth -= 1
            return found
        found = context
        for index, evaluate_step in enumerate(evaluations):
            found = evaluate_step(engine, found, environment)
            if found is None:
                break
            if isinstance(found, list):
                if index < last or (isinstance(found, Utils.JList) and found.sequence):
                    found = settle(_follow_steps(engine, steps[index + 1 :], found, environment), node)
                break
        engine.budget.depth -= 1
        return found

    return evaluate


def _is_plain_step(step: SyntaxNode) -> bool:
    marks = (step.stages, step.tuple, step.focus, step.index, step.ancestor)
    return step.type != "sort" and all(mark is None for mark in marks)


def _follow_steps(engine: NodeEngine, steps: Sequence[SyntaxNode], values: list[object], environment: Frame) -> object:
    """Return the values of the steps that follow one with several values."""
    found: object = engine.spread_values([values])
    for index, step in enumerate(steps):
        if not isinstance(found, list) or not found:
            break
        found = engine.evaluate_step(step, found, environment, index == len(steps) - 1)
    return found


def _build_unary(node: SyntaxNode) -> Evaluate:
    match str(node.value):
        case "[":
            return _build_array(node)
        case "{":
            return _build_object(node)
    return _build_general(node)


def _build_array(node: SyntaxNode) -> Evaluate:
    parts = [(find_evaluation(part), str(part.value) == "[") for part in node.expressions]

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        budget = engine.budget
        budget.enter()
        found = Utils.JList()
        for evaluate_part, nested in parts:
            value = evaluate_part(engine, context, environment)
            if isinstance(value, list) and not nested:
                found.extend(value)
            elif value is not None:
                found.append(value)
        found.cons = bool(node.consarray)
        budget.count_bytes(8 * len(found))
        budget.check(found)
        budget.depth -= 1
        return found

    return evaluate


def _build_object(node: SyntaxNode) -> Evaluate:
    """Return the evaluation of an object with constant keys; of any other one, that of the library."""
    keys = [key.value for key, _ in node.lhs_object if key.type == "string" and not key.predicate and key.group is None]
    if len(set(map(str, keys))) < len(node.lhs_object):
        return _build_general(node)
    fields = [(str(key.value), find_evaluation(value)) for key, value in node.lhs_object]

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        budget = engine.budget
        budget.enter()
        if isinstance(context, list):
            found = engine.call_method(node, context, environment)
            budget.depth -= 1
            return found
        budget.count_leaves(len(fields))
        made = CountedObject()
        for key, evaluate_field in fields:
            value = evaluate_field(engine, context, environment)
            if value is not None:
                made[key] = value
        budget.count_bytes(100 * len(made))
        budget.check(made)
        budget.depth -= 1
        return made

    return evaluate


def _build_condition(node: SyntaxNode) -> Evaluate:
    evaluate_condition = find_evaluation(node.condition)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        branch = node.then if engine.choose_branch(evaluate_condition(engine, context, environment)) else node._else
        found = None if branch is None else find_evaluation(branch)(engine, context, environment)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


def _build_block(node: SyntaxNode) -> Evaluate:
    evaluations = list(map(find_evaluation, node.expressions))

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        frame = engine.create_frame(environment)
        found: object = None
        for evaluate_part in evaluations:
            found = evaluate_part(engine, context, frame)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


def _build_binary(node: SyntaxNode) -> Evaluate:
    op = str(node.value)
    if op in ("and", "or"):
        return _build_logic(node, is_and=op == "and")
    if op not in _OPERATORS:
        return _build_general(node)
    evaluate_left, evaluate_right = find_evaluation(node.lhs), find_evaluation(node.rhs)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        left = evaluate_left(engine, context, environment)
        found = engine.apply_operator(op, left, evaluate_right(engine, context, environment))
        engine.budget.depth -= 1
        return found

    return evaluate


def _build_logic(node: SyntaxNode, *, is_and: bool) -> Evaluate:
    evaluate_left = find_evaluation(node.lhs)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        found = Jsonata.boolize(evaluate_left(engine, context, environment))
        if found == is_and:
            try:
                found = Jsonata.boolize(find_evaluation(node.rhs)(engine, context, environment))
            except JException:
                raise
            except Exception:
                raise JException("Unexpected", node.position) from None
        engine.budget.depth -= 1
        return found

    return evaluate


def _build_bind(node: SyntaxNode) -> Evaluate:
    name, evaluate_value = str(node.lhs.value), find_evaluation(node.rhs)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        found = evaluate_value(engine, context, environment)
        environment.bind(name, found)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


def _build_call(node: SyntaxNode) -> Evaluate:
    evaluate_function, evaluations = find_evaluation(node.procedure), list(map(find_evaluation, node.arguments or ()))

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        function = evaluate_function(engine, context, environment)
        engine.check_function_name(node, function, environment)
        args = [evaluate_part(engine, context, environment) for evaluate_part in evaluations]
        found = engine.apply_function(node, function, args, context, environment)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


_OPERATORS = ("+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "..", "in")
"""The operators that always evaluate both sides."""

_BUILDERS: dict[str, Callable[[SyntaxNode], Evaluate]] = {
    **dict.fromkeys(("string", "number", "value", "regex"), _build_literal),
    "bind": _build_bind,
    "name": _build_name,
    "variable": _build_variable,
    "path": _build_path,
    "unary": _build_unary,
    "condition": _build_condition,
    "block": _build_block,
    "binary": _build_binary,
    "function": _build_call,
}
