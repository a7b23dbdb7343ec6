"""The error of a plan that can't be taken."""

from __future__ import annotations

from sfnorch.source import SourceError


class PlanError(SourceError):
    """A plan that can't be taken: all its findings at once, each with its line."""
