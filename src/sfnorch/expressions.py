"""JSONata expressions in strings, and their names: free variables, parts of $states, called functions.

Step Functions evaluates a string between `{%` and `%}`. The parser is that of jsonata-python, which is imported for the
first expression. Only the names in its tree are read; nothing is evaluated.
https://docs.jsonata.org/programming, https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sfnorch.json_values import Json

if TYPE_CHECKING:
    from jsonata.parser import Parser

ADDED_FUNCTIONS = frozenset({"partition", "range", "hash", "random", "uuid", "parse"})
"""Functions that Step Functions adds. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"""

_FUNCTIONS = (
    "abs append assert average base64decode base64encode boolean ceil contains count decodeUrl decodeUrlComponent "
    "distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber "
    "fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger "
    "power random reduce replace reverse round shuffle sift single sort split spread sqrt string substring "
    "substringAfter substringBefore sum toMillis trim type uppercase zip"
)
KNOWN_FUNCTIONS = frozenset(_FUNCTIONS.split()) | ADDED_FUNCTIONS
"""The functions of JSONata without $eval, and those that Step Functions adds."""

_LISTS = ("steps", "arguments", "predicate", "stages", "rhs_terms", "terms", "expressions")
_SINGLE = (
    *("expression", "procedure", "body", "group", "lhs", "rhs", "condition", "then", "_else", "pattern", "update"),
    *("delete", "expr", "next_function"),
)
_MOST_STEPS_OF_A_CONSTANT = 10_000
"""The largest number of steps for the evaluation of a constant expression."""

ERROR_OUTPUT = "$states.errorOutput"
_ERROR_OUTPUT = [("variable", "states"), ("name", "errorOutput")]

_PAIRS = ("lhs_object", "rhs_object")


def parse_code(text: object) -> str | None:
    """Return the code of an expression `{% … %}`; None for any other value."""
    if isinstance(text, str) and text.startswith("{%") and text.endswith("%}") and len(text) >= 4:
        return text[2:-2]
    return None


def is_expression(value: object) -> bool:
    """Return whether the value is a string with an expression, `{% … %}`."""
    return parse_code(value) is not None


@dataclass(slots=True)
class ExpressionNames:
    """The names in an expression; `fault` is its syntax error."""

    variables: set[str] = field(default_factory=set)
    guarded: set[str] = field(default_factory=set)
    """Variables in calls of $exists."""
    states: set[str] = field(default_factory=set)
    """The parts of $states in the expression: input, context, result, errorOutput."""
    members: dict[str, set[str]] = field(default_factory=dict)
    """The names that the expression reads directly from a variable: `$params.day` reads `day` from `params`."""
    calls: set[str] = field(default_factory=set)
    compared: dict[str, float] = field(default_factory=dict)
    """Variables in comparisons with a number, and the largest such number."""
    orders: bool = False
    """Whether it contains a comparison with <, >, <= or >=."""
    fault: str = ""


def write_regex(pattern: str) -> str:
    """Return the literal of a regular expression in JSONata that matches a whole text; slashes are escaped."""
    escaped = re.sub(r"\\.|/", lambda match: r"\/" if match[0] == "/" else match[0], pattern, flags=re.DOTALL)
    return f"/^(?:{escaped})$/"


def is_single_regex(pattern: str) -> bool:
    """Return whether JSONata reads the literal of the pattern as one regular expression, and not as more code."""
    tree, fault = _parse(write_regex(pattern))
    return not fault and tree is not None and tree.type == "regex"


@lru_cache(maxsize=20_000)
def find_names(expression: str) -> ExpressionNames:
    """Return the names in the expression. The result is cached, because templates repeat expressions."""
    found = ExpressionNames()
    tree, found.fault = _parse(expression)
    if tree is None:
        return found
    bound: set[str] = set()
    for node in _list_nodes(tree):
        _note(node, found, bound)
    found.variables -= bound | KNOWN_FUNCTIONS
    for local in bound & found.members.keys():
        del found.members[local]
    return found


@lru_cache(maxsize=20_000)
def find_top_level_names(expression: str) -> tuple[str, tuple[str, ...]]:
    """Return the syntax error, and what the expression reads although it does not exist.

    An expression has no input, so it cannot read a name, `$` or `$$`. The third such name is $states.errorOutput, which
    exists only in catchers.
    """
    tree, fault = _parse(expression)
    return fault, tuple(dict.fromkeys(_list_top_level_names(tree)))


def _parse(expression: str) -> tuple[Parser.Symbol | None, str]:
    """Return the tree of the expression, or None and the syntax error."""
    # slow to load
    from jsonata.jexception import JException

    from sfnorch.evaluation.engine import parse

    try:
        return parse(expression.strip()), ""
    except JException as error:
        return None, _describe_error(error)
    except KeyError as error:  # a bug of the parser, which should report S0204
        return None, f"Unknown operator: {error}"
    except (RecursionError, IndexError, TypeError, AttributeError, ValueError) as error:
        return None, f"it cannot be parsed: {error}"


def _list_top_level_names(node: Parser.Symbol | None) -> Iterator[str]:
    """Yield the names that are read from the context of the whole expression: not those in a path or a predicate."""
    if node is None:
        return
    inner: list[Parser.Symbol | None] = []
    match node.type:
        case "name":
            yield str(node.value)
        case "variable" if node.value in ("", "$"):
            yield f"${node.value}"
        case "path" if node.steps:
            inner = [node.steps[0]]
            if [(step.type, step.value) for step in node.steps[:2]] == _ERROR_OUTPUT:
                yield ERROR_OUTPUT
        case "lambda":
            inner = [node.body]
        case "binary" | "apply":
            inner = [node.lhs, node.rhs]
        case "bind":
            inner = [node.rhs]
        case "condition":
            inner = [node.condition, node.then, node._else]
        case "block":
            inner = list(node.expressions or ())
        case "function" | "partial":
            inner = [node.procedure, *(node.arguments or ())]
        case "unary" if node.value == "{":
            inner = [part for pair in node.lhs_object or () for part in pair]
        case "unary":
            inner = [node.expression, *(node.expressions or ())]
    for part in inner:
        yield from _list_top_level_names(part)


def _describe_error(error: Exception) -> str:
    message = str(error).splitlines()[0].removeprefix("JSonataException ")  # the library's prefix for other messages
    return message.removesuffix(".")


def _note(node: Parser.Symbol, found: ExpressionNames, bound: set[str]) -> None:
    match node.type:
        case "variable" if node.value not in ("", "$", None):
            found.variables.add(str(node.value))
        case "bind" if node.lhs is not None:
            bound.add(str(node.lhs.value))
        case "lambda":
            bound.update(str(argument.value) for argument in node.arguments or ())
        case "function" | "partial":
            procedure = node.procedure
            name = str(procedure.value) if procedure is not None and procedure.type == "variable" else ""
            found.calls.add(name)
            if name == "exists":
                found.guarded.update(
                    str(part.value)
                    for argument in node.arguments or ()
                    for part in _list_nodes(argument)
                    if part.type == "variable"
                )
        case "binary" if node.value in ("<", ">", "<=", ">=", "=", "!="):
            found.orders = found.orders or node.value not in ("=", "!=")
            _note_bound(node, found)
        case "path":
            _note_members(node, found)
    for local in (node.focus, node.index):
        if isinstance(local, str):
            bound.add(local)


def _note_members(node: Parser.Symbol, found: ExpressionNames) -> None:
    steps: list[Parser.Symbol] = list(node.steps or ())
    if len(steps) < 2 or steps[0].type != "variable":
        return
    if steps[0].value == "states":
        found.states.add(str(steps[1].value))
    elif steps[1].type == "name":
        found.members.setdefault(str(steps[0].value), set()).add(str(steps[1].value))


def _note_bound(node: Parser.Symbol, found: ExpressionNames) -> None:
    for one, other in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        if one is not None and one.type == "variable" and other is not None and other.type == "number":
            limit = float(other.value)
            found.compared[str(one.value)] = max(limit, found.compared.get(str(one.value), 0))


def _list_nodes(root: Parser.Symbol) -> Iterator[Parser.Symbol]:
    from jsonata.parser import Parser  # slow to load

    todo, seen = [root], set()
    while todo:
        node = todo.pop()
        if not isinstance(node, Parser.Symbol) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        todo.extend(getattr(node, name, None) for name in _SINGLE)
        for name in _LISTS:
            todo.extend(getattr(node, name, None) or ())
        for name in _PAIRS:
            todo.extend(part for pair in getattr(node, name, None) or () for part in pair)


def evaluate_constant(expression: str) -> Json:
    """Return the value of an expression without variables and calls; None for any other, or after an error."""
    # slow to load
    from jsonata.jexception import JException
    from jsonata.utils import Utils

    from sfnorch.evaluation.budget import Budget
    from sfnorch.evaluation.engine import Engine

    found = find_names(expression)
    if found.fault or found.variables or found.calls or found.states:
        return None
    try:
        value: Json = Utils.convert_nulls(Engine().run(expression, {}, Budget(_MOST_STEPS_OF_A_CONSTANT)))
    except (JException, RecursionError, ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return value
