"""The resources that a template declares, by their types.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.json_values import Json, find_value
from sfnorch.template.intrinsics import StackValues, format_value
from sfnorch.template.located import Object, Path, SourceLocation


class Declaration(NamedTuple):
    """A resource in a template: its properties as written, the path to these, and the place of the resource."""

    stack: StackValues
    logical_id: str
    kind: str
    properties: Object
    path: Path
    place: SourceLocation

    @property
    def name(self) -> str:
        """Return its physical name."""
        return self.stack.find_physical_name(self.logical_id)

    @property
    def arn(self) -> str:
        """Return its ARN."""
        return self.stack.resolve_attribute(self.logical_id, "Arn")

    @property
    def reference(self) -> str:
        """Return the value of Ref for it."""
        return format_value(self.stack.resolve_ref(self.logical_id))

    def value(self, *path: str) -> Json:
        """Return the evaluated property at a path of keys; None if it has no value."""
        return self.stack.evaluate_node(find_value(self.properties, *path))

    def text(self, *path: str) -> str:
        """Return the evaluated property at a path of keys as text; empty if it has no value."""
        return self.stack.evaluate_text(find_value(self.properties, *path))

    def evaluate(self) -> Object | None:
        """Return all its properties evaluated; None if only AWS can evaluate the function that returns them."""
        body = self.stack.evaluate_node(self.properties)
        return body if isinstance(body, Object) else None


def find_declarations(stack: StackValues, *kinds: str) -> Iterator[Declaration]:
    """Yield the template's resources of these types, in the order of the template."""
    section = stack.get_section("Resources")
    for logical_id, resource in section.entries():
        kind = resource.get("Type")
        if kind not in kinds:
            continue
        place = SourceLocation(section.place.file, section.lines[logical_id])
        properties = resource.get_object("Properties")
        yield Declaration(
            stack=stack,
            logical_id=logical_id,
            kind=str(kind),
            properties=Object(place) if properties is None else properties,
            path=("Resources", logical_id, "Properties"),
            place=place,
        )
