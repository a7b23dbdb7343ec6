"""The plan's file, where none is named."""

from __future__ import annotations

from pathlib import Path

PLAN_FILE = "sfnorch.yaml"
"""The plan in the working directory that a command reads where none is named."""


def find_plan(named: Path | None) -> Path | None:
    """Return the plan's file: the named one, else the one in the working directory; None where there is none."""
    return named or (Path(PLAN_FILE) if Path(PLAN_FILE).exists() else None)
