"""The default file of a plan."""

from __future__ import annotations

from pathlib import Path

PLAN_FILE = "sfnorch.yaml"
"""The file in the working directory that a command reads if no plan is named."""

SCENARIO_FILE = "sfnorch.sfntest.yaml"
"""The file with the scenarios of this plan."""


def find_plan(named: Path | None) -> Path | None:
    """Return the named plan file, or the default file in the working directory; None if there is neither."""
    return named or (Path(PLAN_FILE) if Path(PLAN_FILE).exists() else None)
