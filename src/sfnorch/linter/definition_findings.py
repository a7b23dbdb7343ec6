"""One finding for each fault of a definition, although several linters check it.

The check in `definitions` knows what AWS accepts and refuses. cfn-lint and statelint reject some of what AWS accepts,
and report some faults at several places. So a finding of theirs is kept only if the check has a fault at the same
place, and then in its stead, because it can have more detail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sfnorch.findings import Finding
from sfnorch.linter.rules import refused_definition

_OF_DEFINITIONS = frozenset({"E3601", "statelint"})
_OF_CFN_LINT_ITSELF = "E1101"
"""An exception in cfn-lint: a wrong definition can cause it."""

_STEP = re.compile(r"[.\[]")
_QUOTED = re.compile(r"""(['"])(.+?)\1""")
_OF_SEVERAL = "Only one of"
"""The start of a message about fields that exclude each other, which cfn-lint reports at each of them."""


class _Match(NamedTuple):
    """A fault that a finding of another linter is about, by its path; a smaller distance is a better match."""

    distance: int
    fault: str


def settle_definitions(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with exactly one for each fault that `refused-definition` reports."""
    found = list(findings)
    faults = [finding for finding in found if finding.rule == refused_definition.RULE.id]
    below: dict[str, list[Finding]] = {}
    for fault in faults:
        for path in _list_above(fault.path):
            below.setdefault(path, []).append(fault)
    paths = {fault.path for fault in faults}
    chosen: dict[str, tuple[int, Finding]] = {}
    for finding in found:
        if finding.rule in _OF_DEFINITIONS and (matches := list(_list_matches(finding, paths, below))):
            best = min(matches)
            if best.fault not in chosen or best.distance < chosen[best.fault][0]:
                chosen[best.fault] = best.distance, finding
    kept = {id(finding) for _, finding in chosen.values()}
    return [
        finding
        for finding in found
        if id(finding) in kept
        or not (
            finding.rule in _OF_DEFINITIONS
            or (finding.rule == refused_definition.RULE.id and finding.path in chosen)
            or (finding.rule == _OF_CFN_LINT_ITSELF and finding.path in below)
        )
    ]


def _list_matches(finding: Finding, paths: set[str], below: dict[str, list[Finding]]) -> Iterator[_Match]:
    """Yield the faults at the value of the finding, around it, directly in it, beside it, or with its name in it."""
    above = _list_above(finding.path)
    if finding.path in paths:
        yield _Match(0, finding.path)
    yield from (_Match(1, path) for path in above if path in paths)
    quoted = _QUOTED.search(finding.message)
    for fault in below.get(finding.path, ()):
        if _list_above(fault.path)[-1] == finding.path:
            yield _Match(2, fault.path)
        elif quoted and quoted[2] in fault.message:
            yield _Match(4, fault.path)
    if above and finding.message.startswith(_OF_SEVERAL):
        yield from (
            _Match(3, fault.path) for fault in below.get(above[-1], ()) if _list_above(fault.path)[-1] == above[-1]
        )


def _list_above(path: str) -> list[str]:
    """Return the paths of the values that contain the one at this path, from the outermost to the innermost."""
    return [path[: mark.start()] for mark in _STEP.finditer(path) if mark.start()]
