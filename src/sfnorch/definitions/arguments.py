"""The arguments of a Task's call: names that the API does not know, names that are missing, and values of a wrong type.

Step Functions checks the arguments when a machine is created; "is not supported by Step Functions" is documented, "is
required but was missing" is recorded. Values that are known only at run time are not checked: expressions, paths,
intrinsic functions and placeholders.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sfnorch.calls.optimized import OptimizedAction
from sfnorch.definitions.fault import DefinitionFault, is_known, suggest_name
from sfnorch.definitions.integration import Integration, parse_integration
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json, name_type
from sfnorch.service_models.shapes import Shape, list_names
from sfnorch.template.located import Array, Object, Path
from sfnorch.template.states import LocatedState


def check_arguments(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of the arguments of a Task, an ItemReader or a ResultWriter.

    A Task without arguments passes its input, which is not known.
    """
    key = "Arguments" if state.jsonata else "Parameters"
    given = state.body.get(key)
    integration = parse_integration(state.read_text("Resource")) if state.kind == "Task" else None
    if not isinstance(given, Object) or integration is None:
        return
    check = _ArgumentCheck(integration, jsonata=state.jsonata)
    yield from check.find_faults(given, (*state.path, key))


class _ArgumentCheck:
    """The check of one call. It reads the model of the API only if the table does not have the answer."""

    def __init__(self, integration: Integration, *, jsonata: bool) -> None:
        self.integration = integration
        self.jsonata = jsonata

    def find_faults(self, given: Object, path: Path) -> Iterator[DefinitionFault]:
        optimized = self.integration.optimized
        if optimized is not None and self._is_in_table(given, optimized):
            return
        shape = self.integration.find_arguments()
        if shape is not None or optimized is not None:
            yield from self._check_names(given, path, shape, optimized)
            yield from self._check_values(given, path, shape, optimized)

    def _is_in_table(self, given: Object, optimized: OptimizedAction) -> bool:
        """Return whether the table alone shows that the arguments are valid."""
        names = {self._get_name(key) for key in given}
        return names.issuperset(optimized.required) and all(
            name in optimized.types and self._has_type(given[key], optimized.types[name])
            for key in given
            if (name := self._get_name(key)) is not None
        )

    def _has_type(self, value: Json, wanted: str) -> bool:
        if wanted in ("", "string", "number", "boolean"):
            return _fits(value, wanted) or not self._is_fixed(value)
        if wanted == "strings" and isinstance(value, dict):
            return all(self._is_run_time_key(key) or self._has_type(item, "string") for key, item in value.items())
        return not self._is_fixed(value)

    def _check_names(
        self, given: Object, path: Path, shape: Shape | None, optimized: OptimizedAction | None
    ) -> Iterator[DefinitionFault]:
        known = {name for member in (shape.members if shape else ()) for name in list_names(member)}
        if optimized is not None:
            known |= optimized.types.keys()
            required: Collection[str] = optimized.required
        else:
            required = [next(list_names(member)) for member in (shape.required if shape else ())]
        unknown = [key for key in given if self._get_name(key) not in known]
        for key in unknown:
            name = self._get_name(key)
            hint = suggest_name(name, [other for other in known if other not in given]) or "remove it"
            message = f"The field '{name}' is not supported by Step Functions"
            yield DefinitionFault(path=(*path, key), message=message, hint=hint)
        names = {self._get_name(key) for key in given}
        for name in required:
            is_misspelt = any(suggest_name(self._get_name(key), [name]) for key in unknown)
            if not is_misspelt and names.isdisjoint(list_names(name)):
                message = f"The field '{name}' is required but was missing"
                yield DefinitionFault(path=path, message=message, hint="add it")

    def _check_values(
        self, given: Object, path: Path, shape: Shape | None, optimized: OptimizedAction | None
    ) -> Iterator[DefinitionFault]:
        members = _name_members(shape)
        for key, value in given.items():
            name = self._get_name(key)
            if key != name or name is None:
                continue
            if optimized is not None and name in optimized.types and (name not in members or not optimized.types[name]):
                if not self._has_top_type(value, optimized.types[name]):
                    yield _refuse_type(name, value, optimized.types[name], (*path, key))
            elif name in members:
                free = {inner[1:] for inner in optimized.texts_from_json if inner[0] == name} if optimized else set()
                yield from self._check_value(name, value, members[name], (*path, key), free)

    def _has_top_type(self, value: Json, wanted: str) -> bool:
        return not self._is_fixed(value) or _fits(value, "object" if wanted == "strings" else wanted)

    def _check_value(
        self, name: str, value: Json, shape: Shape, path: Path, free: set[tuple[str, ...]]
    ) -> Iterator[DefinitionFault]:
        """Yield the faults of a value and of the values in it; `free` are paths to texts that can be any JSON."""
        if () in free or not self._is_fixed(value):
            return
        if not _fits(value, shape.type):
            yield _refuse_type(name, value, shape.type, path)
        elif isinstance(value, Array) and shape.item is not None:
            for index, item in enumerate(value):
                yield from self._check_value(f"{name}[{index}]", item, shape.item, (*path, index), free)
        elif isinstance(value, Object) and shape.is_structure:
            yield from self._check_structure(value, shape, path, free)
        elif isinstance(value, Object) and shape.item is not None:
            for key, item in value.items():
                if not self._is_run_time_key(key):
                    yield from self._check_value(key, item, shape.item, (*path, key), free)

    def _check_structure(
        self, given: Object, shape: Shape, path: Path, free: set[tuple[str, ...]]
    ) -> Iterator[DefinitionFault]:
        members = {**_name_members(shape), **shape.members}
        for key, value in given.items():
            name = self._get_name(key)
            if name not in members:
                hint = suggest_name(name, [other for other in members if other not in given]) or "remove it"
                message = f"The field '{name}' is not supported by Step Functions"
                yield DefinitionFault(path=(*path, key), message=message, hint=hint)
            elif name == key:
                inner = {rest[1:] for rest in free if rest and rest[0] == name}
                yield from self._check_value(name, value, members[name], (*path, key), inner)

    def _get_name(self, key: str) -> str:
        """Return the name of an argument without the mark of a value that a path or a function computes."""
        return key.removesuffix(".$") if self._is_run_time_key(key) else key

    def _is_run_time_key(self, key: str) -> bool:
        return not self.jsonata and key.endswith(".$")

    def _is_fixed(self, value: Json) -> bool:
        """Return whether the value is known when the machine is created."""
        return value is not None and is_known(value) and not (self.jsonata and parse_code(value) is not None)


def _name_members(shape: Shape | None) -> Mapping[str, Shape]:
    """Return the members of a structure by the names that Step Functions accepts."""
    members = shape.members.items() if shape else ()
    return {name: member for api_name, member in members for name in list_names(api_name)}


def _fits(value: Json, wanted: str) -> bool:
    """Return whether the value has the type, or is a text that can be converted into it (assumed)."""
    found = name_type(value)
    if isinstance(value, str) and wanted in ("number", "boolean"):
        return value in ("true", "false") if wanted == "boolean" else _is_number(value)
    return wanted in ("", found)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_type(name: str, value: Json, wanted: str, path: Path) -> DefinitionFault:
    message = f"{name} is of the type {name_type(value)}"
    return DefinitionFault(path=path, message=message, hint=f"use the type {wanted}")
