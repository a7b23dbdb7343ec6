"""Physical names that a deployment would use twice: CloudFormation creates a resource before it deletes another.

A name that moves to another logical id is still in use when CloudFormation creates the new resource. The same is true
for a custom-named resource that requires replacement. AWS then rejects the creation. Or both resources are the same
physical resource, which is deleted with the old one.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-change-sets.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html (documented)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sfnorch.template.intrinsics import UNKNOWN, StackValues, format_value
from sfnorch.template.resources import IDENTITIES

_MADE_FROM = {
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
}
"""The types that SAM creates from its own types, under the same logical id."""


class DeployedResource(NamedTuple):
    """A resource of the deployed stack; `physical_id` is the value of Ref."""

    logical_id: str
    type: str
    physical_id: str


def find_name_conflicts(
    stack: StackValues, deployed: Iterable[DeployedResource], replaced: Collection[str]
) -> Iterator[str]:
    """Yield a message, with a solution, for each name in the new template that is still in use.

    `stack` is the new template, evaluated with the parameters, region, account and name of the stack. `replaced` are
    the logical ids that the change set replaces.
    """
    there = {(resource.type, resource.physical_id): resource.logical_id for resource in deployed}
    standing = set(there.values())
    for logical_id in stack.get_section("Resources"):
        if not stack.has_resource(logical_id) or (logical_id in standing and logical_id not in replaced):
            continue
        kind = stack.get_resource_type(logical_id)
        kind = _MADE_FROM.get(kind, kind)
        physical_id = _find_custom_physical_id(stack, logical_id)
        owner = there.get((kind, physical_id))
        if owner is None:
            continue
        name = physical_id.rpartition(":")[2]
        if owner == logical_id:
            yield (
                f"{logical_id}: its changes require replacement, and its custom name {name} is in use until the old "
                f"{kind} is deleted; give it another name, or remove it in one deployment and add it in the next"
            )
        else:
            yield (
                f"{logical_id}: the name {name} is in use by {owner} ({kind}), which is deleted only after "
                f"{logical_id} is created; deploy twice, first without {logical_id}, or give it another name"
            )


def _find_custom_physical_id(stack: StackValues, logical_id: str) -> str:
    """Return the value of Ref for a resource with a custom name; empty if AWS generates the name."""
    kind = stack.get_resource_type(logical_id)
    properties = stack.get_section("Resources").find_object(logical_id, "Properties")
    if not properties:
        return ""
    identity = IDENTITIES.get(kind)
    named = [identity.name_property] if identity else _list_identifying_properties(kind)
    values = [stack.evaluate_text(properties.get(name)) for name in named]
    if not values or not all(values) or any(map(UNKNOWN.search, values)):
        return ""
    return format_value(stack.resolve_ref(logical_id)) if identity else "|".join(values)


def _list_identifying_properties(kind: str) -> list[str]:
    """Return the properties that form the physical id of a type, from CloudFormation's schema of the type.

    Returns an empty list if only AWS knows a part of it. The schemas are cfn-lint's copies.
    """
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError  # slow to load

    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except ResourceNotFoundError:
        return []
    identifier = schema.get("primaryIdentifier", [])
    if set(identifier) & set(schema.get("readOnlyProperties", [])):
        return []
    return [pointer.removeprefix("/properties/") for pointer in identifier]
