"""Read a state machine's definition as JSON, with its lines, from all places where a template can store it.

A definition is an object or a text, complete or joined from parts, in the template or in a file beside it.
Substitutions are applied as text, as CloudFormation does.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import NamedTuple

from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding, Severity
from sfnorch.json_values import Json, read_mapping
from sfnorch.source import SourceError, read_text
from sfnorch.template.intrinsics import UNKNOWN, StackValues, only_key
from sfnorch.template.located import Array, Block, Object, Path, SourceLocation, find_place, format_path
from sfnorch.template.reader import KIND, parse_json, parse_value

_SUBSTITUTION = re.compile(r"\$\{([^!{}]+)\}")

_BARE = re.compile(r'"(?:\\.|[^"\\])*"|<[^<>"]+>')
"""A JSON string, or a value outside of strings that only AWS knows. Such a value is replaced by a number."""

NOT_JSON = "definition"
DEFINITION_NOT_READABLE = "definition-not-readable"


class Definition(NamedTuple):
    """A definition with its substitutions, and also without them if it can be parsed with its `${…}`."""

    data: Object
    unfilled: Object | None
    path: Path
    """The path of the definition in the template."""
    substitutions: frozenset[str] = frozenset()
    """The names of its substitutions: those in its text, and those that the template declares."""

    def find_place(self, path: Path) -> SourceLocation:
        """Return the file and line of a value in the definition."""
        return find_place(self.data, path)


class Substitutions:
    """The values of a definition's substitutions, and the names of those that it has."""

    def __init__(self, values: Mapping[str, str], names: set[str] | None = None) -> None:
        self.values = values
        self.names = set() if names is None else names

    def fill(self, text: str) -> str:
        """Return the text with the values; a substitution without a value stays. Its names are added to `names`."""
        return _SUBSTITUTION.sub(self._fill_match, text)

    def _fill_match(self, match: re.Match[str]) -> str:
        name = match[1].strip()
        self.names.add(name)
        return self.values.get(name, match[0])


class DefinitionError(Exception):
    """A definition that cannot be read, as a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def read_definition(stack: StackValues, properties: Object, path: Path) -> Definition:
    """Return the definition in a machine's properties, whose path is `path`. Raises DefinitionError."""
    for key, read in _PLACES.items():
        if key in properties:
            at = _DefinitionProperty(stack, properties, (*path, key), key)
            return read(at)
    place = properties.place
    raise DefinitionError(
        Finding(
            rule=NOT_JSON,
            file=place.file,
            line=place.line,
            path=format_path(path),
            message="the state machine has no definition",
            hint="add the property Definition",
        )
    )


class _DefinitionProperty(NamedTuple):
    """The property with the definition, and the properties of its machine."""

    stack: StackValues
    properties: Object
    path: Path
    key: str

    @property
    def node(self) -> Json:
        return self.properties[self.key]

    @property
    def place(self) -> SourceLocation:
        return SourceLocation(self.properties.place.file, self.properties.lines[self.key])

    def create_error(
        self, message: str, hint: str = "", *, place: SourceLocation | None = None, rule: str = NOT_JSON
    ) -> DefinitionError:
        place = place or self.place
        severity = Severity.INFO if rule == DEFINITION_NOT_READABLE else Severity.ERROR
        return DefinitionError(
            Finding(
                rule=rule,
                severity=severity,
                file=place.file,
                line=place.line,
                path=format_path(self.path),
                message=message,
                hint=hint,
            )
        )

    def read_substitutions(self) -> Substitutions:
        value = self.stack.evaluate_node(self.properties.get("DefinitionSubstitutions"))
        declared = {key: self.stack.evaluate_text(item) for key, item in read_mapping(value).items()}
        return Substitutions({**declared, **self.stack.substitutions}, set(declared))

    def create_definition(self, filled: Json, unfilled: Json, values: Substitutions) -> Definition:
        if not isinstance(filled, Object):
            raise self.create_error("a definition must be a JSON object with StartAt and States")
        return Definition(
            data=filled,
            unfilled=unfilled if isinstance(unfilled, Object) else None,
            path=self.path,
            substitutions=frozenset(values.names),
        )


