"""The evaluation of the nodes that read values: literals, names, variables, the value in context, paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jsonata.utils import Utils

from sfnorch.evaluation.node_types import Builder, Evaluate, FindEvaluation, NodeEngine, build_general, settle

if TYPE_CHECKING:
    from sfnorch.evaluation.library import Frame, SyntaxNode


def _build_literal(node: SyntaxNode, _: FindEvaluation) -> Evaluate:
    value = Utils.NULL_VALUE if node.value is None else node.value

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.count_leaves()
        return value

    return evaluate


def _build_name(node: SyntaxNode, _: FindEvaluation) -> Evaluate:
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


def _build_variable(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    if node.value == "":
        return _build_context(node, find)
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


def _build_context(node: SyntaxNode, _: FindEvaluation) -> Evaluate:
    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        engine.budget.count_leaves()
        if not isinstance(context, list):
            return context
        is_wrapped = isinstance(context, Utils.JList) and context.outer_wrapper
        return settle(context[0] if is_wrapped else context, node)

    return evaluate


def _build_path(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    """Return the evaluation of a path: as long as each step has one value, without sequences."""
    steps = node.steps
    if node.tuple is not None or node.keep_singleton_array or node.keep_array or not all(map(_is_plain_step, steps)):
        return build_general(node)
    if steps[0].consarray:
        return _build_path_from_array(node, find)
    starts_anywhere = steps[0].type == "variable"
    last = len(steps) - 1
    evaluations = list(map(find, steps))

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


def _build_path_from_array(node: SyntaxNode, find: FindEvaluation) -> Evaluate:
    """Return the evaluation of a path that begins with an array constructor, such as `[$a, $b][0].name`.

    In JSONata 2.0, the steps after a single item of such an array find nothing; the library takes the keys of the item:
    https://github.com/jsonata-js/jsonata/blob/v2.0.6/src/jsonata.js (evaluatePath)
    """
    general = build_general(node)
    steps = node.steps
    if steps[0].predicate is None or len(steps) == 1:
        return general
    find_first = find(steps[0])

    def evaluate(engine: NodeEngine, context: object, environment: Frame) -> object:
        if not isinstance(find_first(engine, context, environment), list):
            return None
        return general(engine, context, environment)

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


READING_BUILDERS: Mapping[str, Builder] = {
    **dict.fromkeys(("string", "number", "value", "regex"), _build_literal),
    "name": _build_name,
    "variable": _build_variable,
    "path": _build_path,
}
