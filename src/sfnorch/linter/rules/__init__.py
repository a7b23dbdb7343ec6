"""The project's own rules, one file per rule. Those about deliveries come from `sfnorch.delivery.rules`."""

from __future__ import annotations

from sfnorch.delivery.rules import DELIVERY_RULES
from sfnorch.linter.rules import (
    alarm_topic_key,
    branch_stops_siblings,
    bucket_unprotected,
    failure_not_notified,
    glue_job_not_waited,
    glue_start_not_retried,
    history_too_long,
    invalid_schedule,
    jsonata_shadowing,
    jsonata_states,
    jsonata_syntax,
    jsonata_unassigned,
    limit_exceeded,
    missing_permission,
    null_value,
    permission_unknown,
    polling_without_bound,
    refused_definition,
    risky_expression,
    substitution_in_expression,
    topic_key_access,
    unused_permission,
    wildcard_resource,
    wrong_partition,
    yaml_alias,
)
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule

RULES: tuple[LintRule[Subject], ...] = (
    refused_definition.RULE,
    jsonata_syntax.RULE,
    jsonata_unassigned.RULE,
    jsonata_shadowing.RULE,
    jsonata_states.RULE,
    risky_expression.RULE,
    substitution_in_expression.RULE,
    branch_stops_siblings.RULE,
    glue_job_not_waited.RULE,
    glue_start_not_retried.RULE,
    wrong_partition.RULE,
    failure_not_notified.RULE,
    polling_without_bound.RULE,
    history_too_long.RULE,
    invalid_schedule.RULE,
    missing_permission.RULE,
    permission_unknown.RULE,
    unused_permission.RULE,
    wildcard_resource.RULE,
    alarm_topic_key.RULE,
    topic_key_access.RULE,
    *DELIVERY_RULES,
    bucket_unprotected.RULE,
    null_value.RULE,
    yaml_alias.RULE,
    limit_exceeded.RULE,
)
"""All rules, in the order of the list: definitions, expressions, failures, permissions, deliveries, formats."""
