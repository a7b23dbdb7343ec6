"""The roles of state machines, with the statements of all their policies in the template.

Policies are in the role, beside it (AWS::IAM::Policy, RolePolicy, ManagedPolicy), or in a SAM machine's Policies, as
documents or as SAM policy templates. If a role has policies from other sources, its permissions are not fully known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, list_values, read_list, read_mapping, read_mappings, read_string
from sfnorch.template.declarations import Declaration, find_declarations
from sfnorch.template.iam import PolicySet, Statement, read_statements
from sfnorch.template.iam.managed import list_aws_managed_statements
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Array, Object, Path, SourceLocation, locate

_UNNAMED = "that CloudFormation creates"
"""A managed policy whose ARN is not a text."""

_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Role:
    """A role: its statements, the gaps in them, and the principals that can assume it."""

    name: str
    arn: str
    path: Path
    place: SourceLocation
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


class Policies(NamedTuple):
    """The policies outside of roles, collected once for all roles."""

    attached: dict[str, list[Statement]]
    managed: dict[str, list[Statement]]
    connected: frozenset[str]
    unclear: frozenset[str]
    """The names of roles with a policy that cannot be read completely."""


def collect_policies(stack: StackValues) -> Policies:
    """Return the template's policies that name their roles, its managed policies, and the sources of its connectors."""
    attached, unclear = _list_attached_policies(stack)
    return Policies(
        attached=attached,
        managed=list_managed_policies(stack),
        connected=find_connected_sources(stack),
        unclear=frozenset(unclear),
    )


def list_roles(stack: StackValues, policies: Policies) -> dict[str, Role]:
    """Return the template's roles by ARN."""
    connected = policies.connected
    machine_roles = {
        machine.text("Role")
        for machine in find_declarations(stack, "AWS::Serverless::StateMachine")
        if machine.logical_id in connected
    }
    roles = {}
    for role in find_declarations(stack, "AWS::IAM::Role"):
        path = role.path
        inline, sizes, whole = _read_inline_policies(role.value("Policies"), (*path, "Policies"))
        managed = _read_managed_policies(role.value("ManagedPolicyArns"), policies.managed)
        trust = read_statements(role.value("AssumeRolePolicyDocument"), (*path, "AssumeRolePolicyDocument"))
        gaps = list(managed.gaps)
        if not whole or role.name in policies.unclear:
            gaps.append(f"a policy of {role.logical_id} cannot be read completely")
        if role.arn in machine_roles or role.logical_id in connected:
            gaps.append(f"SAM connectors add permissions to {role.logical_id}")
        roles[role.arn] = Role(
            name=role.logical_id,
            arn=role.arn,
            path=path,
            place=role.place,
            statements=(*inline, *managed.own, *policies.attached.get(role.name, ())),
            gaps=tuple(gaps),
            principals=tuple(name for statement in trust for name in statement.principals),
            trust=tuple(trust),
            boundary=_find_boundary(role.value("PermissionsBoundary"), policies.managed),
            managed=managed.foreign,
            managed_statements=managed.statements,
            tags=_read_tags(role.value("Tags")),
            policy_sizes=tuple(sizes),
        )
    return roles


def build_implied_role(machine: Declaration, policies: Policies) -> Role:
    """Return the role that SAM creates for a machine without one, from its Policies.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
    """
    stack, properties, path = machine.stack, machine.properties, machine.path
    name = f"{machine.logical_id}Role"
    listed = properties.get("Policies")
    granted = list(policies.attached.get(f"<{name}>", ()))
    gaps = [] if machine.logical_id not in policies.connected else [f"SAM connectors add permissions to {name}"]
    foreign: list[Statement] = []
    for index, item in enumerate(list_values(listed)):
        at = (*path, "Policies", index) if isinstance(listed, Array) else (*path, "Policies")
        value = stack.evaluate_node(item)
        match item, value:
            case _, {"Statement": _}:
                granted += read_statements(value, at)
            case Object(), _ if len(item) == 1 and (template := next(iter(item))) in _load_policy_templates():
                document = stack.evaluate_node(_expand_policy_template(template, item[template], item.place))
                granted += (
                    statement._replace(bundled=True) for statement in read_statements(document, (*at, template))
                )
            case _:
                managed = _read_managed_policies([value], policies.managed)
                granted += managed.own
                foreign += managed.statements
                gaps += managed.gaps
    return Role(
        name=name,
        arn=stack.resolve_attribute(name, "Arn"),
        path=(*path, "Policies") if listed is not None else path,
        place=SourceLocation(properties.place.file, properties.lines.get("Policies", properties.place.line)),
        statements=tuple(granted),
        gaps=tuple(gaps),
        principals=("states.amazonaws.com",),
        boundary=_find_boundary(machine.value("PermissionsBoundary"), policies.managed),
        managed_statements=tuple(foreign),
    )


