"""The Lambda functions in a flow's plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns.kinds.lambda_function import list_function_keys
from sfnorch.workflow import LambdaFunction, Permission, StackName

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan


def build_functions(plan: FlowPlan) -> tuple[LambdaFunction, ...]:
    """Return the functions that the stack creates."""
    keys = list_function_keys(plan)
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
