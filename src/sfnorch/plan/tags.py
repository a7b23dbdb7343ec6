"""Checks of the keys and values of tags.

Every template has roles, and the rules of IAM are the strictest: Unicode letters, separators and digits, and
`_.:/=+-@`; keys must differ in more than case. CloudFormation and EventBridge Scheduler reject empty values.
(Documented, and in the service models of iam, lambda, logs, cloudformation and scheduler.)
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

MAX_TAGS = 49
"""The largest number of tags in a plan: a resource has at most 50, and SAM adds one to each state machine."""

MAX_STACK_TAGS = 50
"""The largest number of tags of a stack."""

KEY_LENGTH, VALUE_LENGTH = 128, 256
_RESERVED = "aws:"
_MARKS = "_.:/=+-@"
_ALLOWED = f"use letters, digits, blanks and {' '.join(_MARKS)}"


def find_tag_key_fault(key: str) -> str:
    """Return why AWS rejects the tag's key; empty if the key is valid."""
    if fault := _find_length_fault(key, KEY_LENGTH):
        return fault
    if key.lower().startswith(_RESERVED):
        return f"keys that begin with {_RESERVED} are reserved for AWS; use another prefix"
    return _find_character_fault(key)


def find_tag_value_fault(value: str) -> str:
    """Return why AWS rejects the tag's value; empty if the value is valid."""
    return _find_length_fault(value, VALUE_LENGTH) or _find_character_fault(value)


def find_repeated_tags(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each key that differs from an earlier one only in case, and an error message: IAM rejects both together."""
    first: dict[str, str] = {}
    for key in keys:
        earlier = first.setdefault(key.casefold(), key)
        if earlier != key:
            yield key, f"{key!r} and {earlier!r} differ only in case, and are the same key for IAM; remove one of them"


def find_tag_faults(tags: Mapping[str, str]) -> Iterator[str]:
    """Yield the faults of a stack's tags, as error messages."""
    for key, value in tags.items():
        if fault := find_tag_key_fault(key):
            yield f"{key!r} is not a valid tag key: {fault}"
        if fault := find_tag_value_fault(value):
            yield f"{key}: {value!r} is not a valid tag value: {fault}"
    yield from (fault for _, fault in find_repeated_tags(tags))
    if len(tags) > MAX_STACK_TAGS:
        yield f"a stack has at most {MAX_STACK_TAGS} tags, got {len(tags)}; remove some"


def _find_length_fault(text: str, most: int) -> str:
    return "" if 1 <= len(text) <= most else f"it must have 1 to {most} characters; this one has {len(text)}"


def _find_character_fault(text: str) -> str:
    for character in text:
        if character not in _MARKS and unicodedata.category(character)[0] not in "LNZ":
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            return f"{shown} is not allowed; {_ALLOWED}"
    return ""
