"""The error that is raised for an invalid plan."""

from __future__ import annotations

from sfnorch.source import SourceError


class PlanError(SourceError):
    """An invalid plan: all findings at once, each with its line."""
