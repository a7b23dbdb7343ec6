"""A role of a pipeline, a build or CloudFormation that has more permissions than it requires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfnorch.delivery.reading import find_delivery_roles, read_pipelines, read_projects
from sfnorch.delivery.uses import PermissionUser, find_build_uses, find_pipeline_uses
from sfnorch.findings import Severity
from sfnorch.rule import HasTemplate, LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.contents import Template
from sfnorch.template.iam import Statement
from sfnorch.template.iam.actions import has_resource_type
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.roles import Role

_BROAD = ("AdministratorAccess", "PowerUserAccess", "FullAccess")
"""Suffixes of the names of managed policies that allow all actions, or all actions of a service."""

_JUDGED = frozenset({"codepipeline.amazonaws.com", "codebuild.amazonaws.com"})
_IN_A_NETWORK = frozenset({"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"})
"""Actions that the AWS managed policy for builds in a VPC allows on all resources.

https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
"""

_NOT_JUDGED = frozenset(
    {"logs", "kms", "iam", "sts", "s3", "ec2", "codebuild", "codeconnections", "codestar-connections"}
)
"""Services that a build or a pipeline requires for more than its commands and actions."""


def _check(subject: HasTemplate) -> Iterator[RuleFinding]:
    used = _find_used_services(subject.template)
    for role in find_delivery_roles(subject.template):
        yield from _check_managed_policies(role)
        for statement in role.statements:
            if statement.allow and (what := _judge_statement(statement, used.get(role.name))):
                yield RuleFinding(
                    path=statement.path,
                    place=statement.place,
                    message=f"{role.name}: {what[0]}",
                    hint=what[1],
                )


def _find_used_services(template: Template) -> dict[str, frozenset[str] | None]:
    """Return the services that each role calls, for roles of builds and pipelines only; None if a call is unknown."""
    where = template.stack.where
    found = list(read_pipelines(template))
    uses: dict[str, list[PermissionUser]] = {}
    for project in read_projects(template):
        if project.role and set(project.role.principals) <= _JUDGED:
            uses.setdefault(project.role.name, []).extend(find_build_uses(project, found, where))
    for pipeline in found:
        if pipeline.role and set(pipeline.role.principals) <= _JUDGED:
            uses.setdefault(pipeline.role.name, []).extend(find_pipeline_uses(pipeline, where))
    return {name: _list_services(each) for name, each in uses.items()}


def _list_services(uses: Iterable[PermissionUser]) -> frozenset[str] | None:
    found: set[str] = set()
    for use in uses:
        if use.needs is None:
            return None
        found |= {need.action.partition(":")[0] for need in use.needs}
    return frozenset(found)


def _check_managed_policies(role: Role) -> Iterator[RuleFinding]:
    for arn in role.managed:
        if arn.endswith(_BROAD):
            yield RuleFinding(
                path=(*role.path, "ManagedPolicyArns"),
                place=role.place,
                message=f"{role.name}: the managed policy {arn.rpartition('/')[2]} allows more than the role requires",
                hint="allow only the required actions, in an inline policy",
            )


def _judge_statement(statement: Statement, used: frozenset[str] | None) -> tuple[str, str] | None:
    """Return what is too wide in the statement, and a hint; None if nothing is too wide."""
    actions = [action for action in statement.actions if not UNKNOWN.search(action)]
    if statement.not_actions:
        return "NotAction allows all other actions, also future ones", "name the actions that the role requires"
    if whole := [action for action in actions if action == "*" or action.endswith(":*")]:
        verb = "is" if len(whole) == 1 else "are"
        return f"{list_names(whole)} {verb} allowed, also future actions", "name the actions that the role requires"
    if not statement.conditional and any(map(_is_every, statement.resources)):
        unbound = [
            action for action in actions if has_resource_type(action, every=True) and action not in _IN_A_NETWORK
        ]
        if unbound and ("*" in statement.resources or "iam:PassRole" in unbound):
            verb = "is" if len(unbound) == 1 else "are"
            return f"{list_names(unbound)} {verb} allowed on every resource", "name the resources that the role uses"
    if used is not None:
        services = {action.partition(":")[0].lower() for action in actions}
        if idle := sorted(services - used - _NOT_JUDGED):
            return f"no command or action of the role calls {list_names(idle)}", "remove the permission"
    return None


def _is_every(resource: str) -> bool:
    """Return whether the resource matches all resources, or all roles."""
    return resource == "*" or resource.endswith((":role/*", ":*"))


RULE = LintRule(
    id="delivery-role-too-wide",
    title="A role of a pipeline, a build or CloudFormation that has more permissions than it requires",
    why="everyone who can push to the repository can use all permissions of these roles",
    source="https://docs.aws.amazon.com/codepipeline/latest/userguide/security-iam.html",
    severity=Severity.WARNING,
    check=_check,
)
