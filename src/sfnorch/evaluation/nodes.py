"""The evaluation of a node of a tree as a function, which is made when the node is evaluated for the first time.

A tree is parsed once in a process and evaluated often. The types of nodes in almost every expression have separate
functions: literals, names, variables, paths, constructors, conditions, blocks, calls. They do what the library does, in
fewer steps of Python; the budget counts the same. The engine evaluates any other node with the library's method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.evaluation.making_nodes import MAKING_BUILDERS
from sfnorch.evaluation.node_types import Evaluate, build_general
from sfnorch.evaluation.reading_nodes import READING_BUILDERS

if TYPE_CHECKING:
    from sfnorch.evaluation.library import SyntaxNode

_BUILDERS = {**READING_BUILDERS, **MAKING_BUILDERS}


def find_evaluation(node: SyntaxNode) -> Evaluate:
    """Return the function that evaluates the node; it is stored in the node."""
    try:
        return node.evaluate
    except AttributeError:
        node.evaluate = _build_evaluation(node)
        return node.evaluate


def _build_evaluation(node: SyntaxNode) -> Evaluate:
    build = _BUILDERS.get(node.type)
    if build is None or node.predicate or node.group is not None:
        return build_general(node)
    return build(node, find_evaluation)
