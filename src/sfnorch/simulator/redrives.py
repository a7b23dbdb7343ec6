"""Redrives: they continue an execution that did not succeed from the states that failed.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

from sfnorch.errors import SfnorchError
from sfnorch.simulator.record import MAX_EVENTS, Execution
from sfnorch.simulator.world import World


def find_redrive_obstacle(execution: Execution) -> str:
    """Return why the execution cannot be redriven; empty if it can (recorded for SUCCEEDED, assumed for the others)."""
    if execution.express:
        return "Express executions cannot be redriven"
    if execution.status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {execution.status} and cannot be redriven"
    return "Execution history event limit exceeded" if execution.history >= MAX_EVENTS - 1 else ""


def redrive_execution(world: World, execution: Execution) -> None:
    """Continue the execution when the clock runs. Raises SfnorchError if it cannot be redriven.

    Each state that failed is entered again (assumed) with its input, and has all its attempts again. Branches,
    iterations and child executions that have succeeded keep their results. The time for the timeout begins again.
    """
    obstacle = find_redrive_obstacle(execution)
    if obstacle:
        raise SfnorchError(f"{execution.title}: {obstacle}")
    execution.redrive()
    world.redrives[execution.arn]()
