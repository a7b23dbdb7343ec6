"""Tasks that did not do their work, since something they need failed."""

from __future__ import annotations

from typing import Any


def blocked_by(output: Any) -> str:
    """Return the task whose failure kept an execution with this output from its work; empty where none did."""
    return str(output.get("by")) if isinstance(output, dict) and output.get("status") == "BLOCKED" else ""
