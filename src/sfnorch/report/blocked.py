"""Tasks that did not run because a task that they depend on failed."""

from __future__ import annotations

from typing import Any


def blocked_by(output: Any) -> str:
    """Return the task whose failure blocked an execution with this output; empty for an execution that ran."""
    return str(output.get("by")) if isinstance(output, dict) and output.get("status") == "BLOCKED" else ""
