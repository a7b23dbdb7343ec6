"""A role of CloudFormation that can create roles, or change their permissions, without a permissions boundary."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.rule import HasTemplate, LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.calls import ANY
from sfnorch.template.iam import Statement

_SERVICE = "cloudformation.amazonaws.com"
_BOUNDARY = "iam:permissionsboundary"
_GRANTING = ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy")
"""Actions that support the condition key iam:PermissionsBoundary.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagement.html
"""


def _check(subject: HasTemplate) -> Iterator[RuleFinding]:
    for role in subject.template.roles.values():
        if _SERVICE not in role.principals:
            continue
        for statement in role.statements:
            if found := [action for action in _GRANTING if _can_create_unbounded(statement, action)]:
                yield RuleFinding(
                    path=statement.path,
                    place=statement.place,
                    message=f"{role.name}: {list_names(found)} {'is' if len(found) == 1 else 'are'} allowed for roles "
                    "without a permissions boundary",
                    hint="add the condition StringEquals: {iam:PermissionsBoundary: ARN of the boundary}",
                )


def _can_create_unbounded(statement: Statement, action: str) -> bool:
    is_allowed = statement.allow and statement.has_action(action) and statement.has_resource(ANY)
    return is_allowed and not any(condition.key.lower() == _BOUNDARY for condition in statement.conditions)


RULE = LintRule(
    id="role-without-boundary",
    title="A role of CloudFormation that can create roles without a permissions boundary",
    why="everyone who can deploy a template can give a role any permission, also administrator access",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    severity=Severity.WARNING,
    check=_check,
)
