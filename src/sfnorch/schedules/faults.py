"""The faults of a schedule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFault:
    """A fault of an expression or a time zone, and its fix."""

    message: str
    fix: str
    refused: bool = True
    """Whether AWS rejects it. False for what contradicts the documentation, but is known or likely to be accepted."""
