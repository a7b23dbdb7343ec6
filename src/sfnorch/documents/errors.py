"""The document of a command that failed before it had another to print."""

from __future__ import annotations

from typing import TypedDict


class Error(TypedDict):
    """An error, as standard error shows it."""

    message: str
    """What is wrong. Several errors are separated by line breaks."""
    hint: str | None
    """How to fix it."""


class ErrorDocument(TypedDict):
    """An error, in place of the document of the command."""

    error: Error
    """What is wrong, and how to fix it."""
