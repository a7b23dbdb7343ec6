"""The roles of state machines, with the statements of all their policies in the template.

Policies are in the role, beside it (AWS::IAM::Policy, RolePolicy, ManagedPolicy), or in a SAM machine's Policies, as
documents or as SAM policy templates. If a role has policies from other sources, its permissions are not fully known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sfnorch.template.iam import PolicySet, Statement, statements
from sfnorch.template.iam.managed import aws_managed_statements
from sfnorch.template.intrinsics import NO_VALUE, StackValues
from sfnorch.template.located import Array, Object, Path, Place

_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Role:
    """A role: its statements, the gaps in them, and the principals that can assume it."""

    name: str
    arn: str
    path: Path
    place: Place
    statements: tuple[Statement, ...]
    """The statements in the template."""
    gaps: tuple[str, ...]
    """What is unknown about its policies, each as a clause."""
    principals: tuple[str, ...]
    trust: tuple[Statement, ...] = ()
    boundary: PolicySet | None = None
    managed: tuple[str, ...] = ()
    """The ARNs of its managed policies that are not in this template."""
    managed_statements: tuple[Statement, ...] = ()
    """The statements of its AWS managed policies whose documents are included."""
    tags: Mapping[str, str] = field(default_factory=dict)
    policy_sizes: tuple[int, ...] = field(default=())
    """The number of characters of its inline policies, without blanks, as IAM counts them."""

    @property
    def whole(self) -> bool:
        """Return whether all its policies are known."""
        return not self.gaps

    @property
    def policies(self) -> PolicySet:
        """Return all its known policies, including AWS managed policies."""
        return PolicySet(name=self.name, statements=(*self.statements, *self.managed_statements), gaps=self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies outside of roles, collected once for all roles."""

    attached: dict[str, list[Statement]]
    managed: dict[str, list[Statement]]
    connected: frozenset[str]
    unclear: frozenset[str]
    """The names of roles with a policy that cannot be read completely."""


def policies_beside(stack: StackValues) -> Policies:
    """Return the template's policies that name their roles, its managed policies, and the sources of its connectors."""
    attached, unclear = _attached(stack)
    return Policies(
        attached=attached,
        managed=managed_policies(stack),
        connected=connected_sources(stack),
        unclear=frozenset(unclear),
    )


def declared_roles(stack: StackValues, policies: Policies) -> dict[str, Role]:
    """Return the template's roles by ARN."""
    connected = policies.connected
    machine_roles = {
        stack.text(properties.get("Role"))
        for logical_id, properties, _, _ in resources(stack, "AWS::Serverless::StateMachine")
        if logical_id in connected
    }
    roles = {}
    for logical_id, properties, path, place in resources(stack, "AWS::IAM::Role"):
        inline, sizes, whole = _inline(stack.value(properties.get("Policies")), (*path, "Policies"))
        attached = stack.value(properties.get("ManagedPolicyArns"))
        managed = _managed(attached, policies.managed)
        arn = stack.attribute(logical_id, "Arn")
        trust = statements(stack.value(properties.get("AssumeRolePolicyDocument")), (*path, "AssumeRolePolicyDocument"))
        gaps = list(managed.gaps)
        if not whole or stack.name(logical_id) in policies.unclear:
            gaps.append(f"a policy of {logical_id} cannot be read completely")
        if arn in machine_roles or logical_id in connected:
            gaps.append(f"SAM connectors add permissions to {logical_id}")
        roles[arn] = Role(
            name=logical_id,
            arn=arn,
            path=path,
            place=place,
            statements=(*inline, *managed.own, *policies.attached.get(stack.name(logical_id), ())),
            gaps=tuple(gaps),
            principals=tuple(name for statement in trust for name in statement.principals),
            trust=tuple(trust),
            boundary=_boundary(stack.value(properties.get("PermissionsBoundary")), policies.managed),
            managed=managed.foreign,
            managed_statements=managed.statements,
            tags=_tags(stack.value(properties.get("Tags"))),
            policy_sizes=tuple(sizes),
        )
    return roles


def implied_role(stack: StackValues, policies: Policies, logical_id: str, properties: Object, path: Path) -> Role:
    """Return the role that SAM creates for a machine without one, from its Policies.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
    """
    listed = properties.get("Policies")
    items = list(listed) if isinstance(listed, Array) else [] if listed is None else [listed]
    granted = list(policies.attached.get(f"<{logical_id}Role>", ()))
    gaps = [] if logical_id not in policies.connected else [f"SAM connectors add permissions to {logical_id}Role"]
    foreign: list[Statement] = []
    for index, item in enumerate(items):
        at = (*path, "Policies", index) if isinstance(listed, Array) else (*path, "Policies")
        value = stack.value(item)
        if isinstance(value, Object) and "Statement" in value:
            granted += statements(value, at)
        elif isinstance(item, Object) and len(item) == 1 and (name := next(iter(item))) in _policy_templates():
            document = stack.value(_expanded(name, item[name], item.place))
            granted += (replace(statement, bundled=True) for statement in statements(document, (*at, name)))
        else:
            managed = _managed([value], policies.managed)
            granted += managed.own
            foreign += managed.statements
            gaps += managed.gaps
    return Role(
        name=f"{logical_id}Role",
        arn=stack.attribute(f"{logical_id}Role", "Arn"),
        path=(*path, "Policies") if listed is not None else path,
        place=Place(properties.place.file, properties.lines.get("Policies", properties.place.line)),
        statements=tuple(granted),
        gaps=tuple(gaps),
        principals=("states.amazonaws.com",),
        boundary=_boundary(stack.value(properties.get("PermissionsBoundary")), policies.managed),
        managed_statements=tuple(foreign),
    )


