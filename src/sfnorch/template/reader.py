"""Read a template's text: YAML with short and long tags, or JSON; each value has its line.

Scalars are read as CloudFormation reads them: YAML 1.1, but dates stay text. Short tags get their long form (`!Sub x`
is `{"Fn::Sub": "x"}`), so that other modules handle only one form.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, NamedTuple

import yaml
from yaml.constructor import SafeConstructor

from sfnorch.json_values import Json
from sfnorch.source import Alias, SourceError, SourceKind, compose, read_text
from sfnorch.template.errors import TemplateError
from sfnorch.template.located import Array, Block, Object, SourceLocation

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

    from sfnorch.findings import Finding

KIND = SourceKind(
    name="template",
    error=TemplateError,
    max_bytes=1_048_576,
    max_depth=200,
    max_values=200_000,
    aliases=True,
    hints={
        "missing": "sfnorch render creates one",
        "directory": "specify a file in it",
        "large": "the CloudFormation limit is 1 MB; check the file name",
    },
)
_MAX_VALUES = 100_000
"""The maximum number of values. A template of 1 MB has fewer, unless aliases expand to more."""

_FUNCTIONS = (
    *("And", "Base64", "Cidr", "Equals", "FindInMap", "ForEach", "GetAtt", "GetAZs", "GetStackOutput", "If"),
    *("ImportValue", "Join", "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform"),
)
TAGS = {"!Ref": "Ref", "!Condition": "Condition"} | {f"!{name}": f"Fn::{name}" for name in _FUNCTIONS}
"""Each short tag and its long form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""
_SECTIONS = ("Globals", "Parameters", "Mappings", "Conditions", "Resources", "Outputs")
_YAML = "tag:yaml.org,2002:"
_MERGE = f"{_YAML}merge"
_ESCAPES = re.compile(r"\\\\|\\/|(?:\\u[0-9a-fA-F]{4})+")
_MUST_STAY_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')


class Source(NamedTuple):
    """A template in its file, or a definition without a template: its data, its aliases, and its syntax errors."""

    file: str
    text: str
    data: Object
    aliases: tuple[Alias, ...] = ()
    faults: tuple[Finding, ...] = ()
    is_definition: bool = False
    """Whether it is the definition of a state machine, without a template."""


def read_template(path: FilePath) -> Source:
    """Return the template in the file.

    Raises SfnorchError if the file cannot be read, TemplateError if its content is invalid.
    """
    return parse_template(read_text(path, KIND), str(path))


def parse_template(text: str, file: str) -> Source:
    """Return the template in the text; findings use `file` as the file name.

    Raises TemplateError if the text cannot be read at all.
    """
    reading, root = _read(text, file)
    if not isinstance(root, Object):
        line = 1 if root is None else reading.first_line
        message = "the template is empty" if root is None else "a template must be a mapping of sections"
        raise TemplateError([KIND.create_finding(file, line, message, "add a Resources section")])
    reading.faults += [
        KIND.create_finding(
            file, root.lines[name], f"{name} must be a mapping", "write each entry under it with its name"
        )
        for name in _SECTIONS
        if name in root and root.get_object(name) is None
    ]
    faults = sorted(reading.faults, key=lambda fault: fault.line or 0)
    return Source(file=file, text=text, data=root, aliases=reading.aliases, faults=tuple(faults))


def parse_value(text: str, file: str, kind: SourceKind = KIND, *, only_json: bool = False) -> Json:
    """Return the value in a YAML or JSON text, such as a definition; on request, not in YAML.

    Raises the error of its kind with all faults.
    """
    reading, root = _read(text, file, kind, only_json=only_json)
    if reading.faults:
        raise kind.error(reading.faults)
    return root


def parse_json(text: str, file: str, *, first_line: int | None = None, line: int = 1) -> Json:
    """Return the value in a JSON text in a file. Raises ValueError, with the line in the text, if it is not JSON.

    `first_line` is the line of the text's start in the file; without it, all values are on `line`.
    """
    json.loads(text, parse_constant=_reject_constant)
    root = compose(_convert_to_yaml(text), file, KIND).root
    offset = 0 if first_line is None else first_line - 1
    reading = _TemplateReading(file, as_json=True, offset=offset, only_line=line if first_line is None else None)
    value = reading.read_value(root) if root else None
    if reading.faults:
        raise ValueError(reading.faults[0].message)
    return value


def _read(text: str, file: str, kind: SourceKind = KIND, *, only_json: bool = False) -> tuple[_TemplateReading, Json]:
    looks_json = text.lstrip().startswith(("{", "["))
    fault = _find_json_error(text) if looks_json else None
    if only_json and fault is not None:
        raise _create_json_error(fault, file, kind)
    as_json = looks_json and fault is None
    try:
        composed = compose(_convert_to_yaml(text) if as_json else text, file, kind)
    except SourceError as error:
        if fault is None or "this is not YAML" not in str(error):
            raise
        raise _create_json_error(fault, file, kind) from None
    reading = _TemplateReading(file, kind, aliases=composed.aliases, as_json=as_json)
    if composed.root is None or (isinstance(composed.root, yaml.ScalarNode) and not composed.root.value):
        return reading, None
    return reading, reading.read_value(composed.root)


def _create_json_error(fault: ValueError, file: str, kind: SourceKind) -> SourceError:
    message = f"this is not JSON: {getattr(fault, 'msg', fault)}"
    return kind.error([kind.create_finding(file, getattr(fault, "lineno", None), message)])


