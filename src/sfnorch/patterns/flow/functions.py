"""The Lambda functions in a flow's plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.naming import logical_key
from sfnorch.workflow import LambdaFunction, Permission, StackName

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan


def function_keys(plan: FlowPlan) -> dict[str, str]:
    """Return the prefix of the logical ids of each function, by its name: `CleanOrders` for clean-orders."""
    return {function.name: logical_key(function.name) for function in plan.functions}


def functions(plan: FlowPlan) -> tuple[LambdaFunction, ...]:
    """Return the functions that the stack creates."""
    keys = function_keys(plan)
    return tuple(
        LambdaFunction(
            key=keys[each.name],
            name=each.name,
            physical_name=StackName(each.name),
            files=each.files,
            source=each.code,
            handler=each.handler,
            timeout=each.timeout,
            memory_mb=each.memory_mb,
            environment=each.environment,
            permissions=tuple(
                Permission(sid=f"Given{number}", actions=tuple(given.actions), resources=tuple(given.resources))
                for number, given in enumerate(each.permissions, 1)
            ),
        )
        for each in plan.functions
    )
