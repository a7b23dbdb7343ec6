"""A null in the template: CloudFormation refuses it, inside a definition given as an object too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfnorch.findings import Severity
from sfnorch.lint.rule import Fault, Rule
from sfnorch.lint.subject import Subject
from sfnorch.template.located import Array, Object, Path, place_of

_IN_DEFINITIONS = ("ResultPath", "InputPath", "OutputPath")


def _check(subject: Subject) -> Iterator[Fault]:
    root = subject.template.source.data
    for path in _nulls(root, ()):
        hint = "leave the key out, or write '' where an empty text is meant"
        if path[-1] in _IN_DEFINITIONS:
            hint = "give the definition as a text (DefinitionString) or a file (DefinitionUri): there null is taken"
        message = f"{path[-1]} is null" if isinstance(path[-1], str) else "an item is null"
        yield Fault(path=path, place=place_of(root, path), message=message, hint=hint)


def _nulls(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Object):
        for key, item in value.items():
            yield from _nulls(item, (*path, key))
    elif isinstance(value, Array):
        for index, item in enumerate(value):
            yield from _nulls(item, (*path, index))
    elif value is None:
        yield path


RULE = Rule(
    id="null-value",
    title="A null in the template",
    why="CloudFormation refuses the template: null values are not allowed",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html",
    severity=Severity.ERROR,
    check=_check,
)
