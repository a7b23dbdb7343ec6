"""The values that a user gives a simulation: its input, parameters and substitutions, with all faults at once."""

from __future__ import annotations

import difflib
import json
import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json, read_list, write_compact
from sfnorch.template.definition_files import list_substitutions
from sfnorch.template.intrinsics import format_value
from sfnorch.template.parameters import find_parameter_faults

if TYPE_CHECKING:
    from sfnorch.template.contents import Template
    from sfnorch.template.located import Object
    from sfnorch.template.reader import Source

MOST_INPUT_BYTES = 262_144
"""The maximum size of the input of an execution, in bytes of UTF-8.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

INPUT_TOO_LARGE = (
    f"the input has more than {MOST_INPUT_BYTES:,} bytes, so StartExecution rejects it; "
    "store the data in Amazon S3, and pass its location"
)


def refuse_input(value: Json) -> None:
    """Raise RequestError for an input that is no JSON value, or that StartExecution rejects because of its size."""
    try:
        json.dumps(value, allow_nan=False)
        size = len(write_compact(value).encode("utf-8", "surrogatepass"))
    except (TypeError, ValueError) as error:
        raise RequestError(f": invalid JSON: {error}", field="execution_input") from None
    except RecursionError:
        raise RequestError(": arrays or objects are nested too deeply", field="execution_input") from None
    if size > MOST_INPUT_BYTES:
        raise RequestError(f": {INPUT_TOO_LARGE}", field="execution_input")


def refuse_parameters(declared: Object, given: Mapping[str, str]) -> None:
    """Raise SfnorchError with all parameters that have no value, are unknown, or have an invalid value."""
    lines = list(find_parameter_faults(declared, given))
    if lines:
        pairs = [
            shlex.quote(f"{name}={_suggest_value(body)}")
            for name, body in declared.entries()
            if name not in given and "Default" not in body
        ]
        hint = f"set parameters with --parameter-overrides {' '.join(pairs) or 'KEY=VALUE'}"
        raise SfnorchError("\n".join(lines), hint=hint)


def _suggest_value(parameter: Object) -> str:
    """Return a value for a parameter that has none: one that it allows, if this is simple to find."""
    if allowed := read_list(parameter.get("AllowedValues")):
        return format_value(allowed[0])
    if parameter.get("Type") == "Number":
        return format_value(parameter.get("MinValue", 1))
    return "VALUE"


def refuse_values(source: Source, parameters: Mapping[str, str], substitutions: Mapping[str, str]) -> None:
    """Raise SfnorchError with all substitutions of a definition without a value, and all unknown names."""
    found = list_substitutions(source)
    lines = [f"unknown parameter {name}; a definition has no parameters, but substitutions" for name in parameters]
    lines += _list_unknown(substitutions, found)
    missing = {name: use for name, use in found.items() if name not in substitutions}
    lines += [
        f"the substitution {name} has no value ({source.file}, line{'s' if len(use.lines) > 1 else ''} "
        f"{', '.join(map(str, use.lines))})"
        for name, use in missing.items()
    ]
    if lines:
        options = [f"--substitution {shlex.quote(f'{name}={use.example}')}" for name, use in missing.items()]
        raise SfnorchError("\n".join(lines), hint=_suggest_substitutions(options))


def refuse_substitutions(template: Template, given: Mapping[str, str]) -> None:
    """Raise SfnorchError with all substitutions that no state machine of the template has."""
    known = {name for machine in template.machines if machine.definition for name in machine.definition.substitutions}
    if lines := _list_unknown(given, sorted(known)):
        raise SfnorchError("\n".join(lines), hint=_suggest_substitutions(()))


def _list_unknown(given: Iterable[str], known: Iterable[str]) -> list[str]:
    lines = []
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"available: {', '.join(known) or 'none'}"
            lines.append(f"unknown substitution {name}; {hint}")
    return lines


def _suggest_substitutions(options: Iterable[str]) -> str:
    return f"set substitutions with {' '.join(options) or '--substitution NAME=VALUE'}"
