"""The names of variables in Assign.

The sentences are measured by cdk-preflight.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.definitions.fault import RESERVED_VARIABLE, VARIABLE_NAME, DefinitionFault, is_known
from sfnorch.template.located import Path
from sfnorch.template.states import LocatedState

_LONGEST = 80


def check_variables(state: LocatedState) -> Iterator[DefinitionFault]:
    """Yield the variables of a state that cannot have their name."""
    bodies = [(state.path, state.body)]
    bodies += [
        ((*state.path, key, index), body) for key in ("Choices", "Catch") for index, body in state.list_objects(key)
    ]
    for path, body in bodies:
        for name in body.find_object("Assign"):
            yield from _check_name(name if state.jsonata else name.removesuffix(".$"), (*path, "Assign", name))


def _check_name(name: str, path: Path) -> Iterator[DefinitionFault]:
    if name == "states":
        message, hint = "Cannot assign to reserved variable '$states'.", "choose another name"
        yield DefinitionFault(code=RESERVED_VARIABLE, path=path, message=message, hint=hint)
    elif is_known(name) and not name.isidentifier():
        message = f"Invalid variable name '{name}': the variable name contains invalid characters."
        hint = "use letters, digits and _, and begin with a letter"
        yield DefinitionFault(code=VARIABLE_NAME, path=path, message=message, hint=hint)
    elif len(name) > _LONGEST:
        message = f"the name of the variable has {len(name)} characters, but AWS allows {_LONGEST}"
        yield DefinitionFault(code=VARIABLE_NAME, path=path, message=message, hint="shorten it")
