"""Read a plan's YAML as plain data, each value with its line.

A plan uses a subset of YAML: mappings, lists and scalars. Aliases, tags and duplicate keys are errors. A scalar is a
whole number, `true`, `false` or null if YAML 1.1 and 1.2 both read it so. Otherwise it is a string: `yes`, `1.10`,
`010` and `2026-01-01` stay as they were typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from sfnorch.findings import Finding
from sfnorch.plan.errors import PlanError
from sfnorch.plan.paths import Path, format_path
from sfnorch.plan.places import Place, Places
from sfnorch.plan.scalars import Decimal
from sfnorch.source import SourceKind, compose, read_text

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, ScalarNode

KIND = SourceKind(
    name="plan",
    error=PlanError,
    max_bytes=2_000_000,
    max_depth=20,
    max_values=200_000,
    aliases=False,
    hints={
        "missing": "create one with sfnorch init",
        "directory": "name the file: {path}/sfnorch.yaml",
        "large": "check the path: a plan with 4,000 jobs has a tenth of this size",
    },
)
_WHOLE_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_CONSTANTS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NULL_TEXTS = ("", "~", "null", "Null", "NULL")
"""The forms of null in YAML."""


class Document(NamedTuple):
    """A plan's data, and the place of each path into it."""

    data: dict[str, Any]
    places: Places
    rule: str = KIND.name
    """The rule of its findings."""

    @property
    def file(self) -> str:
        """The plan's file."""
        return self.places.file

    def is_written(self, path: Path) -> bool:
        """Return whether the plan has a value at `path`."""
        return path in self.places.by_path

    def create_finding(self, path: Path, message: str, hint: str = "") -> Finding:
        """Return an error at `path`, at the place of the nearest key above it that is in a file."""
        return self.places.create_finding(self.rule, path, message, hint)


def read_document(path: FilePath) -> Document:
    """Return the plan's data with its places.

    Raises SfnorchError if the file cannot be read, and PlanError if its content is invalid.
    """
    return parse_document(read_text(path, KIND), str(path))


def parse_document(text: str, file: str) -> Document:
    """Return the data of a plan's text with its places. Raises PlanError, with all faults, if the text is invalid."""
    node = compose(text, file, KIND).root
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
        raise _create_error(file, None, "the plan is empty", "create one with sfnorch init")
    if not isinstance(node, yaml.MappingNode):
        raise _create_error(
            file,
            node.start_mark.line + 1,
            "a plan must be a mapping of keys to values",
            "begin with a line such as pattern: master-child",
        )
    reading = _PlanReading(file)
    data = reading.read_value(node, ())
    if reading.findings:
        raise PlanError(reading.findings)
    return Document(data, Places(file=file, by_path=reading.places))


def _create_error(file: str, line: int | None, message: str, hint: str = "") -> PlanError:
    return PlanError([KIND.create_finding(file, line, message, hint)])


@dataclass(slots=True)
class _PlanReading:
    """One walk over a document's nodes."""

    file: str
    places: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def read_value(self, node: Node, path: Path) -> Any:
        self.places.setdefault(path, Place(self.file, node.start_mark.line + 1, path))
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.endswith(":binary"):
            self.add_fault(node, path, f"the YAML tag {node.tag} is unsupported", "write a plain value")
            return None
        match node:
            case yaml.MappingNode():
                return self.read_mapping(node, path)
            case yaml.SequenceNode():
                return [self.read_value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind
        return _convert_scalar(node)

    def read_mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.add_fault(key_node, path, "a key must be a string", "write a word before the colon")
                continue
            key = key_node.value
            here = (*path, key)
            if key in data:
                self.add_fault(
                    key_node,
                    here,
                    f"duplicate key {key!r}",
                    f"the first is on line {self.places[here].line}",
                )
                continue
            self.places[here] = Place(self.file, key_node.start_mark.line + 1, here)
            data[key] = self.read_value(value_node, here)
        return data

    def add_fault(self, node: Node, path: Path, message: str, hint: str = "") -> None:
        line = node.start_mark.line + 1
        self.findings.append(
            Finding(rule="plan", file=self.file, line=line, path=format_path(path), message=message, hint=hint)
        )


_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,9})\.\d{1,4}")


def _convert_scalar(node: ScalarNode) -> str | int | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block: always a string
        return text
    if text in NULL_TEXTS:
        return None
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return int(text) if _WHOLE_NUMBER.fullmatch(text) and len(text) < 20 else text
