"""All rule ids that a finding can have: the project's own rules, the readers' rules and statelint."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sfnorch.findings import Severity
from sfnorch.linter.renamed_rules import RENAMED, replace_former_ids
from sfnorch.linter.rules import RULES

_CFN_LINT = re.compile(r"[EWI]\d{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule in the list of rules."""

    id: str
    severity: Severity
    title: str
    why: str
    source: str


_OTHERS = (
    RuleEntry(
        id="template",
        severity=Severity.ERROR,
        title="A template that cannot be read completely: invalid syntax, an unknown tag, a duplicate key",
        why="CloudFormation rejects the template, or uses another value than the intended one",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html",
    ),
    RuleEntry(
        id="definition",
        severity=Severity.ERROR,
        title="A state machine without a definition, or with a definition that is not valid JSON",
        why="CloudFormation rejects the state machine",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-resource-stepfunctions-statemachine.html",
    ),
    RuleEntry(
        id="definition-not-readable",
        severity=Severity.INFO,
        title="A definition outside of the template and its folder, for example in Amazon S3",
        why="sfnorch cannot read and check this definition",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-properties-stepfunctions-statemachine-s3location.html",
    ),
    RuleEntry(
        id="statelint",
        severity=Severity.ERROR,
        title="The findings of statelint: dangling and unreachable states, invalid fields, scopes without an end",
        why="CreateStateMachine rejects the definition",
        source="https://states-language.net/spec.html",
    ),
)


def list_entries() -> Iterator[RuleEntry]:
    """Yield every rule except those of cfn-lint (`cfn-lint --list-rules` shows these)."""
    for rule in RULES:
        yield RuleEntry(id=rule.id, severity=rule.severity, title=rule.title, why=rule.why, source=rule.source)
    yield from _OTHERS


def find_unknown_ids(ids: Iterable[str]) -> dict[str, str]:
    """Return the ids that no rule has or had, each with the most similar known id; empty if none is similar."""
    own = [entry.id for entry in list_entries()]
    found: dict[str, str] = {}
    for name in ids:
        if name in own or name in RENAMED or (_CFN_LINT.fullmatch(name) and name in _list_cfn_lint_ids()):
            continue
        known = [*own, *RENAMED, *(_list_cfn_lint_ids() if name[:1] in "EWI" else ())]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        found[name] = next(iter(replace_former_ids(near)), "")
    return found


def _list_cfn_lint_ids() -> frozenset[str]:
    from sfnorch.linter.cloudformation import load_linter  # slow to load

    return frozenset(load_linter().rules) | {"E0000", "E0001", "E0002"}
