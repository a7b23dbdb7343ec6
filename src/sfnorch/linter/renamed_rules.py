"""Former ids of rules. They stay valid everywhere a user can name a rule."""

from __future__ import annotations

from collections.abc import Iterable

RENAMED = {
    "E3601": "refused-definition",
    "definition-elsewhere": "definition-not-readable",
    "failure-untold": "failure-not-notified",
    "past-limit": "limit-exceeded",
    "statelint": "refused-definition",
}
"""The current id of each rule that was renamed, by its former id. cfn-lint's E3601 is about definitions too."""


def replace_former_ids(ids: Iterable[str]) -> frozenset[str]:
    """Return the ids with each former id replaced by the current one."""
    return frozenset(RENAMED.get(name, name) for name in ids)
