"""Find the faults that can be put into a module: a part of its text, and the replacement.

Messages, docstrings, types and decorators do not change: the wording of a text is not tested here. The faults are like
mistakes of a programmer: `<=` for `<`, a missing condition, a number that is off by one, a missing element of a list, a
missing statement.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SWAPPED_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_SWAPPED_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_SWAPPED_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_SWAPPED_METHODS = {
    "startswith": "endswith",
    "endswith": "startswith",
    "partition": "rpartition",
    "rpartition": "partition",
    "fullmatch": "match",
    "match": "search",
    "union": "intersection",
    "append": "extend",
}
_FOR_PEOPLE = frozenset(
    {
        "message",
        "hint",
        "why",
        "title",
        "help",
        "short_help",
        "description",
        "reason",
        "heading",
        "source",
        "head",
        "examples",
    }
)
"""Arguments that are texts for people."""

_NO_DIFFERENCE = frozenset({"encoding", "strict", "maxsize", "slots", "frozen", "kw_only", "stacklevel", "indent"})
"""Arguments that seldom make a difference."""

_TYPES_ONLY = frozenset({"cast", "TypeVar", "NewType", "Literal"})
_Docstrings = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A fault in a module: `text` replaces the bytes from `start` to `end`."""

    path: str
    operator: str
    line: int
    start: int
    end: int
    before: str
    text: str
    lines: tuple[int, ...]
    """A test that executes one of these lines executes the fault."""
    names: tuple[str, ...]
    """The names that the statement defines, if it is not in a function."""
    is_in_function: bool

    def apply(self, source: bytes) -> bytes:
        """Return the module's text with the fault."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def __str__(self) -> str:
        def short(text: str) -> str:
            line = " ".join(text.split())
            return line if len(line) <= 110 else f"{line[:107]}..."

        return f"{self.path}:{self.line} {self.operator}: {short(self.before)} -> {short(self.text)}"


def find_mutants(path: str, source: str) -> list[Mutant]:
    """Return every fault for the module. A few result in invalid Python (see `is_valid`)."""
    finder = _Finder(path, source)
    finder.visit_state(ast.parse(source))
    return finder.found


def is_valid(source: bytes) -> bool:
    """Return whether the text is valid Python."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    """Collects the faults of a module."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.bytes = source.encode()
        self.found: list[Mutant] = []
        self._starts = [0]
        for line in self.bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines: tuple[int, ...] = ()
        self._names: tuple[str, ...] = ()
        self._functions = 0
        self._defaults = False
        self._for_people = 0

    def put(self, operator: str, node: ast.expr | ast.stmt, text: str | ast.AST) -> None:
        """Add the fault that replaces the node by `text`."""
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        self.found.append(
            Mutant(
                path=self.path,
                operator=operator,
                line=node.lineno,
                start=start,
                end=end,
                before=self.bytes[start:end].decode(),
                text=text if isinstance(text, str) else ast.unparse(text),
                lines=self._lines,
                names=() if self._functions else self._names,
                is_in_function=self._functions > 0 and not self._defaults,
            )
        )

    # Statements

    def visit_state(self, node: ast.AST) -> None:
        """Visit a node, and keep the lines of the statement that contains it."""
        if not isinstance(node, ast.stmt):
            super().visit_state(node)
            return
        outer = self._lines, self._names
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or node.lineno
        self._lines = tuple(range(node.lineno, max(last, node.lineno) + 1))
        if not self._functions:
            self._names = tuple(_defined(node)) or self._names
        super().visit_state(node)
        self._lines, self._names = outer

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in ("__repr__", "__str__"):
            return
        self._functions += 1
        # A default is executed once. The tests that execute the body depend on it.
        self._lines = tuple(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self._defaults = True
            self.visit_state(default)
            self._defaults = False
        self._body(node)
        self._functions -= 1

    def _body(self, node: _Docstrings) -> None:
        for statement in node.body:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.visit_state(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and ast.unparse(node.annotation) != "TypeAlias":
            self.visit_state(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            return
        if isinstance(node.targets[0], ast.Subscript):
            self.put("statement dropped", node, "pass")
        self.visit_state(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.put("statement dropped", node, "pass")
        self.visit_state(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) or (isinstance(node.value, ast.Yield) and node.value.value is None):
            return
        is_yield = isinstance(node.value, ast.Yield | ast.YieldFrom)
        self.put("statement dropped", node, "yield from ()" if is_yield else "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.put("statement dropped", node, "pass")
        self._for_people += 1
        self.generic_visit(node)
        self._for_people -= 1

    def visit_Continue(self, node: ast.Continue) -> None:
        self.put("statement dropped", node, "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self.put("statement dropped", node, "pass")

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self.put("None returned", node, "return None")
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Skip assertions: they are for the type checker."""

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return
        self._condition(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        lines, self._lines = self._lines, tuple(range(node.lineno, node.body[0].lineno + 1))
        if not isinstance(node.body[0], ast.Raise):
            self.put("error not handled", node.body[0], "raise")
        for statement in node.body:
            self.visit_state(statement)
        self._lines = lines

    # Expressions

    def _condition(self, test: ast.expr) -> None:
        """Negate a condition that the other operators do not change."""
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.Constant) and not (
            isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        ):
            self.put("condition negated", test, f"(not ({ast.unparse(test)}))")

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._condition(test)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for index, operator in enumerate(node.ops):
            changed = copy.copy(node)
            changed.ops = [*node.ops[:index], _SWAPPED_COMPARISONS[type(operator)](), *node.ops[index + 1 :]]
            self.put("comparison", node, changed)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        self.put("and, or", node, f"({ast.unparse(other)})")
        for index in range(len(node.values)):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            left = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            self.put("condition left out", node, f"({ast.unparse(left)})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.put("condition negated", node, f"({ast.unparse(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        # texts and lists only support +: every test would fail
        displays = (ast.JoinedStr, ast.List, ast.Tuple, ast.Set)
        sides = (node.left, node.right)
        is_number = not any(
            isinstance(side, displays) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in sides
        )
        if is_number and type(node.op) in _SWAPPED_OPERATORS:
            other = ast.BinOp(node.left, _SWAPPED_OPERATORS[type(node.op)](), node.right)
            self.put("arithmetic", node, f"({ast.unparse(other)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.put("constant", node, repr(not value))
        elif isinstance(value, int):
            self.put("constant", node, repr(value + 1))
            if value > 0:
                self.put("constant", node, repr(value - 1))
        elif isinstance(value, float):
            self.put("constant", node, repr(value + 1))
        elif isinstance(value, str) and not self._for_people and not re.search(r"\s", value):
            self.put("text", node, repr(f"{value}X"))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and not self._for_people:
                self._for_people += 1  # most expressions in a text are for people too
                self.visit_state(part.value)
                self._for_people -= 1

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._display(node)

    def visit_List(self, node: ast.List) -> None:
        self._display(node)

    def visit_Set(self, node: ast.Set) -> None:
        self._display(node)

    def _display(self, node: ast.Tuple | ast.List | ast.Set) -> None:
        if isinstance(getattr(node, "ctx", None), ast.Store):
            return
        if len(node.elts) > 1 and not self._for_people:
            for index in {0, len(node.elts) // 2, len(node.elts) - 1}:
                changed = copy.copy(node)
                changed.elts = [*node.elts[:index], *node.elts[index + 1 :]]
                self.put("element left out", node, changed)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        if len(node.keys) > 1 and not self._for_people:
            for index in {0, len(node.keys) // 2, len(node.keys) - 1}:
                keys, values = list(node.keys), list(node.values)
                del keys[index], values[index]
                self.put("element left out", node, ast.Dict(keys, values))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Name) and function.id in _TYPES_ONLY:
            return
        if isinstance(function, ast.Name) and function.id in _SWAPPED_NAMES and not node.keywords:
            self.put("function", function, _SWAPPED_NAMES[function.id])
        if isinstance(function, ast.Attribute) and function.attr in _SWAPPED_METHODS:
            self.put("function", function, ast.Attribute(function.value, _SWAPPED_METHODS[function.attr]))
        for index, keyword in enumerate(node.keywords):
            if keyword.arg and keyword.arg not in _FOR_PEOPLE | _NO_DIFFERENCE and not self._for_people:
                rest = [*node.keywords[:index], *node.keywords[index + 1 :]]
                self.put("argument left out", node, ast.Call(function, node.args, rest))
        self.visit_state(function)
        for argument in node.args:
            self.visit_state(argument)
        for keyword in node.keywords:
            is_for_people = keyword.arg in _FOR_PEOPLE
            self._for_people += is_for_people
            if keyword.arg not in _NO_DIFFERENCE:
                self.visit_state(keyword.value)
            self._for_people -= is_for_people


def _defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module or a class defines."""
    if isinstance(node, ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
