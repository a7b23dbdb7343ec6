"""The project's own rules, each in a file of its own."""

from __future__ import annotations

from sfnorch.lint.rule import Rule
from sfnorch.lint.rules import (
    alarm_topic_key,
    branch_stops_siblings,
    bucket_unprotected,
    delivery_permission_missing,
    delivery_role_too_wide,
    failure_untold,
    glue_job_not_waited,
    glue_start_not_retried,
    history_too_long,
    invalid_schedule,
    jsonata_shadowing,
    jsonata_states,
    jsonata_syntax,
    jsonata_unassigned,
    missing_permission,
    null_value,
    past_limit,
    polling_without_bound,
    risky_expression,
    substitution_in_expression,
    topic_key_access,
    unused_permission,
    wildcard_resource,
    yaml_alias,
)

RULES: tuple[Rule, ...] = (
    jsonata_syntax.RULE,
    jsonata_unassigned.RULE,
    jsonata_shadowing.RULE,
    jsonata_states.RULE,
    risky_expression.RULE,
    substitution_in_expression.RULE,
    branch_stops_siblings.RULE,
    glue_job_not_waited.RULE,
    glue_start_not_retried.RULE,
    failure_untold.RULE,
    polling_without_bound.RULE,
    history_too_long.RULE,
    invalid_schedule.RULE,
    missing_permission.RULE,
    unused_permission.RULE,
    wildcard_resource.RULE,
    alarm_topic_key.RULE,
    topic_key_access.RULE,
    delivery_permission_missing.RULE,
    delivery_role_too_wide.RULE,
    bucket_unprotected.RULE,
    null_value.RULE,
    yaml_alias.RULE,
    past_limit.RULE,
)
"""Every rule, in the order of the listing: expressions, failures, permissions, deliveries, then the template's form."""
