"""The error of an invalid template."""

from __future__ import annotations

from sfnorch.source import SourceError


class TemplateError(SourceError):
    """A template that cannot be read, with all its findings and their lines."""
