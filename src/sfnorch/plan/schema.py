"""The plan's JSON Schema: every key with its description, default and example.

https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from sfnorch.plan.changes_schema import refer_to
from sfnorch.plan.composition_schema import INCLUDED_FILE, add_composition_keys, list_composition_models
from sfnorch.plan.kinds import PLANS, load_plan_model
from sfnorch.plan.models.fan_out import Items
from sfnorch.plan.models.job import Job
from sfnorch.plan.models.overlap import Overlap
from sfnorch.plan.models.retry import Retry
from sfnorch.plan.models.schedule import Schedule

SCHEMA_FILE = "sfnorch.schema.json"

# Models that a plan can write as a single value, and the key of that value.
_TEXT_IS_ENOUGH = {
    Job.__name__: "name",
    Overlap.__name__: "mode",
    Schedule.__name__: "expression",
    Retry.__name__: "attempts",
}


class _PlanSchema(GenerateJsonSchema):
    """Pydantic's generator, extended by models that a plan can write as a single value."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """Return the schema of a model, which accepts a single value for a job, a schedule and a retry."""
        made = super().model_schema(schema)
        if schema["cls"] is Items:
            return _accept_short_forms(made)
        key = _TEXT_IS_ENOUGH.get(schema["cls"].__name__)
        if key is None:
            return made
        text = {**made["properties"][key], "title": made["title"]}
        return {"description": made.get("description", ""), "anyOf": [text, made]}


def _accept_short_forms(made: JsonSchemaValue) -> JsonSchemaValue:
    """Return the schema of the items of a fan-out, which can also be the word `input`, or a list."""
    listed = next(form for form in made["properties"]["list"]["anyOf"] if form.get("type") == "array")
    return {"description": made.get("description", ""), "anyOf": [{"const": "input"}, listed, made]}


def build_plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of the plans of all patterns, and of the files that they include."""
    models = {pattern: load_plan_model(pattern) for pattern in PLANS}
    plans = _build_schema(Annotated[Union[tuple(models.values())], Field(discriminator="pattern")])  # noqa: UP007 - at run time
    settings = _build_schema(Union[tuple(list_composition_models(PLANS))])  # noqa: UP007
    definitions = {**plans.pop("$defs"), **settings["$defs"]}
    add_composition_keys(definitions, {pattern: model.__name__ for pattern, model in models.items()})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sfnorch plan",
        "$defs": dict(sorted(definitions.items())),
        "if": {"required": ["pattern"]},
        "then": plans,
        "else": refer_to(INCLUDED_FILE),
    }


def _build_schema(models: Any) -> dict[str, Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(models)
    return adapter.json_schema(schema_generator=_PlanSchema)


def format_plan_schema() -> str:
    """Return the JSON Schema as the text of a file."""
    return json.dumps(build_plan_schema(), indent=2) + "\n"
