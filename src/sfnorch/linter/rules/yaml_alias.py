"""A YAML alias or merge: CloudFormation supports neither."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.located import SourceLocation


def _check(subject: Subject) -> Iterator[RuleFinding]:
    source = subject.template.source
    for alias in source.aliases:
        yield RuleFinding(
            path=(),
            place=SourceLocation(source.file, alias.line),
            message=f"*{alias.name} is a YAML alias, which CloudFormation does not support",
            hint="write the value itself, or deploy with a tool that resolves aliases (sam build)",
        )


RULE = LintRule(
    id="yaml-alias",
    title="A YAML alias in the template",
    why="CloudFormation rejects it: of YAML 1.1, it does not support aliases and hash merges",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html",
    severity=Severity.ERROR,
    check=_check,
)
