"""A YAML alias or merge: CloudFormation takes neither."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.template.located import Place


def _check(subject: Subject) -> Iterator[Fault]:
    source = subject.template.source
    for alias in source.aliases:
        yield Fault(
            path=(),
            place=Place(source.file, alias.line),
            message=f"*{alias.name} is an alias",
            hint="write the value out, or deploy with a tool that does (sam build)",
        )


RULE = Rule(
    id="yaml-alias",
    title="A YAML alias in the template",
    why="CloudFormation refuses it: aliases and hash merges are what it leaves out of YAML 1.1",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html",
    severity=Severity.ERROR,
    check=_check,
)
