"""Evaluate a template's functions with parameters and conditions, as a stack of the template would.

A value that is unknown before the stack exists (an import, a parameter without a default, a random name) becomes a text
in angle brackets that names it: `<Parameter>`, `<Resource.Attribute>`, `<Fn::ImportValue>`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from sfnorch.findings import Finding
from sfnorch.json_values import Json, find_value, read_list, read_mapping, read_string
from sfnorch.template.errors import TemplateError
from sfnorch.template.located import Array, Block, Object, SourceLocation
from sfnorch.template.resources import (
    IDENTITIES,
    StackEnvironment,
    build_attribute,
    build_physical_name,
    build_reference,
)

UNKNOWN = re.compile(r"<[^<>]+>")
"""A value in a text that only AWS knows."""

_SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")
_WITH_PATH = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
_LIST_TYPES = re.compile(r"CommaDelimitedList|List<.*>|AWS::SSM::Parameter::Value<(List<.*|CommaDelimitedList)>")


_MOST_NESTED = 20_000
_MOST_CHARACTERS = 1_048_576
"""The maximum size of a template."""


class _NoValue(Enum):
    """AWS::NoValue: removes its key or item."""

    NO_VALUE = "AWS::NoValue"


_NO_VALUE: Final = _NoValue.NO_VALUE


class StackValues:
    """A template's values in a stack with these parameters; missing parameters have their defaults.

    `substitutions` override the DefinitionSubstitutions of the state machines.
    """

    def __init__(
        self,
        template: Object,
        parameters: Mapping[str, str] | None = None,
        where: StackEnvironment | None = None,
        substitutions: Mapping[str, str] | None = None,
    ) -> None:
        self.template = template
        self.substitutions = substitutions or {}
        self.where = where or StackEnvironment()
        self.given = dict(parameters or {})
        self._pseudo = self.where.build_pseudo_parameters()
        self._conditions: dict[str, bool] = {}
        self._names: dict[str, str] = {}
        self._open: set[str] = set()
        self._depth = self._nested = 0

    def get_section(self, name: str) -> Object:
        """Return a section of the template; empty if it is missing or not a mapping."""
        return self.template.find_object(name)

    def get_resource_type(self, logical_id: str) -> str:
        """Return the resource's type; empty if the resource is missing."""
        return read_string(find_value(self.template, "Resources", logical_id, "Type"))

    def evaluate_node(self, node: Json, *, substitute: bool = True) -> Json:
        """Return the node with its functions evaluated; None if it has no value.

        Without `substitute`, the text of Fn::Sub stays as written.
        """
        value = self._value(node, substitute)
        return None if value is _NO_VALUE else value

    def _value(self, node: Json, substitute: bool) -> Json | _NoValue:
        match node:
            case Array():
                return Array(
                    node.place,
                    [
                        (value, line)
                        for item, line in node.list_rows()
                        if (value := self._value(item, substitute)) is not _NO_VALUE
                    ],
                )
            case Object():
                if len(node) == 1:
                    ((key, argument),) = node.items()
                    match key, argument:
                        case "Ref", str(name):
                            return self._ref(name)
                        case "Condition", str(name) if name in self.get_section("Conditions"):
                            return self.is_condition_true(name)
                    if key.startswith("Fn::"):
                        return self._evaluate_function(key, argument, substitute)
                return Object(
                    node.place,
                    [
                        (key, value, line)
                        for key, item, line in node.list_rows()
                        if (value := self._value(item, substitute)) is not _NO_VALUE
                    ],
                )
        return node

    def evaluate_text(self, node: Json) -> str:
        """Return the node's value as text; empty if it has no value."""
        value = self.evaluate_node(node)
        return "" if value is None else format_value(value)

    def resolve_ref(self, name: str) -> Json:
        """Return the value of Ref: a parameter's value, or the reference to a resource; None for AWS::NoValue."""
        value = self._ref(name)
        return None if value is _NO_VALUE else value

    def _ref(self, name: str) -> Json | _NoValue:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        if name == "AWS::NotificationARNs":
            return Array(self.template.place)
        if name in self.get_section("Parameters"):
            return self._resolve_parameter(name)
        if kind := self.get_resource_type(name):
            return self._resolve_resource(kind, name)
        return f"<{name}>"

    def resolve_attribute(self, logical_id: str, wanted: str) -> str:
        """Return the value of GetAtt for the resource."""
        kind = self.get_resource_type(logical_id)
        name = self._build_name_in_arn(logical_id, kind) if wanted == "Arn" else self.find_physical_name(logical_id)
        return build_attribute(kind, logical_id, name, wanted, self.where)

    def _resolve_resource(self, kind: str, logical_id: str) -> str:
        identity = IDENTITIES.get(kind)
        is_arn = identity is not None and identity.ref == "arn"
        name = self._build_name_in_arn(logical_id, kind) if is_arn else self.find_physical_name(logical_id)
        return build_reference(kind, logical_id, name, self.where)

    def _build_name_in_arn(self, logical_id: str, kind: str) -> str:
        """Return the resource's name, with its path if its ARN contains the path."""
        name = self.find_physical_name(logical_id)
        properties = self._properties(logical_id)
        if kind not in _WITH_PATH or "Path" not in properties:
            return name
        return f"{self.evaluate_text(properties['Path']).strip('/')}/{name}".removeprefix("/")

    def _properties(self, logical_id: str) -> Object:
        return self.template.find_object("Resources", logical_id, "Properties")

    def find_physical_name(self, logical_id: str) -> str:
        """Return the resource's physical name; `<LogicalId>` if names refer to each other in a cycle."""
        if logical_id in self._names:
            return self._names[logical_id]
        if logical_id in self._open:
            return f"<{logical_id}>"
        self._open.add(logical_id)
        kind = self.get_resource_type(logical_id)
        identity = IDENTITIES.get(kind)
        given = self.evaluate_text(self._properties(logical_id).get(identity.name_property)) if identity else ""
        self._open.remove(logical_id)
        self._names[logical_id] = build_physical_name(kind, logical_id, given, self.where)
        return self._names[logical_id]

    def is_condition_true(self, name: str) -> bool:
        """Return whether the condition is true; a missing condition, or one that refers to itself, is false."""
        if name in self._conditions:
            return self._conditions[name]
        key = f"condition {name}"
        if key in self._open or name not in self.get_section("Conditions"):
            return False
        self._open.add(key)
        self._conditions[name] = _is_true(self.evaluate_node(self.get_section("Conditions")[name]))
        self._open.remove(key)
        return self._conditions[name]

    def has_resource(self, logical_id: str) -> bool:
        """Return whether the resource's condition is true."""
        condition = find_value(self.template, "Resources", logical_id, "Condition")
        return not isinstance(condition, str) or self.is_condition_true(condition)

    def _resolve_parameter(self, name: str) -> Json:
        declared = self.get_section("Parameters").find_object(name)
        kind = str(declared.get("Type", "String"))
        text = self.given.get(name)
        if text is None and "Default" in declared and "SSM::Parameter::Value" not in kind:
            text = format_value(declared["Default"])
        if text is None:
            text = f"<{name}>"
        if _LIST_TYPES.fullmatch(kind):
            place = self.template.place
            return Array(place, [(item.strip(), place.line) for item in text.split(",")])
        return text

    def _evaluate_function(self, key: str, argument: Json, substitute: bool) -> Json | _NoValue:
        """Return the function's value. Raises TemplateError if it has too many functions, or its text is too long."""
        self._nested = self._nested + 1 if self._depth else 1
        if self._nested > _MOST_NESTED:
            raise self._create_limit_error(argument, f"a function contains more than {_MOST_NESTED:,} nested functions")
        self._depth += 1
        try:
            return self._apply_function(key, argument, substitute)
        finally:
            self._depth -= 1

    def _place(self, argument: Json) -> SourceLocation:
        match argument:
            case Array() | Object():
                return argument.place
        return self.template.place

    def _create_limit_error(self, argument: Json, message: str) -> TemplateError:
        place = self._place(argument)
        finding = Finding(
            rule="template", file=place.file, line=place.line, message=message, hint="use fewer functions"
        )
        return TemplateError([finding])

    def _check_size(self, argument: Json, size: int) -> None:
        """Raise TemplateError for a text that is larger than a template."""
        if size > _MOST_CHARACTERS:
            raise self._create_limit_error(
                argument, f"a function creates a text of more than {_MOST_CHARACTERS:,} characters"
            )

    def _apply_function(self, key: str, argument: Json, substitute: bool) -> Json | _NoValue:
        match key, argument:
            case "Fn::Sub", _:
                return self._substitute(argument, substitute)
            case "Fn::GetAtt", str(name):
                return self.resolve_attribute(*name.partition(".")[::2])
            case "Fn::GetAtt", [resource, wanted]:
                return self.resolve_attribute(format_value(resource), self.evaluate_text(wanted))
            case "Fn::Join", [separator, listed]:
                texts, between = self._list(listed), format_value(separator)
                self._check_size(argument, sum(map(len, texts)) + len(between) * len(texts))
                return between.join(texts)
            case "Fn::Split", [separator, text] if separator:
                place = self._place(argument)
                return Array(
                    place, [(part, place.line) for part in self.evaluate_text(text).split(format_value(separator))]
                )
            case "Fn::Select", [index, listed]:
                return self._select(self.evaluate_text(index), self.evaluate_node(listed))
            case "Fn::If", [condition, when_true, when_false]:
                return self._value(
                    when_true if self.is_condition_true(format_value(condition)) else when_false, substitute
                )
            case "Fn::Equals", [one, other]:
                return self.evaluate_text(one) == self.evaluate_text(other)
            case "Fn::And", _:
                return all(self._truths(argument))
            case "Fn::Or", _:
                return any(self._truths(argument))
            case "Fn::Not", [one]:
                return not _is_true(self.evaluate_node(one))
            case "Fn::FindInMap", [name, top, second, *more]:
                return self._find(name, top, second, more)
            case "Fn::Base64", _:
                return base64.b64encode(self.evaluate_text(argument).encode()).decode()
            case "Fn::Length", _:
                return len(self._list(argument))
        return f"<{key}>"

    def _truths(self, conditions: Json) -> Iterator[bool]:
        return (_is_true(self.evaluate_node(item)) for item in read_list(conditions))

    def _substitute(self, argument: Json, substitute: bool) -> str:
        match argument:
            case str():
                text, values = argument, None
            case [str() as text, values]:
                pass
            case _:
                return "<Fn::Sub>"
        if not substitute:
            return text
        filled = self._filled(text, read_mapping(values))
        if isinstance(text, Block) and text.count("\n") == filled.count("\n"):
            return Block(filled, text.first_line)
        return filled

    def _filled(self, text: str, given: dict[str, Json]) -> str:
        values: dict[str, str] = {}
        size = len(text)

        def fill_match(match: re.Match[str]) -> str:
            nonlocal size
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name not in values:
                resource, dot, wanted = name.strip().partition(".")
                if name in given:
                    values[name] = self.evaluate_text(given[name])
                else:
                    values[name] = self.resolve_attribute(resource, wanted) if dot else _as_text(self._ref(resource))
            size += len(values[name])
            self._check_size(given, size)
            return values[name]

        return _SUBSTITUTION.sub(fill_match, text)

    def _select(self, index: str, values: Json) -> Json:
        items = read_list(values)
        return items[int(index)] if index.isdecimal() and int(index) < len(items) else "<Fn::Select>"

    def _find(self, name: Json, top: Json, second: Json, more: list[Json]) -> Json | _NoValue:
        found: Json | _NoValue = find_value(self.get_section("Mappings"), *map(self.evaluate_text, (name, top, second)))
        if found is None and len(more) == 1:
            found = self._value(find_value(more[0], "DefaultValue"), substitute=True)
        return "<Fn::FindInMap>" if found is None else found

    def _list(self, node: Json) -> list[str]:
        match self._value(node, substitute=True):
            case list() as items:
                return [format_value(item) for item in items]
            case value:
                return [_as_text(value)]


def only_key(node: Json) -> str:
    """Return the key of a mapping with one key, such as the name of a function; empty for any other value."""
    return next(iter(node)) if isinstance(node, dict) and len(node) == 1 else ""


def _is_true(value: Json) -> bool:
    return value is True or value == "true"


def _as_text(value: Json | _NoValue) -> str:
    return "" if value is _NO_VALUE else format_value(value)


def format_value(value: Json) -> str:
    """Return a value as CloudFormation writes it in a text."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(map(format_value, value))
    return str(value)
