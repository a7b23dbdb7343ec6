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
from sfnorch.template.located import Array, Block, Object, Place
from sfnorch.template.resources import IDENTITIES, Surroundings, attribute, physical_name, reference

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
    """A template's values in a stack with these parameters; missing parameters have their defaults."""

    def __init__(
        self, template: Object, parameters: Mapping[str, str] | None = None, where: Surroundings | None = None
    ) -> None:
        self.template = template
        self.where = where or Surroundings()
        self.given = dict(parameters or {})
        self._pseudo = self.where.pseudo_parameters()
        self._conditions: dict[str, bool] = {}
        self._names: dict[str, str] = {}
        self._open: set[str] = set()
        self._depth = self._nested = 0

    def section(self, name: str) -> Object:
        """Return a section of the template; empty if it is missing or not a mapping."""
        return self.template.find_object(name)

    def resource_type(self, logical_id: str) -> str:
        """Return the resource's type; empty if the resource is missing."""
        return read_string(find_value(self.template, "Resources", logical_id, "Type"))

    def value(self, node: Json, *, substitute: bool = True) -> Json:
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
                        for item, line in node.rows()
                        if (value := self._value(item, substitute)) is not _NO_VALUE
                    ],
                )
            case Object():
                if len(node) == 1:
                    ((key, argument),) = node.items()
                    match key, argument:
                        case "Ref", str(name):
                            return self._ref(name)
                        case "Condition", str(name) if name in self.section("Conditions"):
                            return self.condition(name)
                    if key.startswith("Fn::"):
                        return self._function(key, argument, substitute)
                return Object(
                    node.place,
                    [
                        (key, value, line)
                        for key, item, line in node.rows()
                        if (value := self._value(item, substitute)) is not _NO_VALUE
                    ],
                )
        return node

    def text(self, node: Json) -> str:
        """Return the node's value as text; empty if it has no value."""
        value = self.value(node)
        return "" if value is None else as_text(value)

    def ref(self, name: str) -> Json:
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
        if name in self.section("Parameters"):
            return self._parameter(name)
        if kind := self.resource_type(name):
            return self._reference(kind, name)
        return f"<{name}>"

    def attribute(self, logical_id: str, wanted: str) -> str:
        """Return the value of GetAtt for the resource."""
        kind = self.resource_type(logical_id)
        name = self._name_in_arn(logical_id, kind) if wanted == "Arn" else self.name(logical_id)
        return attribute(kind, logical_id, name, wanted, self.where)

    def _reference(self, kind: str, logical_id: str) -> str:
        identity = IDENTITIES.get(kind)
        is_arn = identity is not None and identity.ref == "arn"
        name = self._name_in_arn(logical_id, kind) if is_arn else self.name(logical_id)
        return reference(kind, logical_id, name, self.where)

    def _name_in_arn(self, logical_id: str, kind: str) -> str:
        """Return the resource's name, with its path if its ARN contains the path."""
        name = self.name(logical_id)
        properties = self._properties(logical_id)
        if kind not in _WITH_PATH or "Path" not in properties:
            return name
        return f"{self.text(properties['Path']).strip('/')}/{name}".removeprefix("/")

    def _properties(self, logical_id: str) -> Object:
        return self.template.find_object("Resources", logical_id, "Properties")

    def name(self, logical_id: str) -> str:
        """Return the resource's physical name; `<LogicalId>` if names refer to each other in a cycle."""
        if logical_id in self._names:
            return self._names[logical_id]
        if logical_id in self._open:
            return f"<{logical_id}>"
        self._open.add(logical_id)
        kind = self.resource_type(logical_id)
        identity = IDENTITIES.get(kind)
        given = self.text(self._properties(logical_id).get(identity.name_property)) if identity else ""
        self._open.remove(logical_id)
        self._names[logical_id] = physical_name(kind, logical_id, given, self.where)
        return self._names[logical_id]

    def condition(self, name: str) -> bool:
        """Return whether the condition is true; a missing condition, or one that refers to itself, is false."""
        if name in self._conditions:
            return self._conditions[name]
        key = f"condition {name}"
        if key in self._open or name not in self.section("Conditions"):
            return False
        self._open.add(key)
        self._conditions[name] = _truth(self.value(self.section("Conditions")[name]))
        self._open.remove(key)
        return self._conditions[name]

    def exists(self, logical_id: str) -> bool:
        """Return whether the resource's condition is true."""
        condition = find_value(self.template, "Resources", logical_id, "Condition")
        return not isinstance(condition, str) or self.condition(condition)

    def _parameter(self, name: str) -> Json:
        declared = self.section("Parameters").find_object(name)
        kind = str(declared.get("Type", "String"))
        text = self.given.get(name)
        if text is None and "Default" in declared and "SSM::Parameter::Value" not in kind:
            text = as_text(declared["Default"])
        if text is None:
            text = f"<{name}>"
        if _LIST_TYPES.fullmatch(kind):
            place = self.template.place
            return Array(place, [(item.strip(), place.line) for item in text.split(",")])
        return text

    def _function(self, key: str, argument: Json, substitute: bool) -> Json | _NoValue:
        """Return the function's value. Raises TemplateError if it has too many functions, or its text is too long."""
        self._nested = self._nested + 1 if self._depth else 1
        if self._nested > _MOST_NESTED:
            raise self._too_much(argument, f"a function contains more than {_MOST_NESTED:,} nested functions")
        self._depth += 1
        try:
            return self._evaluated(key, argument, substitute)
        finally:
            self._depth -= 1

    def _place(self, argument: Json) -> Place:
        match argument:
            case Array() | Object():
                return argument.place
        return self.template.place

    def _too_much(self, argument: Json, message: str) -> TemplateError:
        place = self._place(argument)
        finding = Finding(
            rule="template", file=place.file, line=place.line, message=message, hint="use fewer functions"
        )
        return TemplateError([finding])

    def _bounded(self, argument: Json, size: int) -> None:
        """Raise TemplateError for a text that is larger than a template."""
        if size > _MOST_CHARACTERS:
            raise self._too_much(argument, f"a function creates a text of more than {_MOST_CHARACTERS:,} characters")

    def _evaluated(self, key: str, argument: Json, substitute: bool) -> Json | _NoValue:
        match key, argument:
            case "Fn::Sub", _:
                return self._sub(argument, substitute)
            case "Fn::GetAtt", str(name):
                return self.attribute(*name.partition(".")[::2])
            case "Fn::GetAtt", [resource, wanted]:
                return self.attribute(as_text(resource), self.text(wanted))
            case "Fn::Join", [separator, listed]:
                texts, between = self._list(listed), as_text(separator)
                self._bounded(argument, sum(map(len, texts)) + len(between) * len(texts))
                return between.join(texts)
            case "Fn::Split", [separator, text] if separator:
                place = self._place(argument)
                return Array(place, [(part, place.line) for part in self.text(text).split(as_text(separator))])
            case "Fn::Select", [index, listed]:
                return self._select(self.text(index), self.value(listed))
            case "Fn::If", [condition, when_true, when_false]:
                return self._value(when_true if self.condition(as_text(condition)) else when_false, substitute)
            case "Fn::Equals", [one, other]:
                return self.text(one) == self.text(other)
            case "Fn::And", _:
                return all(self._truths(argument))
            case "Fn::Or", _:
                return any(self._truths(argument))
            case "Fn::Not", [one]:
                return not _truth(self.value(one))
            case "Fn::FindInMap", [name, top, second, *more]:
                return self._find(name, top, second, more)
            case "Fn::Base64", _:
                return base64.b64encode(self.text(argument).encode()).decode()
            case "Fn::Length", _:
                return len(self._list(argument))
        return f"<{key}>"

    def _truths(self, conditions: Json) -> Iterator[bool]:
        return (_truth(self.value(item)) for item in read_list(conditions))

    def _sub(self, argument: Json, substitute: bool) -> str:
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

        def filled(match: re.Match[str]) -> str:
            nonlocal size
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name not in values:
                resource, dot, wanted = name.strip().partition(".")
                if name in given:
                    values[name] = self.text(given[name])
                else:
                    values[name] = self.attribute(resource, wanted) if dot else _as_text(self._ref(resource))
            size += len(values[name])
            self._bounded(given, size)
            return values[name]

        return _SUBSTITUTION.sub(filled, text)

    def _select(self, index: str, values: Json) -> Json:
        items = read_list(values)
        return items[int(index)] if index.isdecimal() and int(index) < len(items) else "<Fn::Select>"

    def _find(self, name: Json, top: Json, second: Json, more: list[Json]) -> Json | _NoValue:
        found: Json | _NoValue = find_value(self.section("Mappings"), *map(self.text, (name, top, second)))
        if found is None and len(more) == 1:
            found = self._value(find_value(more[0], "DefaultValue"), substitute=True)
        return "<Fn::FindInMap>" if found is None else found

    def _list(self, node: Json) -> list[str]:
        match self._value(node, substitute=True):
            case list() as items:
                return [as_text(item) for item in items]
            case value:
                return [_as_text(value)]


def only_key(node: Json) -> str:
    """Return the key of a mapping with one key, such as the name of a function; empty for any other value."""
    return next(iter(node)) if isinstance(node, dict) and len(node) == 1 else ""


def _truth(value: Json) -> bool:
    return value is True or value == "true"


def _as_text(value: Json | _NoValue) -> str:
    return "" if value is _NO_VALUE else as_text(value)


def as_text(value: Json) -> str:
    """Return a value as CloudFormation writes it in a text."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(map(as_text, value))
    return str(value)
