"""Evaluate a template's functions with parameters and conditions, as a stack of the template would.

A value that is unknown before the stack exists (an import, a parameter without a default, a random name) becomes a text
in angle brackets that names it: `<Parameter>`, `<Resource.Attribute>`, `<Fn::ImportValue>`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from sfnorch.findings import Finding
from sfnorch.template.errors import TemplateError
from sfnorch.template.located import Array, Block, Object
from sfnorch.template.resources import IDENTITIES, Surroundings, attribute, physical_name, reference

UNKNOWN = re.compile(r"<[^<>]+>")
"""A value in a text that only AWS knows."""

_SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")
_WITH_PATH = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
_LIST_TYPES = re.compile(r"CommaDelimitedList|List<.*>|AWS::SSM::Parameter::Value<(List<.*|CommaDelimitedList)>")


_MOST_NESTED = 20_000
_MOST_CHARACTERS = 1_048_576
"""The maximum size of a template."""


class _NoValue:
    """AWS::NoValue: removes its key or item."""


NO_VALUE = _NoValue()


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
        section = self.template.get(name)
        return section if isinstance(section, Object) else Object(self.template.place)

    def resource_type(self, logical_id: str) -> str:
        """Return the resource's type; empty if the resource is missing."""
        resource = self.section("Resources").get(logical_id)
        kind = resource.get("Type") if isinstance(resource, Object) else None
        return kind if isinstance(kind, str) else ""

    def value(self, node: Any, *, substitute: bool = True) -> Any:
        """Return the node with its functions evaluated; without `substitute`, the text of Fn::Sub stays as written."""
        if isinstance(node, Array):
            return Array(
                node.place,
                [
                    (value, line)
                    for item, line in node.rows()
                    if (value := self.value(item, substitute=substitute)) is not NO_VALUE
                ],
            )
        if not isinstance(node, Object):
            return node
        if len(node) == 1:
            key, argument = next(iter(node.items()))
            if key == "Ref" and isinstance(argument, str):
                return self.ref(argument)
            if key == "Condition" and isinstance(argument, str) and argument in self.section("Conditions"):
                return self.condition(argument)
            if key.startswith("Fn::"):
                return self._function(key, argument, substitute)
        return Object(
            node.place,
            [
                (key, value, line)
                for key, item, line in node.rows()
                if (value := self.value(item, substitute=substitute)) is not NO_VALUE
            ],
        )

    def text(self, node: Any) -> str:
        """Return the node's value as text; empty if it has no value."""
        value = self.value(node)
        return "" if value is NO_VALUE or value is None else as_text(value)

    def ref(self, name: str) -> Any:
        """Return the value of Ref: a parameter's value, or the reference to a resource."""
        if name == "AWS::NoValue":
            return NO_VALUE
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
        resource = self.section("Resources").get(logical_id)
        properties = resource.get("Properties") if isinstance(resource, Object) else None
        if kind not in _WITH_PATH or not isinstance(properties, Object) or "Path" not in properties:
            return name
        return f"{self.text(properties['Path']).strip('/')}/{name}".removeprefix("/")

    def name(self, logical_id: str) -> str:
        """Return the resource's physical name; `<LogicalId>` if names refer to each other in a cycle."""
        if logical_id in self._names:
            return self._names[logical_id]
        if logical_id in self._open:
            return f"<{logical_id}>"
        self._open.add(logical_id)
        kind = self.resource_type(logical_id)
        identity = IDENTITIES.get(kind)
        resource = self.section("Resources").get(logical_id)
        properties = resource.get("Properties") if isinstance(resource, Object) else None
        given = ""
        if identity and isinstance(properties, Object):
            given = self.text(properties.get(identity.name_property))
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
        resource = self.section("Resources").get(logical_id)
        condition = resource.get("Condition") if isinstance(resource, Object) else None
        return not isinstance(condition, str) or self.condition(condition)

    def _parameter(self, name: str) -> Any:
        declared = self.section("Parameters")[name]
        kind = str(declared.get("Type", "String")) if isinstance(declared, Object) else "String"
        text = self.given.get(name)
        if (
            text is None
            and isinstance(declared, Object)
            and "Default" in declared
            and "SSM::Parameter::Value" not in kind
        ):
            text = as_text(declared["Default"])
        if text is None:
            text = f"<{name}>"
        if _LIST_TYPES.fullmatch(kind):
            place = self.template.place
            return Array(place, [(item.strip(), place.line) for item in text.split(",")])
        return text

    def _function(self, key: str, argument: Any, substitute: bool) -> Any:
        """Return the function's value. Raises TemplateError if it has too many functions, or its text is too long."""
        self._nested = self._nested + 1 if self._depth else 1
        if self._nested > _MOST_NESTED:
            raise self._too_much(argument, f"a function contains more than {_MOST_NESTED:,} nested functions")
        self._depth += 1
        try:
            return self._evaluated(key, argument, substitute)
        finally:
            self._depth -= 1

    def _too_much(self, argument: Any, message: str) -> TemplateError:
        place = getattr(argument, "place", self.template.place)
        finding = Finding(
            rule="template", file=place.file, line=place.line, message=message, hint="use fewer functions"
        )
        return TemplateError([finding])

    def _bounded(self, argument: Any, size: int) -> None:
        """Raise TemplateError for a text that is larger than a template."""
        if size > _MOST_CHARACTERS:
            raise self._too_much(argument, f"a function creates a text of more than {_MOST_CHARACTERS:,} characters")

    def _evaluated(self, key: str, argument: Any, substitute: bool) -> Any:
        items = argument if isinstance(argument, Array) else Array(self.template.place)
        match key:
            case "Fn::Sub":
                return self._sub(argument, substitute)
            case "Fn::GetAtt" if isinstance(argument, str):
                return self.attribute(*argument.partition(".")[::2])
            case "Fn::GetAtt" if len(items) == 2:
                return self.attribute(as_text(items[0]), self.text(items[1]))
            case "Fn::Join" if len(items) == 2:
                texts, separator = self._list(items[1]), as_text(items[0])
                self._bounded(items, sum(map(len, texts)) + len(separator) * len(texts))
                return separator.join(texts)
            case "Fn::Split" if len(items) == 2 and items[0]:
                parts = self.text(items[1]).split(as_text(items[0]))
                return Array(items.place, [(part, items.place.line) for part in parts])
            case "Fn::Select" if len(items) == 2:
                return self._select(items)
            case "Fn::If" if len(items) == 3:
                return self.value(items[1 if self.condition(as_text(items[0])) else 2], substitute=substitute)
            case "Fn::Equals" if len(items) == 2:
                return self.text(items[0]) == self.text(items[1])
            case "Fn::And":
                return all(_truth(self.value(item)) for item in items)
            case "Fn::Or":
                return any(_truth(self.value(item)) for item in items)
            case "Fn::Not" if len(items) == 1:
                return not _truth(self.value(items[0]))
            case "Fn::FindInMap" if len(items) >= 3:
                return self._find(items)
            case "Fn::Base64":
                return base64.b64encode(self.text(argument).encode()).decode()
            case "Fn::Length":
                return len(self._list(argument))
        return f"<{key}>"

    def _sub(self, argument: Any, substitute: bool) -> Any:
        given = Object(self.template.place)
        if isinstance(argument, Array) and len(argument) == 2:
            argument, given = argument[0], argument[1] if isinstance(argument[1], Object) else given
        if not isinstance(argument, str):
            return "<Fn::Sub>"
        if not substitute:
            return argument

        values: dict[str, str] = {}
        size = len(argument)

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
                    values[name] = self.attribute(resource, wanted) if dot else as_text(self.ref(resource))
            size += len(values[name])
            self._bounded(given, size)
            return values[name]

        text = _SUBSTITUTION.sub(filled, argument)
        if isinstance(argument, Block) and text.count("\n") == argument.count("\n"):
            return Block(text, argument.first_line)
        return text

    def _select(self, items: Array) -> Any:
        index, values = self.text(items[0]), self.value(items[1])
        if isinstance(values, Array) and index.isdecimal() and int(index) < len(values):
            return values[int(index)]
        return "<Fn::Select>"

    def _find(self, items: Array) -> Any:
        found: Any = self.section("Mappings")
        for item in items[:3]:
            found = found.get(self.text(item)) if isinstance(found, Object) else None
        if found is None and len(items) == 4 and isinstance(items[3], Object):
            found = self.value(items[3].get("DefaultValue"))
        return "<Fn::FindInMap>" if found is None else found

    def _list(self, node: Any) -> list[str]:
        value = self.value(node)
        return [as_text(item) for item in value] if isinstance(value, Array) else [as_text(value)]


def _truth(value: Any) -> bool:
    return value is True or value == "true"


def as_text(value: Any) -> str:
    """Return a value as CloudFormation writes it in a text."""
    if value is NO_VALUE:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return value if isinstance(value, str) else str(value)
