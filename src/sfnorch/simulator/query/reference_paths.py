"""Reference paths: where a ResultPath puts a result into the input of a state.

A reference path has names and indexes only. Objects on the way are created; arrays are not extended.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
"""

from __future__ import annotations

from sfnorch.json_values import Json, write_compact
from sfnorch.query_syntax.paths import PathError, Step, parse_steps


def insert_result(data: Json, path: str, result: Json) -> Json:
    """Return the data with the result at the path; the data itself stays as it is.

    Raises PathError if the path cannot be applied to the data.
    """
    steps = parse_steps(path[1:]) if path.startswith("$") else None
    if steps is None:
        raise PathError(f"'{path}' is not a reference path")
    try:
        return _insert(data, steps, result)
    except _MismatchError:
        raise PathError(f"Unable to apply ReferencePath {path} to input {write_compact(data)}") from None


class _MismatchError(Exception):
    """A step of the path does not fit the value that it reaches."""


def _insert(data: Json, steps: tuple[Step, ...], result: Json) -> Json:
    if not steps:
        return result
    step, rest = steps[0], steps[1:]
    match step, data:
        case str(), dict():
            inner = data.get(step, {} if rest else None)
            return {**data, step: _insert(inner, rest, result)}
        case int(), list() if step < len(data):
            return [*data[:step], _insert(data[step], rest, result), *data[step + 1 :]]
    raise _MismatchError
