"""The lint rules about deliveries, one file per rule. `sfnorch.linter.rules` adds them to its own."""

from __future__ import annotations

from sfnorch.delivery.rules import (
    approval_bypassed,
    delivery_permission_missing,
    delivery_role_too_wide,
    role_without_boundary,
)
from sfnorch.rule import HasTemplate, LintRule

DELIVERY_RULES: tuple[LintRule[HasTemplate], ...] = (
    delivery_permission_missing.RULE,
    delivery_role_too_wide.RULE,
    approval_bypassed.RULE,
    role_without_boundary.RULE,
)
"""The rules, in the order of the list of all rules."""
