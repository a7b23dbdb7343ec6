"""Policy statements, and whether they allow an action on a resource, as IAM decides it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.located import Array, Object, Path, Place

_ARN_PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy, its values filled in."""

    allow: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditional: bool = False
    principals: tuple[str, ...] = ()
    """Whom a resource policy's statement is for: services, ARNs, or `*` for anyone."""
    bundled: bool = False
    """Whether it is one of SAM's policy templates, which are taken whole."""
    place: Place
    path: Path

    def names_action(self, action: str) -> bool:
        """Whether the statement is about this action; IAM reads actions without regard to case."""
        action = action.lower()
        if self.not_actions:
            return not any(matches(pattern.lower(), action) for pattern in self.not_actions)
        return any(matches(pattern.lower(), action) for pattern in self.actions)

    def names_resource(self, resource: str) -> bool:
        """Whether the statement is about this resource; `*` in the resource stands for one not known yet."""
        if self.not_resources:
            return not any(matches(pattern, resource) for pattern in self.not_resources)
        return any(overlap(pattern, resource) for pattern in self.resources)

    def covers(self, resource: str) -> bool:
        """Whether the statement is about all that the resource may turn out to be."""
        if self.not_resources or UNKNOWN.search(resource):
            return False
        known = [pattern for pattern in self.resources if not UNKNOWN.search(pattern)]
        return any(pattern == resource or (matches(pattern, resource) and "*" not in resource) for pattern in known)


def statements(document: object, path: Path) -> list[Statement]:
    """The statements of a policy document whose values are filled in; `path` leads to it in the template."""
    if not isinstance(document, Object):
        return []
    listed = document.get("Statement")
    if isinstance(listed, Object):
        return [_statement(listed, (*path, "Statement"))]
    if not isinstance(listed, Array):
        return []
    return [
        _statement(item, (*path, "Statement", index)) for index, item in enumerate(listed) if isinstance(item, Object)
    ]


def _statement(body: Object, path: Path) -> Statement:
    principal = body.get("Principal")
    named = list(principal.values()) if isinstance(principal, Object) else [principal]
    return Statement(
        allow=body.get("Effect", "Allow") != "Deny",
        actions=_texts(body.get("Action")),
        not_actions=_texts(body.get("NotAction")),
        resources=_texts(body.get("Resource")),
        not_resources=_texts(body.get("NotResource")),
        conditional="Condition" in body,
        principals=tuple(text for value in named for text in _texts(value)),
        place=body.place,
        path=path,
    )


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for item in value for text in _texts(item))
    return (value,) if isinstance(value, str) else ()


def allows(granted: Iterable[Statement], action: str, resource: str) -> bool:
    """Whether the statements allow the action on the resource: one allows it, and none without conditions denies it."""
    allowed = False
    for statement in granted:
        if statement.names_action(action) and statement.names_resource(resource):
            if statement.allow:
                allowed = True
            elif not statement.conditional and statement.covers(resource):
                return False
    return allowed


def matches(pattern: str, text: str) -> bool:
    """Whether the text is one that the pattern stands for, with `*` and `?` as IAM reads them."""
    return bool(_regex(pattern).fullmatch(text))


def overlap(pattern: str, resource: str) -> bool:
    """Whether some resource fits both, what only AWS knows (`<…>`) being anything in either.

    ARNs are held against each other without region and account: which these will be is not known before a deployment,
    and a template that spells them out is made for one.
    """
    pattern, resource = UNKNOWN.sub("*", pattern), UNKNOWN.sub("*", resource)
    one, other = pattern.split(":", 5), resource.split(":", 5)
    if len(one) == len(other) == _ARN_PARTS:
        return all(_meet(one[part], other[part]) for part in (0, 1, 2, 5))
    return _meet(pattern, resource)


@lru_cache(maxsize=10_000)
def _meet(one: str, other: str) -> bool:
    """Whether two patterns have a text in common, by stepping through both at once."""
    if not {"*", "?"} & {*one, *other}:
        return one == other
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        i, j = todo.pop()
        if i == len(one) and j == len(other):
            return True
        steps = []
        first = one[i] if i < len(one) else ""
        second = other[j] if j < len(other) else ""
        if first == "*":
            steps += [(i + 1, j), (i, j + 1)] if second and second != "*" else [(i + 1, j)]
        if second == "*":
            steps += [(i, j + 1), (i + 1, j)] if first and first != "*" else [(i, j + 1)]
        if first and second and first != "*" and second != "*" and (first == second or "?" in (first, second)):
            steps.append((i + 1, j + 1))
        for step in steps:
            if step not in reached:
                reached.add(step)
                todo.append(step)
    return False


@lru_cache(maxsize=10_000)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
