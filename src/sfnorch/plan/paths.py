"""The place of a value in a plan."""

from __future__ import annotations

from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys and the indexes that lead to a value: `("children", 1, "jobs", 3)`."""

Fault: TypeAlias = tuple[Path, str]
"""The path to a wrong key, and an error message."""


def format_path(path: Path) -> str:
    """Return the path as text: `children[1].jobs[3].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
