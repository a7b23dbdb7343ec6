"""Whether a role of a template can perform an action: allowed, denied with the reason, or unknown with the reasons.

The evaluation covers the role's policies in the template, AWS managed policies whose documents are included, the role's
permissions boundary, and the policies of the template's resources. It does not cover service control policies and
session policies: they are assumed to allow all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.template.contents import Template
from sfnorch.template.iam import AccessRequest, Decision, evaluate
from sfnorch.template.iam.evaluation import match_action
from sfnorch.template.resource_policies import is_resource_policy_required
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.roles import Role

_ABSENT: tuple[str, ...] = (
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:FederatedProvider",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:username",
    "lambda:SourceFunctionArn",
)
"""Condition keys that a request of a service role does not have: neither a person nor a service principal makes it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

_GLOBAL_REGION = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_GLOBAL_SERVICES = ("iam", "organizations", "cloudfront", "route53")


def decide(
    template: Template,
    role: Role,
    action: str,
    resource: str,
    context: Mapping[str, str | Sequence[str] | None] | None = None,
    *,
    complete: bool = False,
) -> Decision:
    """Return the result of the role's request for the action on the resource with this ARN.

    `*` in the resource represents a choice at run time, `<…>` a part that only the deployment determines.
    `context` adds condition keys to the known ones of a role's request; None is a key that the request does not have.
    An unknown key makes the result unknown if a condition uses it; with `complete`, the request does not have it.
    """
    where = template.stack.where
    known = {**build_role_context(role, resource, where, action), **(context or {})}
    name = role.arn.rpartition("/")[2]
    request = AccessRequest(
        action=action,
        resource=resource,
        context=known,
        complete=complete,
        principals=(role.arn, f"arn:{where.partition}:sts::{where.account}:assumed-role/{name}/*"),
        account=where.account,
        assumed=where.assumed,
    )
    own = template.resource_policies.find_policies(resource)
    return evaluate(
        request,
        role.policies,
        boundary=role.boundary,
        resource=own,
        needs_resource=own is not None and is_resource_policy_required(action),
    )


def classify_action(role: Role, action: str) -> tuple[object, ...]:
    """Return what of an action decides a request: which statements of the role's policies match it, and its keys.

    The decisions on two actions of a class are equal for the same resource, if the resource has no policy itself.
    """
    statements = (*role.policies.statements, *(role.boundary.statements if role.boundary is not None else ()))
    keys = (_is_global(action), action.lower() == "iam:passrole")
    return (*keys, *(match_action(statement, action) for statement in statements))


def _is_global(action: str) -> bool:
    return action.partition(":")[0].lower() in _GLOBAL_SERVICES


def build_role_context(
    role: Role, resource: str, where: StackEnvironment, action: str
) -> dict[str, str | Sequence[str] | None]:
    """Return the known condition keys of a request that a service makes with its service role."""
    is_global = _is_global(action)
    found: dict[str, str | Sequence[str] | None] = dict.fromkeys(_ABSENT)
    found |= {
        "aws:PrincipalAccount": where.account,
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": _GLOBAL_REGION.get(where.partition, where.region) if is_global else where.region,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        **{f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()},
    }
    if action.lower() != "iam:passrole":
        found["iam:PassedToService"] = None
    if (account := parse_account(resource, where)) is not None:
        found["aws:ResourceAccount"] = account
    return found


def parse_account(resource: str, where: StackEnvironment) -> str | None:
    """Return the account of the resource; None if its ARN does not contain it.

    A resource that is chosen at run time is assumed to be in the same account.
    """
    if resource == "*":
        return where.account
    parts = resource.split(":", 5)
    if len(parts) < 6 or not parts[4]:
        return None
    return where.account if parts[4] == "*" else parts[4]
