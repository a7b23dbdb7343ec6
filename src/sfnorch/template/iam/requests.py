"""A request for which policies are evaluated, with its context keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/intro-structure.html#intro-structure-request
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from sfnorch.template.iam.patterns import GIVEN, escape
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.resources import AssumedDefaults

_VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")


class AccessRequest(NamedTuple):
    """An action on a resource by a principal.

    `*` in the resource represents a choice at run time, `<…>` a part that only the deployment determines.
    `context` contains the known condition keys: a text, several texts, or None if the request does not have the key.
    A missing key is unknown; in a complete context, the request does not have it.
    """

    action: str
    resource: str
    context: Mapping[str, str | Sequence[str] | None] = MappingProxyType({})
    complete: bool = False
    """Whether the context has every key of the request."""
    principals: tuple[str, ...] = ()
    """The names of the principal in a resource-based policy, without its account."""
    account: str = ""
    """The principal's account."""
    assumed: AssumedDefaults = GIVEN

    def list_values(self, key: str) -> tuple[str, ...] | None:
        """Return the values of the key; empty if the request does not have the key, None if it is unknown.

        The names of keys are not case-sensitive, but the name of a tag after `/` is.
        """
        wanted = _fold_key(key)
        for name, value in self.context.items():
            if _fold_key(name) == wanted:
                return () if value is None else (value,) if isinstance(value, str) else tuple(value)
        return () if self.complete else None

    def fill_variables(self, text: str, *, is_literal: bool = False) -> str | None:
        """Return the text as a pattern with its policy variables replaced; None if the request lacks one.

        In a literal text, `*` and `?` outside of variables are not wildcards.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
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


def _fold_key(key: str) -> str:
    name, slash, tag = key.partition("/")
    return name.lower() + slash + tag