def _find_json_error(text: str) -> ValueError | None:
    """Return the error if the text is not JSON; None if it is, or if it is too deep, which the composer reports."""
    try:
        json.loads(text, parse_constant=_reject_constant)
    except ValueError as error:
        return error
    except RecursionError:
        return None
    return None


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _convert_to_yaml(text: str) -> str:
    """Return the JSON text in a form that YAML reads the same: without tabs between values, and with plain escapes."""

    def read_plain(match: re.Match[str]) -> str:
        escape = match[0]
        if escape == r"\\":
            return escape
        characters: str = json.loads(f'"{escape}"')
        return "".join(f"\\u{ord(c):04x}" if _MUST_STAY_ESCAPED.match(c) else c for c in characters)

    return _ESCAPES.sub(read_plain, text.replace("\t", " "))


@dataclass(slots=True)
class _TemplateReading:
    """The conversion of a document's nodes to values."""

    file: str
    kind: SourceKind = KIND
    aliases: tuple[Alias, ...] = ()
    as_json: bool = False
    """Whether scalars are JSON: 1e5 is a number in JSON and a text in YAML 1.1."""
    offset: int = 0
    only_line: int | None = None
    first_line: int = 1
    faults: list[Finding] = field(default_factory=list)
    read: dict[int, tuple[Json, int]] = field(default_factory=dict)
    """The value of each node, and the number of values that it expands to. An alias is the node of its anchor."""
    open: set[int] = field(default_factory=set)
    construct: SafeConstructor = field(default_factory=SafeConstructor)

    def read_value(self, node: Node) -> Json:
        self.first_line = self.get_line(node)
        value, count = self.read_sized(node)
        if self.aliases and count > _MAX_VALUES:
            message = f"its aliases expand to {count:,} values"
            raise self.kind.error(
                [self.kind.create_finding(self.file, self.get_line(node), message, "write the values without aliases")]
            )
        return value

    def get_line(self, node: Node) -> int:
        return self.only_line or node.start_mark.line + 1 + self.offset

    def add_fault(self, node: Node, message: str, hint: str = "") -> None:
        self.faults.append(self.kind.create_finding(self.file, self.get_line(node), message, hint))

    def read_sized(self, node: Node) -> tuple[Json, int]:
        if not self.aliases:
            return self.read_tagged(node)
        key = id(node)
        if key in self.open:
            hint = "write the value without the alias"
            raise self.kind.error(
                [self.kind.create_finding(self.file, self.get_line(node), "a value contains itself as an alias", hint)]
            )
        if key not in self.read:
            self.open.add(key)
            self.read[key] = self.read_tagged(node)
            self.open.remove(key)
        return self.read[key]

    def read_tagged(self, node: Node) -> tuple[Json, int]:
        if node.tag.startswith(_YAML):
            return self.read_plain(node)
        function, line = TAGS.get(node.tag), self.get_line(node)
        node.tag = node.tag if function else f"!{node.tag.lstrip('!')}"
        value, count = self.read_plain(node)
        if function is None:
            near = difflib.get_close_matches(node.tag, TAGS, n=1)
            hint = f"did you mean {near[0]}?" if near else "available: " + ", ".join(TAGS)
            self.add_fault(node, f"unknown tag {node.tag}", hint)
            return value, count
        match function, value:
            case "Fn::GetAtt", str():
                resource, _, attribute = value.partition(".")
                value = Array(SourceLocation(self.file, line), [(resource, line), (attribute, line)])
        return Object(SourceLocation(self.file, line), [(function, value, line)]), count + 1

    def read_plain(self, node: Node) -> tuple[Json, int]:
        match node:
            case yaml.ScalarNode():
                return self.read_scalar(node), 1
            case yaml.MappingNode():
                return self.read_mapping(node)
            case yaml.SequenceNode():
                return self.read_sequence(node)
        raise TypeError(f"YAML has no node {node!r}")

    def read_sequence(self, node: SequenceNode) -> tuple[Array, int]:
        items = [(self.read_sized(item), self.get_line(item)) for item in node.value]
        array = Array(SourceLocation(self.file, self.get_line(node)), [(value, line) for (value, _), line in items])
        return array, 1 + sum(count for (_, count), _ in items)

    def read_mapping(self, node: MappingNode) -> tuple[Object, int]:
        self.refuse_repeated(node)
        if _MERGE in [key.tag for key, _ in node.value]:
            try:
                self.construct.flatten_mapping(node)
            except yaml.constructor.ConstructorError as error:
                self.add_fault(node, f"<< cannot be merged: {error.problem}")
        result = Object(SourceLocation(self.file, self.get_line(node)))
        total = 1
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.add_fault(key_node, "a key is a list or a mapping", "write a text before the colon")
                continue
            value, count = self.read_sized(value_node)
            result[key_node.value] = value
            result.lines[key_node.value] = self.get_line(key_node)
            total += count
        return result, total

    def refuse_repeated(self, node: MappingNode) -> None:
        seen: dict[str, int] = {}
        kept = []
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and not key.tag.endswith("merge"):
                if key.value in seen:
                    hint = f"the first is on line {seen[key.value]}"
                    self.add_fault(key, f"duplicate key {key.value!r}", hint)
                    continue
                seen[key.value] = self.get_line(key)
            kept.append((key, value))
        node.value = kept

    def read_scalar(self, node: ScalarNode) -> Json:
        text: str = node.value
        if node.style == "|" and self.only_line is None:
            # the mark is that of the indicator: the text starts on the next line
            return Block(text, self.get_line(node) + 1)
        if node.style:
            return text
        if self.as_json:
            value: Json = json.loads(text)
            return value
        try:
            match node.tag.removeprefix(_YAML):
                case "null":
                    return None
                case "bool":
                    return self.construct.construct_yaml_bool(node)
                case "int":
                    return self.construct.construct_yaml_int(node)
                case "float":
                    return self.construct.construct_yaml_float(node)
        except (ValueError, OverflowError):  # it looks like a number but is not one, such as 0b
            return text
        return text
