"""The evaluation of the nodes that make values of others: constructors, conditions, blocks, operators, calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from sfnorch.evaluation.budget import CountedObject
from sfnorch.evaluation.node_types import Builder, Evaluate, FindEvaluation, NodeEngine, build_general, settle

if TYPE_CHECKING:
    from sfnorch.evaluation.library import Frame, SyntaxNode

_OPERATORS = ("+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "..", "in")
"""The operators that always evaluate both sides."""


def _build_unary(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    match str(node.value):
        case "[":
            return _build_array(node, find)
        case "{":
            return _build_object(node, find)
    return build_general(node)


def _build_array(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    parts = [(find(part), str(part.value) == "[") for part in node.expressions]

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


def _build_object(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    """Return the evaluation of an object with constant keys; of any other one, that of the library."""
    keys = [key.value for key, _ in node.lhs_object if key.type == "string" and not key.predicate and key.group is None]
    if len(set(map(str, keys))) < len(node.lhs_object):
        return build_general(node)
    fields = [(str(key.value), find(value)) for key, value in node.lhs_object]

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


def _build_condition(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    evaluate_condition = find(node.condition)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        branch = node.then if engine.choose_branch(evaluate_condition(engine, context, environment)) else node._else
        found = None if branch is None else find(branch)(engine, context, environment)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


def _build_block(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    evaluations = list(map(find, node.expressions))

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        frame = engine.create_frame(environment)
        found: object = None
        for evaluate_part in evaluations:
            found = evaluate_part(engine, context, frame)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


def _build_binary(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    op = str(node.value)
    if op in ("and", "or"):
        return _build_logic(node, find, is_and=op == "and")
    if op not in _OPERATORS:
        return build_general(node)
    evaluate_left, evaluate_right = find(node.lhs), find(node.rhs)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        left = evaluate_left(engine, context, environment)
        found = engine.apply_operator(op, left, evaluate_right(engine, context, environment))
        engine.budget.depth -= 1
        return found

    return evaluate


def _build_logic(node: SyntaxNode, find: FindEvaluation, *, is_and: bool) -> Evaluate:
    evaluate_left = find(node.lhs)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        found = Jsonata.boolize(evaluate_left(engine, context, environment))
        if found == is_and:
            try:
                found = Jsonata.boolize(find(node.rhs)(engine, context, environment))
            except JException:
                raise
            except Exception:
                raise JException("Unexpected", node.position) from None
        engine.budget.depth -= 1
        return found

    return evaluate


def _build_bind(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    name, evaluate_value = str(node.lhs.value), find(node.rhs)

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        found = evaluate_value(engine, context, environment)
        environment.bind(name, found)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


def _build_call(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    evaluate_function, evaluations = find(node.procedure), list(map(find, node.arguments or ()))

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.enter()
        function = evaluate_function(engine, context, environment)
        engine.check_function_name(node, function, environment)
        args = [evaluate_part(engine, context, environment) for evaluate_part in evaluations]
        found = engine.apply_function(node, function, args, context, environment)
        engine.budget.depth -= 1
        return settle(found, node) if isinstance(found, list) else found

    return evaluate


MAKING_BUILDERS: Mapping[str, Builder] = {
    "unary": _build_unary,
    "condition": _build_condition,
    "block": _build_block,
    "binary": _build_binary,
    "bind": _build_bind,
    "function": _build_call,
}
