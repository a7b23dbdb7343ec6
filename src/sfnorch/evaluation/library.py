"""The parts of the JSONata library that this project reads, as types: the library has none.

A value of an expression is an `object`: JSON, the library's lists, `Utils.NULL_VALUE` for null, a function; None is
undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Frame(Protocol):
    """The variables of a block or a function, and those around it."""

    bindings: dict[str, object]
    parent: Frame | None

    def bind(self, name: str, value: object) -> None:
        """Set a variable."""

    def lookup(self, name: str) -> object:
        """Return the value of a variable; None if it is undefined."""


class SyntaxNode(Protocol):
    """A node of a parsed expression. Each type of node has some of these fields; the others are None."""

    type: str
    value: object
    label: str
    expr: SyntaxNode
    slot: SyntaxNode
    procedure: SyntaxNode
    arguments: Sequence[SyntaxNode] | None
    position: int
    token: object
    steps: Sequence[SyntaxNode]
    expressions: Sequence[SyntaxNode]
    lhs_object: Sequence[tuple[SyntaxNode, SyntaxNode]]
    lhs: SyntaxNode
    rhs: SyntaxNode
    condition: SyntaxNode
    then: SyntaxNode
    _else: SyntaxNode | None
    group: SyntaxNode | None
    predicate: Sequence[SyntaxNode] | None
    stages: Sequence[SyntaxNode] | None
    tuple: object
    focus: object
    index: object
    ancestor: object
    keep_array: bool
    keep_singleton_array: bool
    consarray: bool
    thunk: bool
    body: SyntaxNode

    evaluate: Callable[..., object]
    """How to evaluate the node, which this project adds: see `nodes.py`."""


class LibraryFunction(Protocol):
    """A function of the library, or one in the same form."""

    def call(self, input: object, args: Sequence[object] | None) -> object:
        """Return the result of a call."""

    def get_number_of_args(self) -> int:
        """Return the number of parameters."""
