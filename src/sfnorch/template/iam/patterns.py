"""Patterns of ARNs and names: the IAM wildcards `*` and `?`, and parts that only the deployment determines (`<…>`).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from functools import lru_cache

from sfnorch.template.iam.truth import NO, YES, Truth, unknown
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.resources import Assumed

_ARN_PARTS = 6
_ALL, _EACH = "\0*", "\0?"
"""A wildcard in a request that represents all texts, not one choice."""

_LITERAL = {"*": "\ue000", "?": "\ue001", "$": "$"}
_SPECIAL = re.compile(r"[*?]|<[^<>]+>")


GIVEN = Assumed()
"""No assumption: the region and the account are those of the deployment."""


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the text, with `*` and `?` as in IAM."""
    return bool(_regex(pattern).fullmatch(text))


def overlap(pattern: str, resource: str) -> bool:
    """Return whether a resource can match both; a part that only AWS knows (`<…>`) matches any text.

    The region and account of ARNs are not compared: they are unknown before the deployment, and a template with fixed
    values is for one account and region.
    """
    pattern, resource = UNKNOWN.sub("*", pattern), UNKNOWN.sub("*", resource)
    one, other = pattern.split(":", 5), resource.split(":", 5)
    if len(one) == len(other) == _ARN_PARTS:
        return all(_meet(_tokens(one[part]), _tokens(other[part])) for part in (0, 1, 2, 5))
    return _meet(_tokens(pattern), _tokens(resource))


def fit(pattern: str, text: str, assumed: Assumed = GIVEN, *, every: bool = False) -> Truth:
    """Return whether the pattern covers the text.

    `*` in the text represents a choice at run time: the pattern must cover one choice, or with `every` all choices.
    A part that only the deployment determines has one value, and parts with the same name have the same value.
    """
    if pattern == "*":
        return YES
    if _surely_covers(pattern, text, every=every):
        return YES
    if _may_cover(pattern, text, every=every):
        return unknown(*_unknown_parts(pattern, text))
    supposed, spelled_out = _supposing_equal(pattern, text, assumed)
    if spelled_out and fit(*supposed, every=every).value is not False:
        return unknown(*spelled_out, *_unknown_parts(pattern, text))
    return NO


def _surely_covers(pattern: str, text: str, *, every: bool) -> bool:
    if not _SPECIAL.search(text) and not UNKNOWN.search(pattern):
        return matches(pattern, text)
    return _meet(_tokens(pattern), _universal(_tokens(text)) if every else _tokens(text))


def _may_cover(pattern: str, text: str, *, every: bool) -> bool:
    """Return whether the pattern covers the text for some values of the parts that only the deployment determines."""
    if not UNKNOWN.search(pattern) and not UNKNOWN.search(text):
        return False
    one, other = pattern.split(":", 5), text.split(":", 5)
    if len(one) == len(other) == _ARN_PARTS and not any("*" in part for part in one[:-1]):
        return all(_may_be(left, right, every=every) for left, right in zip(one, other, strict=True))
    return _may_be(pattern, text, every=every)


def _may_be(pattern: str, text: str, *, every: bool) -> bool:
    tokens = _tokens(text)
    if every:
        tokens = _universal(tokens)
    return _meet(_widened(_tokens(pattern)), _widened(tokens))


def escape(text: str) -> str:
    """Return a pattern that matches only the text."""
    return "".join(_LITERAL.get(mark, mark) for mark in text)


def _widened(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tokens with `*` for each part that only the deployment determines."""
    return tuple("*" if UNKNOWN.fullmatch(token) else token for token in tokens)


def _supposing_equal(pattern: str, text: str, assumed: Assumed) -> tuple[tuple[str, str], list[str]]:
    """Return both with assumed regions and accounts set equal to those of the other one, and the reasons.

    Without a reason, no assumption changes the result.
    """
    one, other = pattern.split(":", 5), text.split(":", 5)
    fields = [("region", 3, assumed.region), ("account", 4, assumed.account)]
    if len(one) != _ARN_PARTS or len(other) != _ARN_PARTS:
        one, other = [pattern], [text]
        fields = [("region", 0, assumed.region), ("account", 0, assumed.account)]
    reasons = []
    for what, part, value in fields:
        sides = {one[part], other[part]}
        if value in sides and len(sides) > 1 and all(sides) and "*" not in sides:
            (spelled_out,) = sides - {value}
            if not UNKNOWN.search(spelled_out):
                reasons.append(f"the {what} of the deployment is unknown, and {spelled_out} is expected")
            one[part] = other[part] = value
    return (":".join(one), ":".join(other)), reasons


def _unknown_parts(pattern: str, text: str) -> list[str]:
    names = dict.fromkeys([*UNKNOWN.findall(pattern), *UNKNOWN.findall(text)])
    return [f"{name[1:-1]} is unknown before the deployment" for name in names]


def _universal(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({"*": _ALL, "?": _EACH}.get(token, token) for token in tokens)


@lru_cache(maxsize=10_000)
def _tokens(text: str) -> tuple[str, ...]:
    """Return the text's characters; a part that only the deployment determines is one token."""
    tokens: list[str] = []
    at = 0
    for found in UNKNOWN.finditer(text):
        tokens += text[at : found.start()]
        tokens.append(found[0])
        at = found.end()
    return (*tokens, *text[at:])


@lru_cache(maxsize=10_000)
def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether a text matches both patterns, by stepping through both at once."""
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        i, j = todo.pop()
        if i == len(one) and j == len(other):
            return True
        first = one[i] if i < len(one) else ""
        second = other[j] if j < len(other) else ""
        steps = []
        if first == "*":
            steps.append((i + 1, j))
            if second and second != "*":
                steps.append((i, j + 1))
        if second == "*":
            steps.append((i, j + 1))
            if first and first != "*":
                steps.append((i + 1, j))
        if first and second and "*" not in (first, second) and _same(first, second):
            steps.append((i + 1, j + 1))
        for step in steps:
            if step not in reached:
                reached.add(step)
                todo.append(step)
    return False


def _same(one: str, other: str) -> bool:
    """Return whether two tokens can be the same: equal characters, or a character and `?`."""
    if one == other:
        return not one.startswith("<Fn::")  # two uses of a function can have different values
    if "?" in (one, other):
        mark = other if one == "?" else one
        return len(mark) == 1 or mark == _EACH
    return False


@lru_cache(maxsize=10_000)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
