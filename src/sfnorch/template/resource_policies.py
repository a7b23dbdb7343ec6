"""The resource-based policies of a template: queues, topics, event buses, functions, buckets, keys, trust policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sfnorch.template.iam import PolicySet, Statement, matches, statements
from sfnorch.template.iam.statements import Condition
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Array, Object, Path, Place
from sfnorch.template.roles import Role, resources

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
            *_listed(stack),
            *_of_buses(stack),
            *_of_functions(stack),
            *_of_keys(stack),
            *((role.arn, role.name, list(role.trust)) for role in roles.values()),
        ):
            self._found.setdefault(arn, (name, []))[1].extend(granted)

    def of(self, resource: str) -> PolicySet | None:
        """Return the policies of the resource with this ARN; None if the template has none for it."""
        for arn, (name, granted) in self._found.items():
            if resource == arn or (resource.startswith((f"{arn}/", f"{arn}:")) and not arn.endswith("*")):
                return PolicySet(name=f"the policy of {name}", statements=tuple(granted))
        return None


_Found = tuple[str, str, list[Statement]]


def _listed(stack: StackValues) -> Iterator[_Found]:
    for logical_id, properties, path, _ in resources(stack, *_LISTED):
        key, kind = _LISTED[stack.resource_type(logical_id)]
        granted = statements(stack.value(properties.get("PolicyDocument")), (*path, "PolicyDocument"))
        named = stack.value(properties.get(key))
        wanted = named if isinstance(named, list) else [named]
        for target, _, _, _ in resources(stack, kind):
            arn = stack.attribute(target, "Arn")
            if {stack.ref(target), arn, stack.name(target)} & {one for one in wanted if isinstance(one, str)}:
                yield arn, target, granted


def _of_buses(stack: StackValues) -> Iterator[_Found]:
    for logical_id, properties, path, place in resources(stack, "AWS::Events::EventBusPolicy"):
        body = stack.value(properties)
        if not isinstance(body, Object):
            continue  # only AWS can evaluate this function
        bus = str(body.get("EventBusName") or "default")
        where = stack.where
        arn = f"arn:{where.partition}:events:{where.region}:{where.account}:event-bus/{bus.rpartition('/')[2]}"
        given: Any = body.get("Statement")
        if isinstance(given, Object):
            yield arn, logical_id, _single(given, path)
        elif isinstance(body.get("Action"), str):
            short = Object(
                place,
                [
                    ("Action", body["Action"], place.line),
                    ("Principal", _account(body.get("Principal"), place), place.line),
                    ("Resource", arn, place.line),
                ],
            )
            yield arn, logical_id, _single(short, path)
    for logical_id, properties, path, _ in resources(stack, "AWS::Events::EventBus"):
        policy = stack.value(properties.get("Policy"))
        if isinstance(policy, Object):
            document = policy if "Statement" in policy else None
            granted = statements(document, (*path, "Policy")) if document else _single(policy, (*path, "Policy"))
            yield stack.attribute(logical_id, "Arn"), logical_id, granted


def _of_functions(stack: StackValues) -> Iterator[_Found]:
    """Yield the statements of Lambda permissions. A permission for a service concerns no role."""
    for logical_id, properties, path, place in resources(stack, _PERMISSION):
        body = stack.value(properties)
        if not isinstance(body, Object):
            continue  # only AWS can evaluate this function
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
            place=place,
            path=path,
        )
        yield arn, logical_id, [statement]


def _of_keys(stack: StackValues) -> Iterator[_Found]:
    for logical_id, properties, path, _ in resources(stack, "AWS::KMS::Key"):
        granted = statements(stack.value(properties.get("KeyPolicy")), (*path, "KeyPolicy"))
        yield stack.attribute(logical_id, "Arn"), logical_id, granted


def _single(statement: Object, path: Path) -> list[Statement]:
    place = statement.place
    listed = Array(place, [(statement, place.line)])
    document = Object(place, [("Version", "2012-10-17", place.line), ("Statement", listed, place.line)])
    return statements(document, path)


def _account(principal: Any, place: Place) -> Any:
    text = str(principal)
    return text if text == "*" else Object(place, [("AWS", text, place.line)])


def has_the_last_word(action: str) -> bool:
    """Return whether the resource-based policy must allow every principal of this action, as for keys and roles.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    return matches("kms:*", action.lower()) or matches("sts:assumerole*", action.lower())
