"""A null in the template: CloudFormation rejects it, also inside a definition object.

The Definition of AWS::Serverless::StateMachine can contain null, because SAM writes it as text: templates that AWS
publishes contain `ResultPath: null` there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import walk_values
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.contents import SAM
from sfnorch.template.located import find_place

_IN_DEFINITIONS = ("ResultPath", "InputPath", "OutputPath")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    root = subject.template.source.data
    texts = {(*machine.path, "Definition") for machine in subject.machines if machine.kind == SAM}
    for path in [path for path, value in walk_values(root) if value is None and path[:4] not in texts]:
        hint = "remove the key, or write '' for an empty text"
        if path[-1] in _IN_DEFINITIONS:
            hint = "write the definition as text (DefinitionString) or in a file (DefinitionUri): both can contain null"
        message = f"{path[-1]} is null" if isinstance(path[-1], str) else "an item is null"
        yield RuleFinding(path=path, place=find_place(root, path), message=message, hint=hint)


RULE = LintRule(
    id="null-value",
    title="A null in the template",
    why="CloudFormation rejects the template: null values are not allowed",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html",
    severity=Severity.ERROR,
    check=_check,
)
