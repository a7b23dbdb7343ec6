"""The statements of policy documents as data.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.json_values import Json, find_value
from sfnorch.template.iam.patterns import can_overlap, is_match
from sfnorch.template.located import Object, Path, SourceLocation, read_objects

_UNREADABLE = "<a value that CloudFormation makes>"
_VARIABLES_SINCE = "2012-10-17"
_QUANTIFIERS = ("forallvalues", "foranyvalue")


class Condition(NamedTuple):
    """One test of a condition: `operator` in lower case, without its quantifier and its `IfExists` suffix."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    """`forallvalues`, `foranyvalue`, or empty."""
    if_exists: bool = False


class Statement(NamedTuple):
    """One statement of a policy, with evaluated values."""

    allow: bool
    place: SourceLocation
    path: Path
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    principals: tuple[str, ...] = ()
    """The principals in a resource-based policy: services, ARNs, or `*` for anyone."""
    not_principals: tuple[str, ...] = ()
    has_variables: bool = False
    """Whether `${…}` is a policy variable; this depends on the policy's version."""
    bundled: bool = False
    """Whether it comes from a SAM policy template, which cannot be split."""

    @property
    def conditional(self) -> bool:
        """Return whether the statement has conditions."""
        return bool(self.conditions)

    @property
    def of_resource(self) -> bool:
        """Return whether it is in a resource-based policy, which names principals."""
        return bool(self.principals or self.not_principals)

    def has_action(self, action: str) -> bool:
        """Return whether the statement matches the action; IAM actions are not case-sensitive."""
        action = action.lower()
        if self.not_actions:
            return not any(is_match(pattern.lower(), action) for pattern in self.not_actions)
        return any(is_match(pattern.lower(), action) for pattern in self.actions)

    def has_resource(self, resource: str) -> bool:
        """Return whether the statement matches the resource; `*` in the resource represents an unknown part."""
        if self.not_resources:
            return not any(is_match(pattern, resource) for pattern in self.not_resources)
        return any(can_overlap(pattern, resource) for pattern in self.resources)


def read_statements(document: Json, path: Path) -> list[Statement]:
    """Return the statements of an evaluated policy document, whose path in the template is `path`."""
    version = str(find_value(document, "Version"))
    match find_value(document, "Statement"):
        case Object() as single:
            return [_read_statement(single, (*path, "Statement"), version)]
        case listed:
            found = read_objects(listed)
            return [_read_statement(item, (*path, "Statement", index), version) for index, item in found]


def _read_statement(body: Object, path: Path, version: str) -> Statement:
    return Statement(
        allow=body.get("Effect", "Allow") != "Deny",
        actions=_list_texts(body.get("Action")),
        not_actions=_list_texts(body.get("NotAction")),
        resources=_list_texts(body.get("Resource")),
        not_resources=_list_texts(body.get("NotResource")),
        conditions=tuple(_list_conditions(body.get("Condition"))),
        principals=_list_principals(body.get("Principal")),
        not_principals=_list_principals(body.get("NotPrincipal")),
        has_variables=version == _VARIABLES_SINCE,
        place=body.place,
        path=path,
    )


def _list_principals(named: Json) -> tuple[str, ...]:
    match named:
        case dict():
            return _list_texts(list(named.values()))
    return _list_texts(named)


def _list_conditions(block: Json) -> Iterator[Condition]:
    match block:
        case None:
            return
        case dict():
            for name, tests in block.items():
                yield from _condition(name, tests)
        case _:
            yield Condition(operator=_UNREADABLE, key=_UNREADABLE, values=())


def _condition(name: str, tests: Json) -> Iterator[Condition]:
    quantifier, _, operator = name.lower().rpartition(":")
    match tests:
        case dict() if quantifier in (*_QUANTIFIERS, ""):
            for key, values in tests.items():
                yield Condition(
                    operator=operator.removesuffix("ifexists"),
                    key=key,
                    values=_list_texts(values),
                    quantifier=quantifier,
                    if_exists=operator.endswith("ifexists"),
                )
        case _:
            yield Condition(operator=_UNREADABLE, key=name, values=())


def _list_texts(value: Json) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case list():
            return tuple(text for item in value for text in _list_texts(item))
        case bool():
            return ("true" if value else "false",)
        case int() | float() | str():
            return (str(value),)
    return (_UNREADABLE,)
