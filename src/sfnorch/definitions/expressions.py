"""JSONata that AWS refuses: expressions that do not parse, and names at the top level, where no input is.

Both codes and the sentence about the top level are measured: https://github.com/floci-io/floci/issues/2745 and /2670. A
syntax error is described by the parser, in words that can differ from AWS's.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.definitions.fault import JSONATA, UNSUPPORTED_JSONATA, DefinitionFault
from sfnorch.expressions import find_names, parse_code
from sfnorch.json_values import walk_strings
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.states import LocatedState

_NOT_READ = ("Branches", "ItemProcessor", "Iterator")


def check_expressions(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the faults of all expressions of a state in JSONata."""
    if not state.jsonata:
        return
    own = {name: value for name, value in state.body.items() if name not in _NOT_READ}
    for path, text in walk_strings(own):
        code = parse_code(text)
        if code is None or "${" in code or UNKNOWN.search(code):
            continue
        names = find_names(code.strip())
        full = (*state.path, *path)
        if names.fault:
            message = f"Invalid JSONata expression: {names.fault}"
            yield DefinitionFault(code=JSONATA, path=full, message=message, hint="test it at https://try.jsonata.org")
        for name in names.top_level:
            message = f"Reference to '{name}' at the top level is not supported."
            hint = f"write $states.input.{name}, or ${name} for a variable"
            yield DefinitionFault(code=UNSUPPORTED_JSONATA, path=full, message=message, hint=hint)
