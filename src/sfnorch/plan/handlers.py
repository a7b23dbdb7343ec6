"""Checks of a function's file: valid Python, with the handler that Lambda calls."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from sfnorch.packages import PYTHON

_NEWER = (
    # https://docs.python.org/3/whatsnew/3.11.html, 3.12 and 3.13: the first version, and a pattern of a line with it
    ((3, 11), re.compile(r"\s*except\s*\*|.*\w\[[^\]]*\*\w")),
    ((3, 12), re.compile(r"\s*type\s+\w|\s*(async\s+)?(def|class)\s+\w+\s*\[|.*\b[rR]?[fF][rR]?[\"']")),
    ((3, 13), re.compile(r"\s*(type|(async\s+)?def|class)\s+\w+\s*\[.*=")),
)
"""Syntax that an older Python does not support."""


def find_code_faults(name: str, content: bytes, handler: str) -> Iterator[str]:
    """Yield the faults of a function's file, as error messages: `name` is the file, `handler` the expected function."""
    if b"\0" in content:
        yield f"{name} is not valid Python: it contains a null byte"
        return
    utf8 = _is_utf8(content)
    if b"\r" in content or not utf8:
        yield f"{name} must be UTF-8 with Unix line endings (LF); save it so"
    if not utf8:
        return
    try:
        tree = ast.parse(content, name)
    except SyntaxError as error:
        if not _can_be_newer(error, content):
            yield f"{name} is not valid Python: {error.msg}" + (f" (its line {error.lineno})" if error.lineno else "")
        return
    except ValueError as error:
        yield f"{name} is not valid Python: {error}"
        return
    except (RecursionError, MemoryError):
        yield f"{name} cannot be parsed: its code is nested too deep"
        return
    if not {handler, "*"} & set(_list_bound_names(tree)):
        yield f"{name} has no function {handler}; write `def {handler}(event, context):`, or correct the key handler"


def _can_be_newer(error: SyntaxError, content: bytes) -> bool:
    """Return whether the error can be syntax that Lambda's Python supports and this older Python does not."""
    lines = content.decode(errors="replace").splitlines()
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    return any(sys.version_info < since <= PYTHON and look.match(line) for since, look in _NEWER)


def _list_bound_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that the module defines, assigns and imports, also inside if, try and with.

    A star import yields `*`: it can define any name.
    """
    left: list[ast.AST] = [*tree.body]
    while left:
        node = left.pop()
        match node:
            case ast.FunctionDef():
                yield node.name
            case ast.ClassDef() | ast.AsyncFunctionDef():
                pass  # names inside them are not names of the module
            case ast.Assign():
                yield from _list_names(*node.targets)
            case ast.AnnAssign(value=ast.expr()):
                yield from _list_names(node.target)
            case ast.Import() | ast.ImportFrom():
                yield from (name.asname or name.name for name in node.names)
            case _:
                for part in ("body", "orelse", "handlers", "finalbody", "cases"):
                    found = getattr(node, part, ())
                    left += found if isinstance(found, list) else ()


def _list_names(*targets: ast.expr) -> Iterator[str]:
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