def find_connected_sources(stack: StackValues) -> frozenset[str]:
    """Return the logical ids of the resources whose roles get permissions from SAM connectors.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/managing-permissions-connectors.html
    """
    connectors = find_declarations(stack, "AWS::Serverless::Connector")
    sources = (connector.properties.find_object("Source") for connector in connectors)
    found = {str(source.get("Id")) for source in sources if source}
    for logical_id, resource in stack.get_section("Resources").items():
        if "Connectors" in read_mapping(resource):
            found.add(logical_id)
    return frozenset(found)


def count_policy_characters(document: Json) -> int:
    """Return the number of characters of a policy that IAM counts: all except blanks between values."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False))


def _read_inline_policies(policies: Json, path: Path) -> tuple[list[Statement], list[int], bool]:
    granted: list[Statement] = []
    sizes = []
    whole = policies is None or isinstance(policies, Array)
    for index, policy in enumerate(read_list(policies)):
        document = find_value(policy, "PolicyDocument")
        whole = whole and _is_clear(document)
        granted += read_statements(document, (*path, index, "PolicyDocument"))
        sizes.append(count_policy_characters(document))
    return granted, sizes, whole


def list_managed_policies(stack: StackValues) -> dict[str, list[Statement]]:
    """Return the statements of the managed policies in the template, by ARN."""
    return {
        policy.reference: read_statements(policy.value("PolicyDocument"), (*policy.path, "PolicyDocument"))
        for policy in find_declarations(stack, "AWS::IAM::ManagedPolicy")
    }


class _Managed(NamedTuple):
    """The managed policies of a role: those in the template, AWS managed policies, and the unknown ones."""

    own: tuple[Statement, ...] = ()
    statements: tuple[Statement, ...] = ()
    foreign: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


def _read_managed_policies(arns: Json, own: Mapping[str, list[Statement]]) -> _Managed:
    found: list[Statement] = []
    of_aws: list[Statement] = []
    foreign: list[str] = []
    gaps: list[str] = []
    for arn in list_values(arns):
        name = read_string(arn, _UNNAMED)
        if name in own:
            found += own[name]
            continue
        if name == arn:
            foreign.append(name)
        known = list_aws_managed_statements(name)
        of_aws += known or ()
        if known is None:
            gaps.append(f"the document of the managed policy {name} is not available")
    return _Managed(own=tuple(found), statements=tuple(of_aws), foreign=tuple(foreign), gaps=tuple(gaps))


def _find_boundary(arn: Json, own: Mapping[str, list[Statement]]) -> PolicySet | None:
    """Return the permissions boundary with this ARN; None without an ARN."""
    if arn is None or arn == "":
        return None
    text = read_string(arn, _UNNAMED)
    found = own.get(text)
    known = tuple(found) if found is not None else list_aws_managed_statements(text)
    name = f"the permissions boundary {text}"
    if known is None:
        return PolicySet(name=name, gaps=(f"the document of {name} is not available",))
    return PolicySet(name=name, statements=known)


def _read_tags(listed: Json) -> dict[str, str]:
    return {str(tag.get("Key")): str(tag.get("Value")) for tag in read_mappings(listed)}


def _is_clear(document: Json) -> bool:
    """Return whether every statement of the policy can be read: no macro and no other source creates one."""
    match find_value(document, "Statement"):
        case dict():
            return True
        case list() as listed:
            return all(isinstance(item, dict) for item in listed)
    return False


def _list_attached_policies(stack: StackValues) -> tuple[dict[str, list[Statement]], set[str]]:
    """Return the statements of policies that name their roles, by role, and the roles with an unreadable policy."""
    attached: dict[str, list[Statement]] = {}
    unclear: set[str] = set()
    for policy in find_declarations(stack, *_ATTACHED):
        names = policy.value("Roles" if "Roles" in policy.properties else "RoleName")
        document = policy.value("PolicyDocument")
        for name in [] if isinstance(names, dict) else list_values(names):
            attached.setdefault(str(name), []).extend(read_statements(document, (*policy.path, "PolicyDocument")))
            if not _is_clear(document):
                unclear.add(str(name))
    return attached, unclear


@cache
def _load_policy_templates() -> dict[str, Json]:
    from samtranslator.policy_templates_data import POLICY_TEMPLATES_FILE  # only templates with SAM policies need it

    return read_mapping(json.loads(POLICY_TEMPLATES_FILE.read_text(encoding="utf-8"))["Templates"])


def _expand_policy_template(name: str, given: Json, place: SourceLocation) -> Json:
    """Return a policy template's document with these parameters. Its values have the line of its use."""
    parameters = read_mapping(given)

    def fill_value(value: Json) -> Json:
        match value:
            case {"Ref": str(parameter), **more} if not more and parameter in parameters:
                return parameters[parameter]
            case dict():
                return {key: fill_value(item) for key, item in value.items()}
            case list():
                return [fill_value(item) for item in value]
        return value

    return locate(fill_value(find_value(_load_policy_templates(), name, "Definition")), place)