def _read_object(at: _DefinitionProperty) -> Definition:
    node = at.node
    function = only_key(node)
    if isinstance(node, str) or function in ("Fn::Sub", "Fn::Join"):  # a text instead of an object is read as text
        return _read_text(at)
    if function == "Fn::Transform":
        raise _create_elsewhere_error(at, f"the definition comes from {function}, so it is not checked")
    values = at.read_substitutions()
    return at.create_definition(
        _substitute(at.stack.evaluate_node(node), values.fill),
        at.stack.evaluate_node(node, substitute=False),
        values,
    )


def _read_text(at: _DefinitionProperty) -> Definition:
    node = at.node
    if isinstance(node, Object) and only_key(node) == "Fn::ToJsonString":
        return _read_object(_DefinitionProperty(at.stack, node, (*at.path, "Fn::ToJsonString"), "Fn::ToJsonString"))
    text = at.stack.evaluate_node(node)
    if isinstance(text, Object):
        return _read_object(at)
    if not isinstance(text, str) or UNKNOWN.fullmatch(text.strip()):
        raise _create_elsewhere_error(at, "the definition is not part of the template, so it is not checked")
    values = at.read_substitutions()
    try:
        filled = _parse_definition(at, text, values.fill(text))
    except ValueError as error:
        within = getattr(error, "lineno", 1)
        place = at.place
        if isinstance(text, Block):
            place = SourceLocation(place.file, text.first_line + within - 1)
        where = f" at line {within} of the definition" if text.count("\n") else ""
        raise at.create_error(
            f"the definition is not JSON: {getattr(error, 'msg', error)}{where}", place=place
        ) from None
    return at.create_definition(filled, _parse_unfilled(at), values)


def _parse_definition(at: _DefinitionProperty, text: str, filled: str) -> Json:
    filled = _BARE.sub(lambda match: match[0] if match[0].startswith('"') else "1", filled)
    first_line = text.first_line if isinstance(text, Block) and text.count("\n") == filled.count("\n") else None
    try:
        return parse_json(filled, at.place.file, first_line=first_line, line=at.place.line)
    except SourceError as error:
        raise DefinitionError(error.findings[0]) from None
    except RecursionError:
        raise at.create_error("lists or mappings are nested too deeply") from None


def _parse_unfilled(at: _DefinitionProperty) -> Json:
    """Return the definition without its substitutions; None if it is not JSON."""
    text = at.stack.evaluate_node(at.node, substitute=False)
    try:
        return _parse_definition(at, text, text) if isinstance(text, str) else None
    except (ValueError, DefinitionError):
        return None


def _read_file(at: _DefinitionProperty) -> Definition:
    name = at.stack.evaluate_node(at.node)
    if not isinstance(name, str) or name.startswith(("s3:", "http:", "https:", "<")):
        raise _create_elsewhere_error(at, "the definition is stored in Amazon S3, so it is not checked")
    path = FilePath(at.place.file).parent / name
    try:
        text = read_text(path, KIND)
    except SourceError as error:
        raise DefinitionError(error.findings[0]) from None
    except SfnorchError as error:
        message = error.message.replace("template ", "definition ", 1)
        raise at.create_error(message, "use a path relative to the template's folder") from None
    values = at.read_substitutions()
    filled = values.fill(text)
    try:
        data = parse_value(filled, str(path))
        try:
            unfilled = parse_value(text, str(path))
        except SourceError:
            unfilled = None
    except SourceError as error:
        raise DefinitionError(error.findings[0]) from None
    return at.create_definition(data, unfilled, values)


def _create_elsewhere_error(at: _DefinitionProperty, message: str) -> DefinitionError:
    return at.create_error(message, rule=DEFINITION_NOT_READABLE)


def _substitute(value: Json, fill: Callable[[str], str]) -> Json:
    """Return the value with the substitutions in its texts and keys: CloudFormation substitutes in the whole text."""
    match value:
        case Object():
            rows = [(fill(key), _substitute(item, fill), line) for key, item, line in value.list_rows()]
            return Object(value.place, rows)
        case Array():
            return Array(value.place, [(_substitute(item, fill), line) for item, line in value.list_rows()])
        case str() if "${" in value:
            return fill(value)
    return value


_PLACES: dict[str, Callable[[_DefinitionProperty], Definition]] = {
    "Definition": _read_object,
    "DefinitionString": _read_text,
    "DefinitionUri": _read_file,
    "DefinitionS3Location": _read_file,
}


def count_characters(definition: Definition) -> int:
    """Return the number of characters that AWS counts: those of the definition as JSON without blanks."""
    return len(json.dumps(definition.data, separators=(",", ":"), ensure_ascii=False))
