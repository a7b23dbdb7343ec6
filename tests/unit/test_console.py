"""Consoles and texts are of the one class that makes them printable: nothing imports rich's own."""

from __future__ import annotations

import ast
from pathlib import Path

import sfnorch

GUARDED = {("rich.console", "Console"), ("rich.text", "Text")}


def imported(path: Path) -> set[tuple[str, str]]:
    """What a module imports from others, by their names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    whole = {(alias.name, "*") for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {(module, name) for module, name in whole if module.startswith("rich")}


def test_no_module_takes_consoles_or_texts_of_richs_own():
    root = Path(sfnorch.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if imported(path) & GUARDED or any(name == "*" for _, name in imported(path) if _.startswith("rich"))
    }
    assert found == {"console.py"}
