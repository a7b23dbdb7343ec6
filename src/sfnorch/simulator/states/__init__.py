"""The state types: one file each, with the function that runs a visit of a state of that type.

Each function yields the events that it waits for and returns the outcome: output, assigned variables, next state. It
gets a `Visit`: the state, its input, and the operations of the query language. What must run inside a state (branches,
the states for an item, another execution) it asks of `visit.runner`, which is the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sfnorch.simulator.processes import Steps
from sfnorch.simulator.states.choice import run_choice
from sfnorch.simulator.states.fail import run_fail
from sfnorch.simulator.states.map import run_map
from sfnorch.simulator.states.parallel import run_parallel
from sfnorch.simulator.states.pass_state import run_pass
from sfnorch.simulator.states.succeed import run_succeed
from sfnorch.simulator.states.task import run_task
from sfnorch.simulator.states.wait import run_wait
from sfnorch.simulator.visit import StateOutcome, Visit

RunState = Callable[[Visit], Steps[StateOutcome]]

STATES: Mapping[str, RunState] = {
    "Choice": run_choice,
    "Fail": run_fail,
    "Map": run_map,
    "Parallel": run_parallel,
    "Pass": run_pass,
    "Succeed": run_succeed,
    "Task": run_task,
    "Wait": run_wait,
}
"""The function that runs a state, by state type."""
