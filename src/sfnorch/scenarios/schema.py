"""The JSON Schema of scenario files, for editors.

https://json-schema.org/draft/2020-12

In a scenario with a table, a text such as `<times>` can be in the place of any value.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from sfnorch.scenarios.models import (
    ExpectedExecution,
    ExpectedJobRun,
    ExpectedNotification,
    Failure,
    Scenario,
    ScenarioDocument,
)

_SHORT_FORMS = {
    Failure: ("integer", "string"),
    ExpectedExecution: ("string",),
    ExpectedJobRun: ("integer", "string"),
    ExpectedNotification: ("string",),
}
"""The types of the single values that a file can write instead of a model."""

_EXAMPLES = {
    "description": "Table: a scenario for each row, in which `<column>` is replaced.",
    "type": "array",
    "minItems": 1,
    "items": {"type": "object", "minProperties": 1},
}


class _ScenarioSchema(GenerateJsonSchema):
    """Pydantic's generator, extended by single values, and by the key of tables."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """Return the schema of a model."""
        made = super().model_schema(schema)
        made.pop("title", None)
        if schema["cls"] is Scenario:
            made["properties"]["examples"] = _EXAMPLES
        short = _SHORT_FORMS.get(schema["cls"])
        return {"anyOf": [{"type": [*short]}, made], "description": made["description"]} if short else made

    def get_title_from_name(self, name: str) -> str:
        """Return the key itself, as editors show it."""
        return name


def format_scenario_schema() -> str:
    """Return the JSON Schema as the text of a file."""
    made = ScenarioDocument.model_json_schema(schema_generator=_ScenarioSchema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "sfnorch scenarios"}
    return json.dumps({**head, **made}, indent=2) + "\n"
