"""Find the keys of a plan in its models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sfnorch.json_values import find_value
from sfnorch.plan.paths import Path


def find_fields(model: type[BaseModel], path: Path, data: Any) -> dict[str, FieldInfo]:
    """Return the keys that the mapping at `path` can have, as a plan writes them, with their fields.

    `data` is the mapping that the model validates. Its keys choose between the models of an item of a list.
    """
    is_name, models = False, [model]
    for step in path:
        data = find_value(data, step)
        if not isinstance(step, str):
            model = _choose_model(models, data)
        if is_name or not isinstance(step, str):
            is_name = False
            continue
        model.model_rebuild()  # resolves types that are names, because models refer to each other
        field = next(field for name, field in model.model_fields.items() if step in (name, field.alias))
        models = list(_list_models(field.annotation))
        model = models[0]
        is_name = get_origin(field.annotation) is dict  # then the next step is the name of an item, such as a parameter
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _choose_model(models: list[type[BaseModel]], data: object) -> type[BaseModel]:
    """Return the model of which the mapping has a key that no other model has; the first model if it has none."""
    written = data if isinstance(data, dict) else {}
    marked = (model for model in models if not frozenset(getattr(model, "marks", ())).isdisjoint(written))
    return next(marked, models[0])


def _list_models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _list_models(part)


def list_composed_keys(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys that the mapping at `path` in a plan can have, and that the effective plan does not have."""
    keys: Mapping[str, tuple[str, ...]] = getattr(model, "composed_keys", {})
    return keys.get(str(path[0]) if path else "", ()) if len(path) in (0, 2) else ()
