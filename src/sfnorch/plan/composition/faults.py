"""The findings of a composition, collected so that all are reported at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from sfnorch.findings import Finding
from sfnorch.plan.model_errors import suggest_near
from sfnorch.plan.places import Place

MOST_NAMES = 50
"""The most names that an error lists, and the most errors for which a near name is searched."""


@dataclass(slots=True)
class Faults:
    """The findings of a composition."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, place: Place, message: str, hint: str = "") -> None:
        """Add an error at the place."""
        self.findings.append(place.create_finding(message, hint))

    def add_unknown(self, place: Place, what: str, word: str, known: list[str]) -> None:
        """Add an error for an unknown name at the place, with the nearest known name or all known names."""
        more = f" and {len(known) - MOST_NAMES:,} more" if len(known) > MOST_NAMES else ""
        available = f"available: {', '.join(known[:MOST_NAMES])}{more}" if known else f"the plan has no {what}"
        near = suggest_near(word, known) if len(self.findings) < MOST_NAMES else ""  # a search takes long
        self.add(place, f"unknown {what} {word!r}", near or available)
