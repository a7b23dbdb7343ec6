"""Every rule that a finding may bear, by id: the project's own, the readers' and the other linters'."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sfnorch.findings import Severity
from sfnorch.lint.rules import RULES

_CFN_LINT = re.compile(r"[EWI]\d{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A rule as it is listed."""

    id: str
    severity: Severity
    title: str
    why: str
    source: str


_OTHERS = (
    Entry(
        id="template",
        severity=Severity.ERROR,
        title="A template that can't be read, or not whole: its syntax, an unknown tag, a key that is there twice",
        why="CloudFormation refuses it, or takes another value than the one that is meant",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html",
    ),
    Entry(
        id="definition",
        severity=Severity.ERROR,
        title="A state machine without a definition, or with one that is no JSON",
        why="CloudFormation refuses the machine",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-resource-stepfunctions-statemachine.html",
    ),
    Entry(
        id="definition-elsewhere",
        severity=Severity.INFO,
        title="A definition that stands in S3, so that nothing of it is looked at",
        why="what isn't read can't be vouched for",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-properties-stepfunctions-statemachine-s3location.html",
    ),
    Entry(
        id="statelint",
        severity=Severity.ERROR,
        title="What statelint finds: dangling and unreachable states, wrong fields, scopes without an end",
        why="CreateStateMachine refuses the definition",
        source="https://states-language.net/spec.html",
    ),
)


def entries() -> Iterator[Entry]:
    """Each rule but cfn-lint's, which it lists itself (`cfn-lint --list-rules`)."""
    for rule in RULES:
        yield Entry(id=rule.id, severity=rule.severity, title=rule.title, why=rule.why, source=rule.source)
    yield from _OTHERS


def unknown(ids: Iterable[str]) -> dict[str, str]:
    """Return the ids that no rule bears, each with the one that is near it; empty where none is."""
    own = [entry.id for entry in entries()]
    found = {}
    for name in ids:
        if name in own or (_CFN_LINT.fullmatch(name) and name in _cfn_lint_ids()):
            continue
        near = difflib.get_close_matches(name, [*own, *(_cfn_lint_ids() if name[:1] in "EWI" else ())], n=1, cutoff=0.5)
        found[name] = near[0] if near else ""
    return found


def _cfn_lint_ids() -> frozenset[str]:
    from sfnorch.lint.cloudformation import linter

    return frozenset(linter().rules) | {"E0000", "E0001", "E0002"}
