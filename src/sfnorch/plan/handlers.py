"""Whether a file of a function's is Python, and holds the handler that Lambda calls."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from sfnorch.packages import PYTHON

_NEWER = (
    # https://docs.python.org/3/whatsnew/3.11.html, 3.12 and 3.13: since when, and how a line looks that has it
    ((3, 11), re.compile(r"\s*except\s*\*|.*\w\[[^\]]*\*\w")),
    ((3, 12), re.compile(r"\s*type\s+\w|\s*(async\s+)?(def|class)\s+\w+\s*\[|.*\b[rR]?[fF][rR]?[\"']")),
    ((3, 13), re.compile(r"\s*(type|(async\s+)?def|class)\s+\w+\s*\[.*=")),
)
"""Syntax that an older Python doesn't know."""


def code_faults(name: str, content: bytes, handler: str) -> Iterator[str]:
    """Yield what is wrong with the content of the file of this name, in which the handler is to stand."""
    if b"\0" in content:
        yield f"{name} is no Python: it holds a null byte"
        return
    utf8 = _is_utf8(content)
    if b"\r" in content or not utf8:
        yield f"{name} is to be UTF-8, with line ends of Unix"
    if not utf8:
        return
    try:
        tree = ast.parse(content, name)
    except SyntaxError as error:
        if not _may_be_newer(error, content):
            yield f"{name} is no Python: {error.msg}" + (f" (its line {error.lineno})" if error.lineno else "")
        return
    except ValueError as error:
        yield f"{name} is no Python: {error}"
        return
    except (RecursionError, MemoryError):
        yield f"{name} is no Python that can be read: something in it is nested too deep"
        return
    if not {handler, "*"} & set(_bound(tree)):
        yield f"{name} has no function {handler}: write `def {handler}(event, context):`, or name another as handler"


def _may_be_newer(error: SyntaxError, content: bytes) -> bool:
    """Whether the functions' Python may know what this one, being older, takes for a mistake: it can't be judged."""
    lines = content.decode(errors="replace").splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    return any(sys.version_info < since <= PYTHON and look.match(line) for since, look in _NEWER)


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield the names that the module defines, assigns and imports, within if, try and with too; * where it may be any."""
    left: list[ast.AST] = [*tree.body]
    while left:
        node = left.pop()
        match node:
            case ast.FunctionDef():
                yield node.name
            case ast.ClassDef() | ast.AsyncFunctionDef():
                pass  # what stands in them is not the module's
            case ast.Assign():
                yield from _names(*node.targets)
            case ast.AnnAssign(value=ast.expr()):
                yield from _names(node.target)
            case ast.Import() | ast.ImportFrom():
                yield from (name.asname or name.name for name in node.names)
            case _:
                for part in ("body", "orelse", "handlers", "finalbody", "cases"):
                    found = getattr(node, part, ())
                    left += found if isinstance(found, list) else ()


def _names(*targets: ast.expr) -> Iterator[str]:
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
