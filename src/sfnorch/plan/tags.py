"""What keys and values of tags AWS takes.

Every template has roles, whose tags IAM bounds the most: letters, separators and digits of Unicode, and `_.:/=+-@`;
keys differ in more than case. CloudFormation and EventBridge Scheduler take no empty value. (Documented, and in the
service models of iam, lambda, logs, cloudformation and scheduler.)
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

MAX_TAGS = 49
"""How many tags a plan may have: AWS takes 50 on a resource, and the SAM transform adds one to each state machine."""

MAX_STACK_TAGS = 50
"""How many tags a stack may have."""

KEY_LENGTH, VALUE_LENGTH = 128, 256
_RESERVED = "aws:"
_MARKS = "_.:/=+-@"
_ALLOWED = f"use letters, digits, blanks and {' '.join(_MARKS)}"


def tag_key_fault(key: str) -> str:
    """Return why AWS does not take the tag's key; an empty text where it does."""
    if fault := _length_fault(key, KEY_LENGTH):
        return fault
    if key.lower().startswith(_RESERVED):
        return f"keys that begin with {_RESERVED} are reserved for AWS; use another prefix"
    return _character_fault(key)


def tag_value_fault(value: str) -> str:
    """Return why AWS does not take the tag's value; an empty text where it does."""
    return _length_fault(value, VALUE_LENGTH) or _character_fault(value)


def repeated_tags(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each key that differs from an earlier one in case only, with that one: IAM takes them for the same."""
    first: dict[str, str] = {}
    for key in keys:
        earlier = first.setdefault(key.casefold(), key)
        if earlier != key:
            yield key, f"{key!r} and {earlier!r} differ in case only, and IAM takes them for the same; keep one of them"


def tag_faults(tags: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with a stack's tags, each key and value with its name."""
    for key, value in tags.items():
        if fault := tag_key_fault(key):
            yield f"{key!r} is not a valid tag key: {fault}"
        if fault := tag_value_fault(value):
            yield f"{key}: {value!r} is not a valid tag value: {fault}"
    yield from (fault for _, fault in repeated_tags(tags))
    if len(tags) > MAX_STACK_TAGS:
        yield f"a stack has at most {MAX_STACK_TAGS} tags, these are {len(tags)}; remove some"


def _length_fault(text: str, most: int) -> str:
    return "" if 1 <= len(text) <= most else f"it must have 1 to {most} characters, this one has {len(text)}"


def _character_fault(text: str) -> str:
    for character in text:
        if character not in _MARKS and unicodedata.category(character)[0] not in "LNZ":
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            return f"{shown} is not allowed; {_ALLOWED}"
    return ""
