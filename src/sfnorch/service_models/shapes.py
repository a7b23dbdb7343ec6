"""The arguments of an API action: their names, types and which of them are required.

https://github.com/boto/botocore/tree/develop/botocore/data
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_mapping, read_string, read_strings
from sfnorch.service_models.documents import read_model

_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("structure", "map"), "object"),
    "list": "array",
    **dict.fromkeys(("string", "character"), "string"),
    **dict.fromkeys(("integer", "long", "float", "double"), "number"),
    "boolean": "boolean",
}


class Shape(NamedTuple):
    """A value's shape in a service model."""

    model: Json
    name: str
    body: Mapping[str, Json]

    @property
    def type(self) -> str:
        """The JSON type of the value; empty if it can have several.

        These are a document, binary data, a timestamp, and an attribute of DynamoDB, for which Step Functions accepts
        a text (templates that AWS publishes have it).
        """
        is_free = self.body.get("document") or self.name == "AttributeValue"
        return "" if is_free else _TYPES.get(read_string(self.body.get("type")), "")

    @property
    def is_structure(self) -> bool:
        """Whether the value is an object of which the names are known."""
        return self.body.get("type") == "structure" and not self.body.get("document")

    @property
    def members(self) -> dict[str, Shape]:
        """The shapes of a structure's members, by their names in the API."""
        members = read_mapping(self.body.get("members"))
        return {name: self._find(read_mapping(member)) for name, member in members.items()}

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the members that a structure must have, without those that the SDK fills in.

        https://smithy.io/2.0/spec/behavior-traits.html#idempotencytoken-trait
        """
        members = read_mapping(self.body.get("members"))
        names = read_strings(self.body.get("required"))
        return tuple(name for name in names if not read_mapping(members.get(name)).get("idempotencyToken"))

    @property
    def item(self) -> Shape | None:
        """The shape of a list's items or of a map's values; None for other values."""
        key = {"list": "member", "map": "value"}.get(read_string(self.body.get("type")))
        return self._find(read_mapping(self.body.get(key))) if key else None

    def _find(self, reference: Mapping[str, Json]) -> Shape:
        name = read_string(reference.get("shape"))
        return Shape(self.model, name, read_mapping(find_value(self.model, "shapes", name)))


def find_arguments(folder: str, action: str) -> Shape | None:
    """Return the shape of an API action's arguments; None if there is no such action.

    An action without arguments has a structure without members.
    """
    model = read_model(folder)
    operation = find_value(model, "operations", action)
    if not isinstance(operation, dict):
        return None
    name = read_string(find_value(operation, "input", "shape"))
    return Shape(model, name, read_mapping(find_value(model, "shapes", name)) or {"type": "structure"})


def list_names(member: str) -> Iterator[str]:
    """Yield the names under which Step Functions accepts a member: `JobName` for `jobName`.

    They are the API's name with a capital letter, and the name of the SDK for Java with a capital letter:
    `DbInstanceIdentifier` for `DBInstanceIdentifier` (assumed: public templates use both).
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
    """
    name = member[:1].upper() + member[1:]
    yield name
    java = _lower_first_word(member)
    if (other := java[:1].upper() + java[1:]) != name:
        yield other


def _lower_first_word(name: str) -> str:
    """Return the name with its leading capitals in lower case, but for the one that begins the next word."""
    end = 1
    while end < len(name) and name[end].isupper() and not (end + 1 < len(name) and name[end + 1].islower()):
        end += 1
    return name[:end].lower() + name[end:]
