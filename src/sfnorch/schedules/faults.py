"""What is wrong with a schedule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFault:
    """One thing that is wrong with an expression or a time zone, and how to fix it."""

    message: str
    fix: str
    refused: bool = True
    """Whether AWS refuses it; False where it is against the documentation, but is known or likely to be taken."""
