"""Commented plans to start from, one a pattern."""

from __future__ import annotations

from importlib.resources import files


def starter_text(pattern: str) -> str:
    """The commented plan of the pattern."""
    return (files(__name__) / f"{pattern}.yaml").read_text(encoding="utf-8")
