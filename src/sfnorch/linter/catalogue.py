"""All rule ids that a finding can have: the project's own rules and the readers' rules."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sfnorch.findings import Severity
from sfnorch.linter.cloudformation import SEVERITIES, load_linter
from sfnorch.linter.renamed_rules import RENAMED, replace_former_ids
from sfnorch.linter.rules import RULES

_CFN_LINT_RULES = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"
_CFN_LINT = re.compile(r"[EWI]\d{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule in the list of rules."""

    id: str
    severity: Severity
    title: str
    why: str
    source: str


_METADATA = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html"

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
        id="invalid-ignore",
        severity=Severity.WARNING,
        title="An entry in the Metadata that is to ignore a rule, and that is not valid or names an unknown rule",
        why="the entry has no effect, so the finding that it is about is still reported",
        source=_METADATA,
    ),
    RuleEntry(
        id="unused-ignore",
        severity=Severity.INFO,
        title="An entry in the Metadata that ignores a rule without any finding",
        why="the entry would hide the next mistake of this kind",
        source=_METADATA,
    ),
)


def list_entries() -> Iterator[RuleEntry]:
    """Yield every rule except those of cfn-lint (`cfn-lint --list-rules` shows these)."""
    for rule in RULES:
        yield RuleEntry(id=rule.id, severity=rule.severity, title=rule.title, why=rule.why, source=rule.source)
    yield from _OTHERS


def find_entry(rule: str) -> RuleEntry | None:
    """Return the rule with this current or former id, also a rule of cfn-lint; None if there is none."""
    current = next(iter(replace_former_ids([rule])))
    own = next((entry for entry in list_entries() if entry.id == current), None)
    return own or (_list_cfn_lint_entries().get(rule) if is_cfn_lint_id(rule) else None)


def is_cfn_lint_id(rule: str) -> bool:
    """Return whether the id has the form of a rule of cfn-lint, such as `E3002`."""
    return bool(_CFN_LINT.fullmatch(rule))


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
    return frozenset(_list_cfn_lint_entries())


def _list_cfn_lint_entries() -> dict[str, RuleEntry]:
    """Return the rules of cfn-lint by their ids, also those about a template that it cannot check."""
    from cfnlint.rules.errors.parse import ParseError  # slow to load
    from cfnlint.rules.errors.rule import RuleError
    from cfnlint.rules.errors.transform import TransformError

    rules = [ParseError(), TransformError(), RuleError(), *load_linter().rules.values()]
    return {
        rule.id: RuleEntry(
            id=rule.id,
            severity=SEVERITIES[rule.id[0]],
            title=rule.shortdesc,
            why=rule.description,
            source=rule.source_url or _CFN_LINT_RULES,
        )
        for rule in rules
    }
