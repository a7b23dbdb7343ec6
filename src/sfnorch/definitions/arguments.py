"""The arguments of a Task's call: names that the API does not know, names that are missing, and values of a wrong type.

Step Functions checks the arguments when a machine is created; "is not supported by Step Functions" is documented, "is
required but was missing" is recorded. Values that are known only at run time are not checked: expressions, paths,
intrinsic functions and placeholders.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.calls.optimized import STRINGS, OptimizedAction
from sfnorch.definitions.fault import DefinitionFault, is_known, suggest_name
from sfnorch.definitions.integration import Integration, parse_integration
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json, name_type
from sfnorch.service_models.shapes import Shape, list_names
from sfnorch.template.located import Array, Object, Path
from sfnorch.template.states import LocatedState

_GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg/"


class _KnownNames(NamedTuple):
    """The names that an object can have, with the shapes of their values if a model describes them."""

    types: Mapping[str, str]
    shapes: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    page: str = ""
    """The page of the Developer Guide that describes the arguments."""


def check_arguments(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of a Task's arguments. A Task without arguments passes its input, which is not known."""
    key = "Arguments" if state.jsonata else "Parameters"
    given = state.body.get_object(key)
    integration = parse_integration(state.read_text("Resource")) if state.kind == "Task" else None
    if given is None or integration is None:
        return
    check = _ArgumentCheck(jsonata=state.jsonata)
    optimized = integration.optimized
    if optimized is not None and check.is_simple(given, optimized):
        return  # the table shows that it is valid, so that the model need not be read
    known = _list_known_names(integration)
    if known is not None:
        yield from check.find_faults(given, known, (*state.path, key))


def _list_known_names(integration: Integration) -> _KnownNames | None:
    """Return the names of the arguments; None if no table and no model describes them."""
    optimized, shape = integration.optimized, integration.find_arguments()
    if optimized is None:
        return _list_members(shape, is_argument=True) if shape is not None else None
    members = _list_members(shape, is_argument=True) if shape is not None else _KnownNames({}, {})
    shapes = {name: member for name, member in members.shapes.items() if optimized.types.get(name) != ""}
    return _KnownNames({**members.types, **optimized.types}, shapes, optimized.required, optimized.page)


def _list_members(shape: Shape, *, is_argument: bool = False) -> _KnownNames:
    """Return the names of a structure's members. Inside of arguments, Step Functions also accepts the API's names.

    `RetryStrategy: {attempts: 5}` is an example of the page above.
    """
    shapes = {name: member for api_name, member in shape.members.items() for name in list_names(api_name)}
    if not is_argument:
        return _KnownNames({}, {**shapes, **shape.members})
    return _KnownNames({}, shapes, tuple(next(iter(list_names(name))) for name in shape.required))


class _ArgumentCheck(NamedTuple):
    """The check of the arguments of a Task in one query language."""

    jsonata: bool

    def is_simple(self, given: Object, optimized: OptimizedAction) -> bool:
        """Return whether the arguments are complete, and known without the shapes of nested values."""
        names = {self._read_name(key) for key in given}
        return (names.issuperset(optimized.required) and names <= optimized.types.keys()) and all(
            self._is_simple_value(value, optimized.types[self._read_name(key)]) for key, value in given.items()
        )

    def _is_simple_value(self, value: Json, wanted: str) -> bool:
        match value:
            case dict() if wanted == STRINGS:
                return all(self._is_simple_value(item, "string") for item in value.values())
            case dict() | list():
                return not wanted
        return not self._is_fixed(value) or _fits(value, wanted)

    def find_faults(self, given: Object, known: _KnownNames, path: Path) -> Iterator[DefinitionFault]:
        """Yield the faults of an object with known names."""
        names = {self._read_name(key) for key in given}
        refused = names - known.types.keys() - known.shapes.keys()
        unknown = [key for key in given if self._read_name(key) in refused]
        for key in unknown:
            yield _refuse_name(self._read_name(key), known, names, (*path, key))
        for name in known.required:
            is_misspelt = any(suggest_name(self._read_name(key), [name]) for key in unknown)
            if not is_misspelt and names.isdisjoint(list_names(name)):
                message = f"The field '{name}' is required but was missing"
                yield DefinitionFault(path=path, message=message, hint="add it")
        for key, value in given.items():
            if key in known.shapes:
                yield from self._check_value(key, value, known.shapes[key], (*path, key))
            elif key in known.types and self._is_fixed(value) and not _fits(value, known.types[key]):
                yield _refuse_type(key, value, known.types[key], (*path, key))

    def _check_value(self, name: str, value: Json, shape: Shape, path: Path) -> Iterator[DefinitionFault]:
        """Yield the faults of a value and of the values in it."""
        if not self._is_fixed(value):
            return
        if not _fits(value, shape.type):
            yield _refuse_type(name, value, shape.type, path)
            return
        match value:
            case Array() if shape.item is not None:
                for index, item in enumerate(value):
                    yield from self._check_value(f"{name}[{index}]", item, shape.item, (*path, index))
            case Object() if shape.is_structure:
                yield from self.find_faults(value, _list_members(shape), path)
            case Object() if shape.item is not None:
                for key, item in value.items():
                    if self._read_name(key) == key:
                        yield from self._check_value(key, item, shape.item, (*path, key))

    def _read_name(self, key: str) -> str:
        """Return the name in a key: in JSONPath, `.$` at its end says that a path or a function gives the value."""
        return key if self.jsonata else key.removesuffix(".$")

    def _is_fixed(self, value: Json) -> bool:
        """Return whether the value is known when the machine is created."""
        return value is not None and is_known(value) and not (self.jsonata and parse_code(value) is not None)


def _fits(value: Json, wanted: str) -> bool:
    """Return whether the value has the type, or Step Functions converts it.

    It writes an object or a list as the text of its JSON: templates that AWS publishes pass objects as the Input of an
    execution and as the Detail of an event. That a text with a number is accepted as a number is assumed.
    """
    match wanted, value:
        case "string", dict() | list():
            return True
        case "number", str():
            return _is_number(value)
        case "boolean", str():
            return value in ("true", "false")
    return wanted in ("", name_type(value)) or (wanted == STRINGS and name_type(value) == "object")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_name(name: str, known: _KnownNames, given: set[str], path: Path) -> DefinitionFault:
    hint = suggest_name(name, {*known.types, *known.shapes} - given)
    if not hint:
        hint = f"remove it; {_GUIDE}{known.page}.html has the arguments" if known.page else "remove it"
    return DefinitionFault(path=path, message=f"The field '{name}' is not supported by Step Functions", hint=hint)


def _refuse_type(name: str, value: Json, wanted: str, path: Path) -> DefinitionFault:
    message = f"{name} is of the type {name_type(value)}"
    return DefinitionFault(path=path, message=message, hint=f"use the type {wanted}")
