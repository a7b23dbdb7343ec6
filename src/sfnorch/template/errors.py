"""The error of a template that can't be taken."""

from __future__ import annotations

from sfnorch.source import SourceError


class TemplateError(SourceError):
    """A template that can't be taken: all its findings at once, each with its line."""
