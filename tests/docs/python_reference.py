"""The reference of the Python API: signatures and docstrings of what `sfnorch.app` exports."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import sfnorch.app

FUNCTIONS = ("load_plan", "parse_plan", "render", "lint", "simulate")
"""The exported functions, in the order of the page."""


def python_functions() -> Iterator[str]:
    """Yield a section for each exported function: its signature and its docstring."""
    for name in FUNCTIONS:
        function = getattr(sfnorch.app, name)
        signature = inspect.signature(function)
        lines = [f"    {_parameter(each)}," for each in signature.parameters.values()]
        if any(each.kind is each.KEYWORD_ONLY for each in signature.parameters.values()):
            first = next(i for i, each in enumerate(signature.parameters.values()) if each.kind is each.KEYWORD_ONLY)
            lines.insert(first, "    *,")
        head = "\n".join([f"{name}(", *lines, f") -> {signature.return_annotation.strip(chr(34))}"])
        yield f"## {name}\n\n```python\n{head}\n```\n\n{inspect.getdoc(function)}\n"


def python_classes() -> Iterator[str]:
    """Yield a row for each exported class: its name and the first sentence of its docstring."""
    yield "| class | meaning |\n|---|---|"
    for name in sfnorch.app.__all__:
        if name not in FUNCTIONS:
            text = inspect.getdoc(getattr(sfnorch.app, name)) or ""
            yield f"| `{name}` | {' '.join(text.split(chr(10) * 2)[0].split())} |"
    yield ""


def _parameter(parameter: inspect.Parameter) -> str:
    """Return a parameter as a reader would write it: annotations are texts in the code, and some types have aliases."""
    kind = parameter.annotation.strip('"').replace("FilePath", "Path").replace("PlanSource", "Path | AnyPlan | None")
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
    return f"{parameter.name}: {kind}{default}"
