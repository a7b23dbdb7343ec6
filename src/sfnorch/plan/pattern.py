"""The pattern of a plan."""

from __future__ import annotations

from sfnorch.plan.errors import PlanError
from sfnorch.plan.kinds import PLANS
from sfnorch.plan.model_errors import suggest_near
from sfnorch.plan.read import Document

PATTERN = "pattern"
"""The key of the pattern, which every plan has."""


def read_pattern(document: Document) -> str:
    """Return the pattern of a plan. Raises PlanError if it is missing or unknown."""
    pattern, choices = document.data.get(PATTERN), f"write one of: {', '.join(PLANS)}"
    if PATTERN not in document.data:
        raise PlanError([document.create_finding((PATTERN,), "the key 'pattern' is missing", choices)])
    if not isinstance(pattern, str) or pattern not in PLANS:
        hint = suggest_near(str(pattern), PLANS) or choices
        raise PlanError([document.create_finding((PATTERN,), f"unknown pattern {pattern!r}", hint)])
    return pattern
