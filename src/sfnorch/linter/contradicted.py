"""Findings of cfn-lint that the behaviour of AWS contradicts, with the evidence. They are left out."""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.template.located import Path

_DEFINITIONS = frozenset({"Definition", "DefinitionString"})


class _ContradictedRule(NamedTuple):
    """A rule of cfn-lint that is wrong about some places, and the evidence."""

    rule: str
    properties: frozenset[str]
    """The properties of a resource in which it is wrong."""
    evidence: str


CONTRADICTED = (
    _ContradictedRule(
        "E3601",
        _DEFINITIONS,
        "recorded: it rejects lists in Output and Arguments and expressions in numbers; measured: it rejects "
        "Parameters that are a list, which a template of AWS has; refused-definition reports what AWS refuses",
    ),
    _ContradictedRule(
        "E1029",
        _DEFINITIONS,
        "documented: Step Functions reads ${…} without a value in DefinitionSubstitutions as text; "
        "substitution-missing reports what is probably a mistake",
    ),
)


def is_contradicted(rule: str, path: Path) -> bool:
    """Return whether AWS accepts what the rule of cfn-lint reports at this path of a template."""
    return any(row.rule == rule and not row.properties.isdisjoint(path[3:4]) for row in CONTRADICTED)