def connected_sources(stack: StackValues) -> frozenset[str]:
    """Return the logical ids of the resources whose roles get permissions from SAM connectors.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/managing-permissions-connectors.html
    """
    found = set()
    for _, properties, _, _ in resources(stack, "AWS::Serverless::Connector"):
        source = properties.get("Source")
        if isinstance(source, Object):
            found.add(str(source.get("Id")))
    for logical_id, resource in stack.section("Resources").items():
        if isinstance(resource, Object) and "Connectors" in resource:
            found.add(logical_id)
    return frozenset(found)


def resources(stack: StackValues, *kinds: str) -> Iterator[tuple[str, Object, Path, Place]]:
    """Yield the resources of these types: logical id, properties as written, the path to these, and the place."""
    section = stack.section("Resources")
    for logical_id, resource, line in section.rows():
        if isinstance(resource, Object) and resource.get("Type") in kinds:
            properties = resource.get("Properties")
            place = Place(section.place.file, line)
            if not isinstance(properties, Object):
                properties = Object(place)
            yield logical_id, properties, ("Resources", logical_id, "Properties"), place


def size(document: object) -> int:
    """Return the number of characters of a policy that IAM counts: all except blanks between values."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False))


def _inline(policies: Any, path: Path) -> tuple[list[Statement], list[int], bool]:
    granted: list[Statement] = []
    sizes = []
    whole = policies is None or isinstance(policies, Array)
    for index, policy in enumerate(policies if isinstance(policies, Array) else ()):
        document = policy.get("PolicyDocument") if isinstance(policy, Object) else None
        whole = whole and _is_clear(document)
        granted += statements(document, (*path, index, "PolicyDocument"))
        sizes.append(size(document))
    return granted, sizes, whole


def managed_policies(stack: StackValues) -> dict[str, list[Statement]]:
    """Return the statements of the managed policies in the template, by ARN."""
    return {
        stack.ref(logical_id): statements(stack.value(properties.get("PolicyDocument")), (*path, "PolicyDocument"))
        for logical_id, properties, path, _ in resources(stack, "AWS::IAM::ManagedPolicy")
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Managed:
    """The managed policies of a role: those in the template, AWS managed policies, and the unknown ones."""

    own: tuple[Statement, ...] = ()
    statements: tuple[Statement, ...] = ()
    foreign: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


def _managed(arns: Any, own: Mapping[str, list[Statement]]) -> _Managed:
    if arns is None or arns is NO_VALUE:
        return _Managed()
    found: list[Statement] = []
    of_aws: list[Statement] = []
    foreign: list[str] = []
    gaps: list[str] = []
    for arn in arns if isinstance(arns, list) else [arns]:
        name = arn if isinstance(arn, str) else "that CloudFormation creates"
        if name in own:
            found += own[name]
            continue
        if isinstance(arn, str):
            foreign.append(arn)
        known = aws_managed_statements(name)
        of_aws += known or ()
        if known is None:
            gaps.append(f"the document of the managed policy {name} is not available")
    return _Managed(own=tuple(found), statements=tuple(of_aws), foreign=tuple(foreign), gaps=tuple(gaps))


def _boundary(arn: Any, own: Mapping[str, list[Statement]]) -> PolicySet | None:
    """Return the permissions boundary with this ARN; None without an ARN."""
    if arn is None or arn is NO_VALUE or arn == "":
        return None
    text = arn if isinstance(arn, str) else "that CloudFormation creates"
    found = own.get(text)
    known = tuple(found) if found is not None else aws_managed_statements(text)
    name = f"the permissions boundary {text}"
    if known is None:
        return PolicySet(name=name, gaps=(f"the document of {name} is not available",))
    return PolicySet(name=name, statements=known)


def _tags(listed: Any) -> dict[str, str]:
    return {
        str(tag.get("Key")): str(tag.get("Value"))
        for tag in (listed if isinstance(listed, Array) else ())
        if isinstance(tag, Object)
    }


def _is_clear(document: Any) -> bool:
    """Return whether every statement of the policy can be read: no macro and no other source creates one."""
    listed = document.get("Statement") if isinstance(document, Object) else None
    return isinstance(listed, Object) or (
        isinstance(listed, Array) and all(isinstance(item, Object) for item in listed)
    )


def _attached(stack: StackValues) -> tuple[dict[str, list[Statement]], set[str]]:
    """Return the statements of policies that name their roles, by role, and the roles with an unreadable policy."""
    attached: dict[str, list[Statement]] = {}
    unclear: set[str] = set()
    for _, properties, path, _ in resources(stack, *_ATTACHED):
        names = stack.value(properties.get("Roles", properties.get("RoleName")))
        document = stack.value(properties.get("PolicyDocument"))
        for name in names if isinstance(names, Array) else [names] if isinstance(names, str) else []:
            attached.setdefault(str(name), []).extend(statements(document, (*path, "PolicyDocument")))
            if not _is_clear(document):
                unclear.add(str(name))
    return attached, unclear


@cache
def _policy_templates() -> Mapping[str, Any]:
    from samtranslator.policy_templates_data import POLICY_TEMPLATES_FILE

    templates: Mapping[str, Any] = json.loads(POLICY_TEMPLATES_FILE.read_text(encoding="utf-8"))["Templates"]
    return templates


def _expanded(name: str, given: Any, place: Place) -> Any:
    """Return a policy template's document with these parameters. Its values have the line of its use."""

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return Array(place, [(filled(item), place.line) for item in value])
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and isinstance(given, Object) and value.get("Ref") in given:
            return given[value["Ref"]]
        return Object(place, [(key, filled(item), place.line) for key, item in value.items()])

    return filled(_policy_templates()[name]["Definition"])
