"""Expressions of a plan in the child execution of an item.

The parent assigns `run`, `params` and `environment`, and `child` if it is a child of a master. A scope inside another
one cannot assign a variable of the same name [documented for branches and inline Maps, emulated for distributed Maps].
The child execution therefore has other variables, and an expression that uses the names of a plan binds them itself.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.asl import Expression, convert_to_code, is_expression
from sfnorch.expressions import find_names
from sfnorch.protocol.fan_out import ItemVariable
from sfnorch.protocol.master_child import ChildVariable
from sfnorch.protocol.run_context import RunVariable

_VARIABLES: Mapping[str, str] = {
    RunVariable.ENVIRONMENT: ItemVariable.ENVIRONMENT,
    RunVariable.PARAMS: ItemVariable.PARAMS,
    RunVariable.RUN: ItemVariable.RUN,
    ChildVariable.CHILD: ItemVariable.CHILD,
}
"""The variables of a child execution by their names in a plan."""


def convert_item_expression(text: str) -> Expression:
    """Return the code of an expression of a plan, with the variables of the run that it uses."""
    code = convert_to_code(text)
    used = find_names(code).variables
    bound = "".join(f"${name} := ${own}; " for name, own in _VARIABLES.items() if name in used)
    return Expression(f"({bound}({code}))" if bound else f"({code})")


def bind_arguments(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments of a job run, in which each expression has the variables of the run that it uses."""
    return {
        name: f"{{% {convert_item_expression(value).code} %}}" if is_expression(value) else value
        for name, value in arguments.items()
    }
