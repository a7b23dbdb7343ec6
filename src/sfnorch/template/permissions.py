"""Whether a role of a template may do something: allowed, denied by what, or unknown for which reasons.

Evaluated are the role's policies in the template, AWS's managed policies whose documents are at hand, the role's
permissions boundary, and the policies of the template's resources. Service control policies and session policies are
outside: they are taken to allow all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.template.contents import Template
from sfnorch.template.iam import Decision, Request, evaluate
from sfnorch.template.resource_policies import has_the_last_word
from sfnorch.template.resources import Surroundings
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
"""The keys that a request of a service role does not have: it is made neither for a person nor by a service principal.

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
    """Return what becomes of the role's request for the action on the resource of this ARN.

    `*` in the resource stands for what is chosen at run time, `<…>` for what only the deployment makes known.
    `context` adds condition keys to those that are known of a role's request; None says that the request does not have
    the key. A key that is not known makes the outcome unknown where it matters; with `complete` it counts as absent.
    """
    where = template.stack.where
    known = {**role_context(role, resource, where, action), **(context or {})}
    name = role.arn.rpartition("/")[2]
    request = Request(
        action=action,
        resource=resource,
        context=known,
        complete=complete,
        principals=(role.arn, f"arn:{where.partition}:sts::{where.account}:assumed-role/{name}/*"),
        account=where.account,
        assumed=where.assumed,
    )
    own = template.resource_policies.of(resource)
    return evaluate(
        request,
        role.policies,
        boundary=role.boundary,
        resource=own,
        needs_resource=own is not None and has_the_last_word(action),
    )


def role_context(role: Role, resource: str, where: Surroundings, action: str) -> dict[str, str | Sequence[str] | None]:
    """Return the condition keys that are known of a request which a service makes with its service role."""
    is_global = action.partition(":")[0].lower() in _GLOBAL_SERVICES
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
    if (account := account_of(resource, where)) is not None:
        found["aws:ResourceAccount"] = account
    return found


def account_of(resource: str, where: Surroundings) -> str | None:
    """Return the account of the resource; None where its ARN does not say it.

    What is chosen at run time is taken to be a resource of the own account.
    """
    if resource == "*":
        return where.account
    parts = resource.split(":", 5)
    if len(parts) < 6 or not parts[4]:
        return None
    return where.account if parts[4] == "*" else parts[4]
