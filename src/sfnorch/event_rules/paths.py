"""Paths into an event, as rules of EventBridge use them: names, indexes and wildcards, without filters.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (documented)
"""

from __future__ import annotations

import re

from sfnorch.json_values import Json
from sfnorch.query_syntax.paths import PathError, PathSyntaxError, parse_path

MOST_CHARACTERS = 256
"""The maximum length: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html"""

_SUPPORTED = re.compile(r"\$(\.([A-Za-z0-9_/-]+|\*)|\[([0-9]+|\*)\])*")
_DEFINITE = re.compile(r"\$(\.[A-Za-z0-9_/-]+|\[[0-9]+\])+")


class Missing:
    """The result of a path to a field that the event does not have."""


def is_supported(path: str) -> bool:
    """Return whether EventBridge evaluates the path."""
    return _SUPPORTED.fullmatch(path) is not None and len(path) <= MOST_CHARACTERS


def is_definite(path: str) -> bool:
    """Return whether the path is supported and leads to one value in the event."""
    return _DEFINITE.fullmatch(path) is not None and len(path) <= MOST_CHARACTERS


def read_value(path: str, event: Json) -> Json | Missing:
    """Return the value at the path; Missing if the event does not have it.

    Raises ValueError for a path that EventBridge does not evaluate.
    """
    if not is_supported(path):
        raise ValueError(f"EventBridge does not evaluate the path {path}")
    try:
        return parse_path(path).read(event)
    except PathSyntaxError as error:
        raise ValueError(str(error)) from None
    except PathError:
        return Missing()
