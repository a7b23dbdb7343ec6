"""The JSON Schema of changes: what an environment can write for the keys of a plan.

A change has no required key, null removes a key, and a mapping changes a list of named items by name, as
`sfnorch.plan.composition.merging` applies it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from sfnorch.plan.composition.named_items import ADD, AFTER, BEFORE, NAMED_LISTS, REMOVED

Schema: TypeAlias = dict[str, Any]

_NULL = {"type": "null"}
_REFERENCE = "#/$defs/"
_TEXTS = ("title", "description", "examples", "default")
"""The keywords of a schema that are about the whole value, whatever its alternatives are."""


def refer_to(name: str) -> Schema:
    """Return the schema of a definition."""
    return {"$ref": f"{_REFERENCE}{name}"}


def accept_alternatives(schema: Schema, *others: Schema) -> Schema:
    """Return the schema of a value that can be one of the others too."""
    alternatives = schema.get("anyOf") or [{key: value for key, value in schema.items() if key not in _TEXTS}]
    texts = {key: schema[key] for key in _TEXTS if key in schema}
    return {"anyOf": [*alternatives, *(other for other in others if other not in alternatives)], **texts}


def accept_null(schema: Schema) -> Schema:
    """Return the schema of a value that can be null too."""
    return accept_alternatives(schema, _NULL)


class ChangesSchema:
    """The definitions of changes, which are made from those of a plan when something refers to them."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._plan = definitions
        self.definitions: dict[str, Schema] = {}

    def change_properties(self, properties: Mapping[str, Schema], *, without: Collection[str] = ()) -> Schema:
        """Return the schemas of the changes of the keys of a mapping."""
        return {
            key: accept_null(_remove_default(self._change(schema, key)))
            for key, schema in properties.items()
            if key not in without
        }

    def _change(self, schema: Schema, key: str) -> Schema:
        if reference := schema.get("$ref"):
            return {**schema, **refer_to(self._define(reference.removeprefix(_REFERENCE)))}
        if "anyOf" in schema:
            parts = [part for each in schema["anyOf"] for part in _list_alternatives(self._change(each, key))]
            return {**schema, "anyOf": parts}
        if key in NAMED_LISTS and (references := _list_references(schema.get("items", {}))):
            return accept_alternatives(schema, self._change_by_name(references, key))
        changed = dict(schema)
        if isinstance(inner := schema.get("additionalProperties"), dict):
            changed["additionalProperties"] = accept_null(self._change(inner, ""))
        if patterns := schema.get("patternProperties"):
            changed["patternProperties"] = {name: accept_null(self._change(one, "")) for name, one in patterns.items()}
        return changed

    def _change_by_name(self, references: Iterable[str], key: str) -> Schema:
        """Return the schema of a mapping from the names of items to their changes. `none` can be the name of a job.

        `references` are the definitions that an item can have.
        """
        items = [refer_to(self._define(name.removeprefix(_REFERENCE), NAMED_LISTS[key])) for name in references]
        removed = _NULL if key == "jobs" else {"enum": list(REMOVED)}
        return {"type": "object", "additionalProperties": accept_alternatives({"anyOf": items}, removed)}

    def _define(self, name: str, item: str = "") -> str:
        """Return the name of the definition of a change; an `item` of a list has a word that means it."""
        changed = f"{name}Change"
        if changed not in self.definitions:
            self.definitions[changed] = {}  # definitions refer to each other
            self.definitions[changed] = self._change_definition(self._plan[name], item)
        return changed

    def _change_definition(self, definition: Schema, item: str) -> Schema:
        if "anyOf" in definition:
            parts = [self._change_definition(part, item) for part in definition["anyOf"]]
            return {**definition, "anyOf": parts}
        if "properties" not in definition:
            return _remove_default(definition)
        changed = {key: value for key, value in definition.items() if key != "required"}
        places = _build_place_keys(item) if item else {}
        changed["properties"] = {**self.change_properties(definition["properties"]), **places}
        return changed


def _build_place_keys(item: str) -> dict[str, Schema]:
    """Return the keys that add an item to a list."""
    return {
        ADD: {"const": True, "description": f"Adds the {item} at the end of the list.", "examples": [True]},
        BEFORE: {
            "type": "string",
            "description": f"Adds the {item} before the {item} of this name.",
            "examples": ["load-orders"],
        },
        AFTER: {
            "type": "string",
            "description": f"Adds the {item} after the {item} of this name.",
            "examples": ["clean-orders"],
        },
    }


def _list_references(items: Schema) -> list[str]:
    """Return the definitions to which the schema of an item refers."""
    return [each["$ref"] for each in items.get("anyOf", [items]) if "$ref" in each]


def _list_alternatives(schema: Schema) -> list[Schema]:
    return schema["anyOf"] if "anyOf" in schema and not any(key in schema for key in _TEXTS) else [schema]


def _remove_default(schema: Schema) -> Schema:
    """Return the schema without a default: a change without a key leaves the value of the plan."""
    return {key: value for key, value in schema.items() if key != "default"}
