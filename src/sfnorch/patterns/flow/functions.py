"""The functions that a flow declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfnorch import workflow as flow
from sfnorch.patterns.state_names import free

if TYPE_CHECKING:
    from sfnorch.plan.flow import FlowPlan


def function_keys(plan: FlowPlan) -> dict[str, str]:
    """What the logical ids of each function begin with, by its name: `CleanOrders` of clean-orders."""
    keys: dict[str, str] = {}
    for function in plan.functions:
        key = "".join(word[:1].upper() + word[1:] for word in re.split("[-_]", function.name))
        keys[function.name] = free(key, len(keys) + 1, keys.values())
    return keys


def functions(plan: FlowPlan) -> tuple[flow.Function, ...]:
    """The functions of the stack."""
    keys = function_keys(plan)
    return tuple(
        flow.Function(
            key=keys[each.name],
            name=each.name,
            physical_name=flow.StackName(each.name),
            files=each.files,
            source=each.code,
            handler=each.handler,
            timeout=each.timeout,
            memory_mb=each.memory_mb,
            environment=each.environment,
            permissions=tuple(
                flow.Permission(sid=f"Given{number}", actions=tuple(given.actions), resources=tuple(given.resources))
                for number, given in enumerate(each.permissions, 1)
            ),
        )
        for each in plan.functions
    )
