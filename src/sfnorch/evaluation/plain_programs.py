"""Programs of a part of JSONata that are evaluated without the engine, twenty times as fast, with the same value.

The part is what the states of most Maps need: names, literals, conditions, comparisons, objects, blocks, functions of
the program that call no other ones, and a few functions of JSONata. Values are JSON: None is null, and `UNDEFINED` is
no value. A value that JSONata treats in a special way, such as a list in a path, raises `NotPlainError`; the engine
then evaluates the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from jsonata.jexception import JException

from sfnorch.evaluation.engine import parse
from sfnorch.evaluation.plain_functions import COMPARABLE, FUNCTIONS, UNDEFINED, NotPlainError, PlainFunction

if TYPE_CHECKING:
    from sfnorch.evaluation.library import SyntaxNode

Names: TypeAlias = "Mapping[str, object]"
Evaluate: TypeAlias = Callable[[object, Names], object]
"""Returns the value of a node, in the context of a value and with the variables."""

_NO_CONTEXT: Final = object()
_EQUALITY = ("=", "!=")
_LITERALS = ("string", "number", "value")
_MILLIS = "$millis"
"""The name of the function in the variables, which is that of no variable."""


class PlainProgram(NamedTuple):
    """A program that needs no engine, as long as its values are plain."""

    evaluate_node: Evaluate
    steps: int
    """The number of nodes, which counts as the number of steps."""
    called: frozenset[str]
    """The names of the functions of JSONata that it calls."""
    reads_clock: bool
    """Whether it calls `$millis`."""

    def evaluate(self, variables: Mapping[str, object], count_millis: Callable[[], int]) -> object:
        """Return the value; `count_millis` is the function `$millis`.

        Raises NotPlainError if only the engine can find the value, and for no value.
        """
        names = variables
        if self.called:
            if not self.called.isdisjoint(variables):
                raise NotPlainError
            if self.reads_clock:
                names = {**variables, _MILLIS: count_millis}
        found = self.evaluate_node(_NO_CONTEXT, names)
        if found is UNDEFINED or type(found) is _Closure:
            raise NotPlainError
        return found


class _Closure(NamedTuple):
    """A function of the program, and the variables around it."""

    parameters: tuple[str, ...]
    body: Evaluate
    names: Names

    def call(self, args: list[object]) -> object:
        inner = dict(self.names)
        inner.update(zip(self.parameters, [*args, *[UNDEFINED] * len(self.parameters)], strict=False))
        return self.body(_NO_CONTEXT, inner)


def build_plain(text: str) -> PlainProgram | None:
    """Return the program; None for a text that only the engine can evaluate."""
    try:
        builder = _Builder()
        evaluate = builder.build(parse(text))
        return PlainProgram(evaluate, builder.steps, frozenset(builder.called), "millis" in builder.called)
    except (NotPlainError, JException, RecursionError, KeyError, IndexError, TypeError, AttributeError, ValueError):
        return None


class _Builder:
    """Builds the evaluation of nodes, and counts them. Raises NotPlainError for a node of another kind."""

    def __init__(self) -> None:
        self.steps = 0
        self.called: set[str] = set()
        self._own: set[str] = set()
        """The functions of the program."""
        self._is_within_function = False
        self._blocks = 0

    def build(self, node: SyntaxNode) -> Evaluate:
        """Return the evaluation of a node."""
        self.steps += 1
        marks = (node.predicate, node.stages, node.group, node.tuple, node.focus, node.index, node.ancestor)
        build = _BUILDERS.get(node.type)
        if build is None or any(mark is not None for mark in marks) or node.keep_array or node.keep_singleton_array:
            raise NotPlainError
        return build(self, node)

    def build_literal(self, node: SyntaxNode) -> Evaluate:
        value = node.value
        if isinstance(value, float):
            raise NotPlainError
        return lambda context, names: value

    def build_variable(self, node: SyntaxNode) -> Evaluate:
        name = str(node.value)
        if name in ("", "$", "millis") or name in FUNCTIONS:
            raise NotPlainError

        def evaluate(context: object, names: Names) -> object:
            try:
                return names[name]
            except KeyError:
                raise NotPlainError from None  # a function as a value, or an undefined variable

        return evaluate

    def build_path(self, node: SyntaxNode) -> Evaluate:
        first, *rest = node.steps
        begin = self.build_name(first) if first.type == "name" else self.build(first)
        if any(step.type not in ("name", "block") for step in rest) or first.type not in ("name", "variable"):
            raise NotPlainError
        steps = [self.build_name(step) if step.type == "name" else self.build(step) for step in rest]
        if all(step.type == "name" for step in rest):
            return _build_reading(begin, [str(step.value) for step in rest])

        def evaluate(context: object, names: Names) -> object:
            found = begin(context, names)
            for step in steps:
                if isinstance(found, list):
                    raise NotPlainError
                if found is UNDEFINED:
                    return UNDEFINED
                found = step(found, names)
            return found

        return evaluate

    def build_name(self, node: SyntaxNode) -> Evaluate:
        name = str(node.value)
        if any(mark is not None for mark in (node.predicate, node.stages, node.group, node.focus, node.index)):
            raise NotPlainError

        def evaluate(context: object, names: Names) -> object:
            if isinstance(context, dict):
                return context.get(name, UNDEFINED)
            if isinstance(context, list):
                raise NotPlainError
            return UNDEFINED

        return evaluate

    def build_block(self, node: SyntaxNode) -> Evaluate:
        self._blocks += 1
        parts = list(map(self.build, node.expressions))
        self._blocks -= 1
        if len(parts) == 1 and node.expressions[0].type != "bind":
            return parts[0]

        def evaluate(context: object, names: Names) -> object:
            inner = dict(names)
            found: object = UNDEFINED
            for part in parts:
                found = part(context, inner)
            return found

        return evaluate

    def build_bind(self, node: SyntaxNode) -> Evaluate:
        name, build_value = str(node.lhs.value), self.build(node.rhs)
        if name in FUNCTIONS or not self._blocks:  # the binding of a block ends with it
            raise NotPlainError
        if node.rhs.type == "lambda":
            self._own.add(name)

        def evaluate(context: object, names: Names) -> object:
            assert isinstance(names, dict)  # noqa: S101 - a binding is in a block
            found = names[name] = build_value(context, names)
            return found

        return evaluate

    def build_condition(self, node: SyntaxNode) -> Evaluate:
        condition, then = self.build(node.condition), self.build(node.then)
        otherwise = self.build(node._else) if node._else is not None else lambda context, names: UNDEFINED

        def evaluate(context: object, names: Names) -> object:
            return (then if _is_true(condition(context, names)) else otherwise)(context, names)

        return evaluate

    def build_binary(self, node: SyntaxNode) -> Evaluate:
        left, right, name = self.build(node.lhs), self.build(node.rhs), str(node.value)
        if name == "and":
            return lambda context, names: _is_true(left(context, names)) and _is_true(right(context, names))
        if name == "or":
            return lambda context, names: _is_true(left(context, names)) or _is_true(right(context, names))
        operate = FUNCTIONS.get(name)
        if operate is None:
            raise NotPlainError
        if name in _EQUALITY and node.rhs.type in _LITERALS:
            return _build_comparison(left, node.rhs.value, is_equal=name == "=")
        function = operate.function
        return lambda context, names: function(left(context, names), right(context, names))

    def build_unary(self, node: SyntaxNode) -> Evaluate:
        if node.value != "{":
            raise NotPlainError
        keys = [str(key.value) for key, _ in node.lhs_object]
        if len(set(keys)) < len(keys) or any(key.type != "string" for key, _ in node.lhs_object):
            raise NotPlainError
        self.steps += len(keys)
        fields = [(key, self.build(value)) for key, (_, value) in zip(keys, node.lhs_object, strict=True)]

        def evaluate(context: object, names: Names) -> object:
            if isinstance(context, list):
                raise NotPlainError
            found = {}
            for key, evaluate_value in fields:
                value = evaluate_value(context, names)
                if isinstance(value, _Closure):
                    raise NotPlainError
                if value is not UNDEFINED:
                    found[key] = value
            return found

        return evaluate

    def build_lambda(self, node: SyntaxNode) -> Evaluate:
        if node.thunk:
            return self.build(node.body)
        if getattr(node, "signature", None) is not None or self._is_within_function:
            raise NotPlainError
        self._is_within_function = True
        body = self.build(node.body)
        self._is_within_function = False
        parameters = tuple(str(argument.value) for argument in node.arguments or ())
        if any(parameter in FUNCTIONS for parameter in parameters):
            raise NotPlainError
        return lambda context, names: _Closure(parameters, body, names)

    def build_call(self, node: SyntaxNode) -> Evaluate:
        if node.procedure.type != "variable" or node.procedure.predicate is not None:
            raise NotPlainError
        name, args = str(node.procedure.value), list(map(self.build, node.arguments or ()))
        known = FUNCTIONS.get(name)
        if known is not None:
            self.called.add(name)
            return self._build_known_call(known, args)
        if name == "millis" and not args:
            self.called.add(name)
            return lambda context, names: names[_MILLIS]()  # type: ignore[operator]  # it is a function
        if name not in self._own or self._is_within_function:  # without recursion, the program ends
            raise NotPlainError

        def evaluate(context: object, names: Names) -> object:
            found = names.get(name)
            if not isinstance(found, _Closure):
                raise NotPlainError
            return found.call([arg(context, names) for arg in args])

        return evaluate

    def _build_known_call(self, known: PlainFunction, args: list[Evaluate]) -> Evaluate:
        self.steps += 2
        function = known.function
        if len(args) != known.parameters:
            raise NotPlainError
        if len(args) == 1:
            (arg,) = args
            return lambda context, names: function(arg(context, names))
        return lambda context, names: function(*[arg(context, names) for arg in args])


_BUILDERS: Mapping[str, Callable[[_Builder, SyntaxNode], Evaluate]] = {
    **dict.fromkeys(_LITERALS, _Builder.build_literal),
    "variable": _Builder.build_variable,
    "path": _Builder.build_path,
    "block": _Builder.build_block,
    "bind": _Builder.build_bind,
    "condition": _Builder.build_condition,
    "binary": _Builder.build_binary,
    "unary": _Builder.build_unary,
    "lambda": _Builder.build_lambda,
    "function": _Builder.build_call,
}


def _build_comparison(build_left: Evaluate, right: object, *, is_equal: bool) -> Evaluate:
    """Return the evaluation of a comparison with a literal, which is that of most comparisons."""
    kind = type(right)

    def evaluate(context: object, names: Names) -> object:
        left = build_left(context, names)
        if left is UNDEFINED:
            return False
        if type(left) is kind:
            return (left == right) is is_equal
        if type(left) not in COMPARABLE:
            raise NotPlainError
        return not is_equal

    return evaluate


def _build_reading(begin: Evaluate, keys: Sequence[str]) -> Evaluate:
    """Return the evaluation of a path that only reads fields of objects, which is that of most paths."""

    def evaluate(context: object, names: Names) -> object:
        found = begin(context, names)
        for key in keys:
            if not isinstance(found, dict):
                if isinstance(found, list):
                    raise NotPlainError
                return UNDEFINED
            found = found.get(key, UNDEFINED)
        return found

    return evaluate


def _is_true(value: object) -> bool:
    if value is True:
        return True
    if value is False or value is UNDEFINED or value is None:
        return False
    raise NotPlainError
