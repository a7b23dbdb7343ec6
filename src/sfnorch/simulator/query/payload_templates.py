"""Payload templates: values in which a name that ends with `.$` has a path or an intrinsic function as its value.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-payload-template.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sfnorch.json_values import Json, write_compact
from sfnorch.query_syntax.intrinsic_calls import (
    Argument,
    IntrinsicCall,
    IntrinsicSyntaxError,
    QuotedText,
    parse_call,
)
from sfnorch.query_syntax.paths import (
    CONTEXT,
    INPUT,
    ParsedPath,
    PathError,
    PathSyntaxError,
    UnsupportedPathError,
    parse_path,
)
from sfnorch.simulator.errors import RUNTIME, StatesError, UnsupportedSimulationError
from sfnorch.simulator.query.intrinsic_functions import (
    IntrinsicFunction,
    InvalidArgumentsError,
    InvalidTemplateError,
    remove_escapes,
)

MARK = ".$"
"""The end of a name whose value is a path or a call."""


class PathData(NamedTuple):
    """The data that paths start from."""

    input: Json
    read_context: Callable[[], Json]
    variables: Mapping[str, Json]

    def find_root(self, path: ParsedPath) -> Json:
        """Return the value from which the path starts. Raises PathError for a variable that is not assigned."""
        if path.source == INPUT:
            return self.input
        if path.source == CONTEXT:
            return self.read_context()
        if path.source not in self.variables:
            raise PathError(f"The variable '${path.source}' is not assigned")
        return self.variables[path.source]


class FoundValue(NamedTuple):
    """A value at a path, which can be null."""

    value: Json


class TemplateEvaluator:
    """Evaluates paths, calls and templates. Each operation raises StatesError for one that fails."""

    def __init__(self, functions: Mapping[str, IntrinsicFunction]) -> None:
        self._functions = functions

    def fill(self, template: Json, data: PathData) -> Json:
        """Return the template with all paths and calls evaluated."""
        match template:
            case dict():
                filled: dict[str, Json] = {}
                for key, value in template.items():
                    if key.endswith(MARK) and isinstance(value, str):
                        filled[key.removesuffix(MARK)] = self.evaluate(value, data, key)
                    else:
                        filled[key] = self.fill(value, data)
                return filled
            case list():
                return [self.fill(item, data) for item in template]
        return template

    def evaluate(self, text: str, data: PathData, name: str) -> Json:
        """Return the value of a path or a call, which is the value of the field `name`."""
        if text.startswith("$"):
            return self._read(_parse(text, name), data, name)
        try:
            call = parse_call(text)
        except IntrinsicSyntaxError as error:
            raise StatesError(RUNTIME, f"The value for the field '{name}' is not valid: {error}") from None
        return self._call(call, data)

    def read(self, text: str, data: PathData) -> Json:
        """Return the value of a path that selects the input or the output of a state."""
        path = _parse(text, "")
        try:
            return path.read(data.find_root(path))
        except PathError as error:
            raise StatesError(RUNTIME, f"Invalid path '{text}' : {error}") from None

    def _read(self, path: ParsedPath, data: PathData, name: str) -> Json:
        found, root = _find(path, data)
        if found is not None:
            return found.value
        where = f"could not be found in the input '{write_compact(root)}'"
        raise StatesError(RUNTIME, f"The JSONPath '{path.text}' specified for the field '{name}' {where}")

    def _call(self, call: IntrinsicCall, data: PathData) -> Json:
        """Return the value of the call. Its errors have the name and the sentences that were recorded on AWS."""
        function = self._functions.get(call.name)
        if function is None:
            raise StatesError(RUNTIME, f"The function 'States.{call.name}' does not exist.")
        values = [
            self._read_argument(argument, data, call, keeps_escapes=call.name == "Format" and not index)
            for index, argument in enumerate(call.arguments)
        ]
        try:
            return function(*values)
        except (InvalidArgumentsError, TypeError, OverflowError):
            reason = f"Invalid arguments in States.{call.name}"
        except InvalidTemplateError as error:
            reason = f"Invalid template in States.{call.name}: {error}"
        except ValueError as error:
            reason = f"Cannot convert String to Json in States.{call.name}, caused by: {error}"
        where = f"There was an error while evaluating the intrinsic function: {call.text}."
        raise StatesError(RUNTIME, f"{where} {reason}")

    def _read_argument(self, argument: Argument, data: PathData, call: IntrinsicCall, *, keeps_escapes: bool) -> Json:
        match argument:
            case QuotedText():
                return argument.raw if keeps_escapes else remove_escapes(argument.raw)
            case ParsedPath():
                found, root = _find(argument, data)
                if found is not None:
                    return found.value
                where = f"the field '{argument.text}' could not be found in the input '{write_compact(root)}'"
                error = f"The function '{call.text}' had the following error: The JsonPath argument for {where}"
                raise StatesError(RUNTIME, error)
            case IntrinsicCall():
                return self._call(argument, data)
        return argument


def _find(path: ParsedPath, data: PathData) -> tuple[FoundValue | None, Json]:
    """Return the value at the path, or None if it leads nowhere; and the value from which the path starts."""
    root: Json = None
    try:
        root = data.find_root(path)
        return FoundValue(path.read(root)), root
    except PathError:
        return None, root


def _parse(text: str, name: str) -> ParsedPath:
    try:
        return parse_path(text)
    except UnsupportedPathError as error:
        raise UnsupportedSimulationError(str(error)) from None
    except PathSyntaxError as error:
        where = f"The value for the field '{name}' is not valid: " if name else ""
        raise StatesError(RUNTIME, f"{where}{error}") from None
