"""The resource-based policies of a template: queues, topics, event buses, functions, buckets, keys, trust policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json, list_values, read_strings
from sfnorch.template.declarations import find_declarations
from sfnorch.template.iam import PolicySet, Statement, is_match, read_statements
from sfnorch.template.iam.statements import Condition
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object, Path, SourceLocation, locate
from sfnorch.template.roles import Role

_PERMISSION = "AWS::Lambda::Permission"
_LISTED: Mapping[str, tuple[str, str]] = {
    "AWS::SQS::QueuePolicy": ("Queues", "AWS::SQS::Queue"),
    "AWS::SNS::TopicPolicy": ("Topics", "AWS::SNS::Topic"),
    "AWS::S3::BucketPolicy": ("Bucket", "AWS::S3::Bucket"),
}
"""The property with the resources of a policy, and the type of these resources."""


class ResourcePolicies:
    """The resource-based policies of a template, by the ARN of the resource."""

    def __init__(self, stack: StackValues, roles: Mapping[str, Role]) -> None:
        self._found: dict[str, tuple[str, list[Statement]]] = {}
        for arn, name, granted in (
            *_list_resource_policies(stack),
            *_list_bus_policies(stack),
            *_list_function_policies(stack),
            *_list_key_policies(stack),
            *((role.arn, role.name, list(role.trust)) for role in roles.values()),
        ):
            self._found.setdefault(arn, (name, []))[1].extend(granted)

    def find_policies(self, resource: str) -> PolicySet | None:
        """Return the policies of the resource with this ARN; None if the template has none for it."""
        for arn, (name, granted) in self._found.items():
            if resource == arn or (resource.startswith((f"{arn}/", f"{arn}:")) and not arn.endswith("*")):
                return PolicySet(name=f"the policy of {name}", statements=tuple(granted))
        return None


_Found = tuple[str, str, list[Statement]]


def _list_resource_policies(stack: StackValues) -> Iterator[_Found]:
    for policy in find_declarations(stack, *_LISTED):
        key, kind = _LISTED[policy.kind]
        granted = read_statements(policy.value("PolicyDocument"), (*policy.path, "PolicyDocument"))
        wanted = set(read_strings(list_values(policy.value(key))))
        for target in find_declarations(stack, kind):
            if {target.reference, target.arn, target.name} & wanted:
                yield target.arn, target.logical_id, granted


def _list_bus_policies(stack: StackValues) -> Iterator[_Found]:
    for policy in find_declarations(stack, "AWS::Events::EventBusPolicy"):
        body = policy.evaluate()
        if body is None:
            continue
        bus = str(body.get("EventBusName") or "default")
        where = stack.where
        arn = f"arn:{where.partition}:events:{where.region}:{where.account}:event-bus/{bus.rpartition('/')[2]}"
        match body:
            case {"Statement": Object() as given}:
                yield arn, policy.logical_id, _read_single_statement(given, policy.path, given.place)
            case {"Action": str(action)}:
                principal = str(body.get("Principal"))
                account: Json = principal if principal == "*" else {"AWS": principal}
                short: Json = {"Action": action, "Principal": account, "Resource": arn}
                yield arn, policy.logical_id, _read_single_statement(short, policy.path, policy.place)
    for bus_resource in find_declarations(stack, "AWS::Events::EventBus"):
        path = (*bus_resource.path, "Policy")
        match bus_resource.value("Policy"):
            case Object() as document if "Statement" in document:
                yield bus_resource.arn, bus_resource.logical_id, read_statements(document, path)
            case Object() as document:
                granted = _read_single_statement(document, path, document.place)
                yield bus_resource.arn, bus_resource.logical_id, granted


def _list_function_policies(stack: StackValues) -> Iterator[_Found]:
    """Yield the statements of Lambda permissions. A permission for a service concerns no role."""
    for permission in find_declarations(stack, _PERMISSION):
        body = permission.evaluate()
        if body is None:
            continue
        name, principal = str(body.get("FunctionName", "")), str(body.get("Principal", ""))
        where = stack.where
        short = name.rpartition(":function:")[2]
        arn = f"arn:{where.partition}:lambda:{where.region}:{where.account}:function:{short}"
        conditions = [
            Condition(operator=operator, key=key, values=(str(body[field]),))
            for field, operator, key in (
                ("SourceArn", "arnlike", "aws:SourceArn"),
                ("SourceAccount", "stringequals", "aws:SourceAccount"),
                ("PrincipalOrgID", "stringequals", "aws:PrincipalOrgID"),
            )
            if field in body
        ]
        statement = Statement(
            allow=True,
            actions=(str(body.get("Action", "")),),
            conditions=tuple(conditions),
            principals=(principal,),
            place=permission.place,
            path=permission.path,
        )
        yield arn, permission.logical_id, [statement]


def _list_key_policies(stack: StackValues) -> Iterator[_Found]:
    for key in find_declarations(stack, "AWS::KMS::Key"):
        yield key.arn, key.logical_id, read_statements(key.value("KeyPolicy"), (*key.path, "KeyPolicy"))


def _read_single_statement(statement: Json, path: Path, place: SourceLocation) -> list[Statement]:
    return read_statements(locate({"Version": "2012-10-17", "Statement": [statement]}, place), path)


def is_resource_policy_required(action: str) -> bool:
    """Return whether the resource-based policy must allow every principal of this action, as for keys and roles.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    return is_match("kms:*", action.lower()) or is_match("sts:assumerole*", action.lower())
