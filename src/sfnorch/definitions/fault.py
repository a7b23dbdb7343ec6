"""A reason for which AWS refuses a definition, as data.

Messages that begin with a capital letter are AWS's own; their evidence is where they are made. The others are ours,
because AWS's words for them are not known.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from sfnorch.json_values import Json
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.located import Path

SCHEMA = "SCHEMA_VALIDATION_FAILED"
NO_TARGET = "MISSING_TRANSITION_TARGET"
NO_END = "MISSING_END_STATE"
TWICE = "DUPLICATE_STATE_NAME"
STATE_NAME = "INVALID_STATE_NAME"
LABEL = "INVALID_LABEL_NAME"
LABEL_TWICE = "DUPLICATE_LABEL_NAME"
RESERVED_VARIABLE = "RESERVED_VARIABLE_NAME"
VARIABLE_NAME = "INVALID_VARIABLE_NAME"
JSONATA = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED_JSONATA = "UNSUPPORTED_JSONATA_EXPRESSION"


_MOST_COMPARED = 100
"""The largest number of names that are compared by their letters: a machine can have thousands of wrong names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFault:
    """A fault: AWS's code for it, the path to the value in the definition, what is wrong, and how to fix it."""

    code: str = SCHEMA
    path: Path
    message: str
    hint: str = ""


def is_known(value: Json) -> bool:
    """Return whether the value is as AWS gets it: a text without a placeholder, or no text."""
    return not isinstance(value, str) or ("${" not in value and not UNKNOWN.search(value))


def suggest_name(name: str, known: Iterable[str]) -> str:
    """Return a hint with the most similar of the known names; among many names, one that differs in case only."""
    names = list(known)
    if len(names) <= _MOST_COMPARED:
        near = difflib.get_close_matches(name, names, n=1)
    else:
        folded = name.lower()
        near = [other for other in names if other.lower() == folded][:1]
    return f"did you mean {near[0]!r}?" if near else ""
