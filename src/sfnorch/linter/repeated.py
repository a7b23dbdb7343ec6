"""Remove findings that repeat another finding: one mistake is one finding.

cfn-lint reports the schedule expression of a rule as E3027, its text in a SAM event as E3031, and one behind a Ref as
W1030. If no branch of SAM's event schema matches (E3017), cfn-lint also reports what each other branch misses.
"""

from __future__ import annotations

from collections.abc import Iterable

from sfnorch.findings import Finding
from sfnorch.linter.rules import invalid_schedule

_OF_EXPRESSIONS = frozenset({"E3027", "E3031", "W1030"})
_OF_BRANCHES = frozenset({"E3002", "E3003", "E3017", "E3030", "E3031"})


def remove_repeated(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without those of cfn-lint that follow from a schedule that the own rule reports."""
    found = list(findings)
    schedules = {finding.path for finding in found if finding.rule == invalid_schedule.RULE.id}
    if not schedules:
        return found
    events = {path.removesuffix(".Properties.Schedule") for path in schedules} - schedules
    unmatched = {finding.path for finding in found if finding.rule == "E3017"} & events
    return [
        finding
        for finding in found
        if not (finding.rule in _OF_EXPRESSIONS and _is_within(finding.path, schedules))
        and not (finding.rule in _OF_BRANCHES and _is_within(finding.path, unmatched))
    ]


def _is_within(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place}.") for place in places)
