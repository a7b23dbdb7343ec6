"""Patterns of ARNs and names: the IAM wildcards `*` and `?`, and parts that only the deployment determines (`<…>`).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from functools import lru_cache

from sfnorch.template.iam.truth import NO, YES, Truth, create_unknown
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.resources import AssumedDefaults

_ARN_PARTS = 6
_ALL, _EACH = "\0*", "\0?"
"""A wildcard in a request that represents all texts, not one choice."""

_LITERAL = str.maketrans({"*": "\ue000", "?": "\ue001"})
_WILDCARD = re.compile(r"[*?]")
_SPECIAL = re.compile(r"[*?]|<[^<>]+>")


GIVEN = AssumedDefaults()
"""No assumption: the region and the account are those of the deployment."""


def is_match(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the text, with `*` and `?` as in IAM."""
    first, *others = _WILDCARD.split(pattern)
    if not others:
        return pattern == text
    # compiling takes much longer than these tests, which most patterns of a policy fail
    return text.startswith(first) and text.endswith(others[-1]) and bool(_compile_pattern(pattern).fullmatch(text))


def can_overlap(pattern: str, resource: str) -> bool:
    """Return whether a resource can match both; a part that only AWS knows (`<…>`) matches any text.

    The region and account of ARNs are not compared: they are unknown before the deployment, and a template with fixed
    values is for one account and region.
    """
    pattern, resource = UNKNOWN.sub("*", pattern), UNKNOWN.sub("*", resource)
    one, other = pattern.split(":", 5), resource.split(":", 5)
    if len(one) == len(other) == _ARN_PARTS:
        return all(_can_both_match(_split_tokens(one[part]), _split_tokens(other[part])) for part in (0, 1, 2, 5))
    return _can_both_match(_split_tokens(pattern), _split_tokens(resource))


@lru_cache(maxsize=20_000)
def match_pattern(pattern: str, text: str, assumed: AssumedDefaults = GIVEN, *, every: bool = False) -> Truth:
    """Return whether the pattern covers the text.

    `*` in the text represents a choice at run time: the pattern must cover one choice, or with `every` all choices.
    A part that only the deployment determines has one value, and parts with the same name have the same value.
    """
    if pattern == "*":
        return YES
    if _is_covered(pattern, text, every=every):
        return YES
    if _can_cover(pattern, text, every=every):
        return create_unknown(*_list_unknown_parts(pattern, text))
    supposed, spelled_out = _align_assumed(pattern, text, assumed)
    if spelled_out and match_pattern(*supposed, every=every).value is not False:
        return create_unknown(*spelled_out, *_list_unknown_parts(pattern, text))
    return NO


def _is_covered(pattern: str, text: str, *, every: bool) -> bool:
    if not _SPECIAL.search(text) and not UNKNOWN.search(pattern):
        return is_match(pattern, text)
    return _can_both_match(
        _split_tokens(pattern), _mark_universal(_split_tokens(text)) if every else _split_tokens(text)
    )


def _can_cover(pattern: str, text: str, *, every: bool) -> bool:
    """Return whether the pattern covers the text for some values of the parts that only the deployment determines."""
    if not UNKNOWN.search(pattern) and not UNKNOWN.search(text):
        return False
    one, other = pattern.split(":", 5), text.split(":", 5)
    if len(one) == len(other) == _ARN_PARTS and not any("*" in part for part in one[:-1]):
        return all(_can_be_equal(left, right, every=every) for left, right in zip(one, other, strict=True))
    return _can_be_equal(pattern, text, every=every)


def _can_be_equal(pattern: str, text: str, *, every: bool) -> bool:
    tokens = _split_tokens(text)
    if every:
        tokens = _mark_universal(tokens)
    return _can_both_match(_widen(_split_tokens(pattern)), _widen(tokens))


def escape(text: str) -> str:
    """Return a pattern that matches only the text."""
    return text.translate(_LITERAL)


def _widen(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tokens with `*` for each part that only the deployment determines."""
    return tuple("*" if UNKNOWN.fullmatch(token) else token for token in tokens)


def _align_assumed(pattern: str, text: str, assumed: AssumedDefaults) -> tuple[tuple[str, str], list[str]]:
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


def _list_unknown_parts(pattern: str, text: str) -> list[str]:
    names = dict.fromkeys([*UNKNOWN.findall(pattern), *UNKNOWN.findall(text)])
    return [f"{name[1:-1]} is unknown before the deployment" for name in names]


def _mark_universal(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({"*": _ALL, "?": _EACH}.get(token, token) for token in tokens)


@lru_cache(maxsize=10_000)
def _split_tokens(text: str) -> tuple[str, ...]:
    """Return the text's characters; a part that only the deployment determines is one token."""
    tokens: list[str] = []
    at = 0
    for found in UNKNOWN.finditer(text):
        tokens += text[at : found.start()]
        tokens.append(found[0])
        at = found.end()
    return (*tokens, *text[at:])


@lru_cache(maxsize=10_000)
def _can_both_match(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
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
        if first and second and "*" not in (first, second) and _is_same_token(first, second):
            steps.append((i + 1, j + 1))
        for step in steps:
            if step not in reached:
                reached.add(step)
                todo.append(step)
    return False


def _is_same_token(one: str, other: str) -> bool:
    """Return whether two tokens can be the same: equal characters, or a character and `?`."""
    if one == other:
        return not one.startswith("<Fn::")  # two uses of a function can have different values
    if "?" in (one, other):
        mark = other if one == "?" else one
        return len(mark) == 1 or mark == _EACH
    return False


@lru_cache(maxsize=10_000)
def _compile_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
