"""From a plan's YAML to plain data, every value with its line.

Only what a plan needs of YAML is taken: mappings, lists and scalars. Aliases, tags and repeated keys are errors; a
scalar is a whole number, `true`, `false` or nothing where YAML 1.1 and 1.2 both read it so, and text otherwise, so
that `yes`, `1.10`, `010` and `2026-01-01` stay what was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import yaml

from sfnorch.findings import Finding
from sfnorch.plan.consistency import Path, show
from sfnorch.plan.errors import PlanError
from sfnorch.source import Kind, compose, read_text

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, ScalarNode

KIND = Kind(
    name="plan",
    error=PlanError,
    max_bytes=2_000_000,
    max_depth=20,
    max_values=200_000,
    aliases=False,
    hints={
        "missing": "sfnorch init writes one",
        "directory": "name the file: {path}/sfnorch.yaml",
        "large": "a plan of 4,000 jobs takes a tenth of that: is it the right file?",
    },
)
_WHOLE_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_CONSTANTS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NOTHING = ("", "~", "null", "Null", "NULL")
"""How YAML writes an empty value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's data and, for each path into it, the line that it stands on (from 1)."""

    file: str
    data: dict[str, Any]
    lines: dict[Path, int]

    def finding(self, path: Path, message: str, hint: str = "") -> Finding:
        """Return a finding at `path`; where the path leads to nothing, at the nearest mapping above it."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        return Finding(
            rule="plan",
            file=self.file,
            line=self.lines.get(near),
            path=show(path),
            message=message,
            hint=hint,
        )


def read_document(path: FilePath) -> Document:
    """Return the plan's data with its lines. Raises SfnorchError for a file that can't be read, PlanError for its content."""
    return parse_document(read_text(path, KIND), str(path))


def parse_document(text: str, file: str) -> Document:
    """Return the data of a plan's text with its lines. Raises PlanError with all its faults."""
    node = compose(text, file, KIND).root
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
        raise _fault(file, None, "the plan is empty", "sfnorch init writes one to start from")
    if not isinstance(node, yaml.MappingNode):
        raise _fault(
            file,
            node.start_mark.line + 1,
            "a plan is a mapping: keys with values",
            "it begins with pattern: master-child",
        )
    reading = _Reading(file)
    data = reading.value(node, ())
    if reading.findings:
        raise PlanError(reading.findings)
    return Document(file=file, data=data, lines=reading.lines)


def _fault(file: str, line: int | None, message: str, hint: str = "") -> PlanError:
    return PlanError([KIND.finding(file, line, message, hint)])


@dataclass(slots=True)
class _Reading:
    """One walk over a document's nodes."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def value(self, node: Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.endswith(":binary"):
            self.fault(node, path, f"the tag {node.tag} is not taken", "a plan holds plain values only")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind
        return _scalar(node)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "a key is a list or a mapping", "write a word before the colon")
                continue
            key = key_node.value
            here = (*path, key)
            if key in data:
                self.fault(
                    key_node,
                    here,
                    f"the key {key!r} stands here a second time",
                    f"the first is on line {self.lines[here]}",
                )
                continue
            self.lines[here] = key_node.start_mark.line + 1
            data[key] = self.value(value_node, here)
        return data

    def fault(self, node: Node, path: Path, message: str, hint: str = "") -> None:
        line = node.start_mark.line + 1
        self.findings.append(
            Finding(rule="plan", file=self.file, line=line, path=show(path), message=message, hint=hint)
        )


_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,9})\.\d{1,4}")


class Decimal(str):
    """A number with a point that stands without quotes: a text for all that wants texts, such as a version."""

    __slots__ = ()


def _scalar(node: ScalarNode) -> str | int | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block: always text
        return text
    if text in NOTHING:
        return None
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return int(text) if _WHOLE_NUMBER.fullmatch(text) and len(text) < 20 else text
