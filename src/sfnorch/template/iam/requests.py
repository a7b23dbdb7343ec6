"""A request for which policies are evaluated, with its context keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/intro-structure.html#intro-structure-request
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sfnorch.template.iam.patterns import GIVEN, escape
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.resources import AssumedDefaults

_VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """An action on a resource by a principal.

    `*` in the resource represents a choice at run time, `<…>` a part that only the deployment determines.
    `context` contains the known condition keys: a text, several texts, or None if the request does not have the key.
    A missing key is unknown; in a complete context, the request does not have it.
    """

    action: str
    resource: str
    context: Mapping[str, str | Sequence[str] | None] = field(default_factory=dict)
    complete: bool = False
    """Whether the context has every key of the request."""
    principals: tuple[str, ...] = ()
    """The names of the principal in a resource-based policy, without its account."""
    account: str = ""
    """The principal's account."""
    assumed: AssumedDefaults = GIVEN
    _values: dict[str, str | Sequence[str] | None] = field(init=False, repr=False, compare=False)
    """The context by folded names of keys."""

    def __post_init__(self) -> None:
        folded: dict[str, str | Sequence[str] | None] = {}
        for key, value in self.context.items():
            folded.setdefault(_fold_key(key), value)
        object.__setattr__(self, "_values", folded)

    def list_values(self, key: str) -> tuple[str, ...] | None:
        """Return the values of the key; empty if the request does not have the key, None if it is unknown.

        The names of keys are not case-sensitive, but the name of a tag after `/` is.
        """
        name = _fold_key(key)
        if name not in self._values:
            return () if self.complete else None
        value = self._values[name]
        return () if value is None else (value,) if isinstance(value, str) else tuple(value)

    def fill_variables(self, text: str, *, is_literal: bool = False) -> str | None:
        """Return the text as a pattern with its policy variables replaced; None if the request lacks one.

        In a literal text, `*` and `?` outside of variables are not wildcards.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
        if "${" not in text:
            return escape(text) if is_literal else text
        found = []
        at = 0
        for variable in _VARIABLE.finditer(text):
            value = self._resolve_variable(variable[1], variable[2])
            if value is None:
                return None
            between = text[at : variable.start()]
            found += [escape(between) if is_literal else between, value]
            at = variable.end()
        return "".join([*found, escape(text[at:]) if is_literal else text[at:]])

    def _resolve_variable(self, name: str, default: str | None) -> str | None:
        if name in ("*", "?", "$"):
            return escape(name)
        values = self.list_values(name)
        if values is None or len(values) > 1:
            return f"<{name}>"
        if values:
            return values[0] if UNKNOWN.search(values[0]) else escape(values[0])
        return None if default is None else escape(default)


@lru_cache(maxsize=10_000)
def _fold_key(key: str) -> str:
    name, slash, tag = key.partition("/")
    return name.lower() + slash + tag
