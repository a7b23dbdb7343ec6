"""The JSON Schema of the keys that the effective plan does not have: `include`, `defaults` and `environments`.

The models of the patterns do not have these keys, because they see only the effective plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sfnorch.plan.changes_schema import ChangesSchema, Schema, accept_alternatives, accept_null, refer_to
from sfnorch.plan.composition.composition import DEFAULTS, ENVIRONMENTS, INCLUDE
from sfnorch.plan.composition.defaults import WITHOUT_JOBS, load_defaults_model
from sfnorch.plan.composition.environments import FIXED_KEYS, JOBS
from sfnorch.plan.composition.overlays import NONE
from sfnorch.plan.models.environment import EnvironmentSettings
from sfnorch.plan.names import ALL_ENVIRONMENTS, ENVIRONMENT

INCLUDED_FILE = "IncludedFile"
"""The definition of a file that a plan includes."""

_PARTS_WITH_JOBS = ("Job", "DagTask", "FlowStep")
_CHILDREN = ("Child", "FanOutChild")

_INCLUDE = {
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string", "minLength": 1}}],
    "default": [],
    "description": "Files that are joined with this one: paths relative to this file, within the repository.",
    "examples": [["children/orders.yaml"]],
}
_ENVIRONMENTS = {
    "type": "object",
    "propertyNames": {"pattern": ENVIRONMENT, "not": {"const": ALL_ENVIRONMENTS}},
    "default": {},
    "description": "Environments by name, each with its changes to the plan and its deployment settings. `--env` or "
    "SFNORCH_ENV chooses one.",
    "examples": [{"prod": {"region": "eu-central-1", "job_suffix": "-prod"}}],
}
_DEFAULTS = {
    "default": {},
    "description": "Settings of all Glue jobs that do not have their own.",
    "examples": [{"worker_type": "G.1X", "retries": 1}],
}
_CHILD_DEFAULTS = {
    "default": {},
    "description": "Settings of the jobs of the child that do not have their own. They override the defaults of the "
    "plan.",
    "examples": [{"number_of_workers": 20}],
}
_JOBS = {
    "type": "object",
    "description": "Settings of Glue jobs by name, wherever the plan runs them.",
    "examples": [{"clean-orders": {"number_of_workers": 40}}],
}


def list_composition_models(patterns: Mapping[str, str]) -> list[type[Any]]:
    """Return the models of settings that the keys have, for the plans of the patterns."""
    models = {load_defaults_model(pattern) for pattern in patterns if pattern != WITHOUT_JOBS}
    return [EnvironmentSettings, *sorted(models, key=lambda model: model.__name__)]


def add_composition_keys(definitions: dict[str, Schema], plans: Mapping[str, str]) -> None:
    """Add the keys to the definitions of the plans, whose names `plans` has by pattern, and what the keys refer to."""
    defaults = {pattern: load_defaults_model(pattern).__name__ for pattern in plans if pattern != WITHOUT_JOBS}
    settings = dict(definitions[defaults["flow"]]["properties"]) | definitions[defaults["dag"]]["properties"]
    for name in set(defaults.values()):
        definitions[name] = _accept_null_settings(definitions[name])
    for name in _PARTS_WITH_JOBS:
        _accept_null_of_defaults(definitions[name], settings)
    for name in _CHILDREN:
        definitions[name]["properties"][DEFAULTS] = {**refer_to(defaults["master-child"]), **_CHILD_DEFAULTS}
    changes = ChangesSchema(definitions)
    for pattern, name in plans.items():
        own = defaults.get(pattern)
        definitions[f"{name}Environment"] = _build_environment(definitions, name, own, changes)
    for pattern, name in plans.items():
        _add_keys(definitions[name], name, defaults.get(pattern))
    definitions.update(changes.definitions)
    definitions[INCLUDED_FILE] = _build_included_file(definitions, plans.values())


def _accept_null_settings(definition: Schema) -> Schema:
    """Return the settings of defaults, where null has the meaning of a key that is not there."""
    properties = {key: accept_null(schema) for key, schema in definition["properties"].items()}
    return {**definition, "properties": properties}


def _accept_null_of_defaults(definition: Schema, settings: Schema) -> None:
    """Change the definition of a job, a task or a step so that null can remove a default setting or argument."""
    for part in (definition, *definition.get("anyOf", ())):
        for key, schema in part.get("properties", {}).items():
            if key in settings:
                changed = dict(schema)
                if isinstance(inner := schema.get("additionalProperties"), dict):
                    changed["additionalProperties"] = accept_null(inner)
                part["properties"][key] = accept_null(changed)


def _build_environment(
    definitions: Mapping[str, Schema], plan: str, defaults: str | None, changes: ChangesSchema
) -> Schema:
    """Return the definition of an environment: changes of the keys of the plan, and deployment settings."""
    settings = definitions[EnvironmentSettings.__name__]["properties"]
    properties = changes.change_properties(definitions[plan]["properties"], without=(*FIXED_KEYS, *settings))
    if "schedule" in properties:
        properties["schedule"] = accept_alternatives(properties["schedule"], {"const": NONE})
    if defaults:
        own = {DEFAULTS: {**refer_to(defaults), **_DEFAULTS}}
        by_name = {**_JOBS, "additionalProperties": refer_to(f"{defaults}Change")}
        properties = {JOBS: accept_null(by_name), **properties, **changes.change_properties(own)}
    return {
        "type": "object",
        "description": "An environment: changes of the plan, and deployment settings.",
        "additionalProperties": False,
        "properties": {**{key: accept_null(schema) for key, schema in settings.items()}, **properties},
    }


def _add_keys(definition: Schema, plan: str, defaults: str | None) -> None:
    """Add the keys to a plan, whose own required keys an included file or an environment can have."""
    environment = {"anyOf": [refer_to(f"{plan}Environment"), {"type": "null"}]}
    definition["properties"] |= {
        INCLUDE: _INCLUDE,
        **({DEFAULTS: accept_null({**refer_to(defaults), **_DEFAULTS})} if defaults else {}),
        ENVIRONMENTS: accept_null({**_ENVIRONMENTS, "additionalProperties": environment}),
    }
    elsewhere = [key for key in definition["required"] if key != "pattern"]
    if elsewhere:
        definition["required"] = ["pattern"]
        definition["if"] = {"not": {"anyOf": [{"required": [INCLUDE]}, {"required": [ENVIRONMENTS]}]}}
        definition["then"] = {"required": elsewhere}


def _build_included_file(definitions: Mapping[str, Schema], plans: Iterable[str]) -> Schema:
    """Return the definition of an included file, which has keys of a plan of any pattern, and none is required.

    Editors complete the keys of an empty file with it, also `pattern`, with which a file is a plan.
    """
    variants: dict[str, dict[str, Schema]] = {}
    for name in plans:
        for key, schema in definitions[name]["properties"].items():
            known = variants.setdefault(key, {})
            if schema not in known.values():
                known[name] = schema
    references = {key: [refer_to(f"{name}/properties/{key}") for name in known] for key, known in variants.items()}
    return {
        "type": "object",
        "description": "A file that a plan includes.",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {key: one[0] if len(one) == 1 else {"anyOf": one} for key, one in references.items()},
    }
