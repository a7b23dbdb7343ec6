"""What a simulated run says about the states of its machines: visits, errors, and transitions that were taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.durations import format_duration
from sfnorch.report.pictures.drawn_run import DrawnMachine
from sfnorch.report.pictures.state_visits import draw_visits
from sfnorch.report.pictures.values import format_value
from sfnorch.simulator.events import ErrorCaught, StateFailed, StateRetried

if TYPE_CHECKING:
    from sfnorch.app.simulation import Simulation


def list_machines(simulation: Simulation) -> Iterator[DrawnMachine]:
    """Yield the state machines that had executions, in the order of the template.

    The ARN of a child execution of a Map run has the name of the Map after that of the state machine.
    """
    if simulation.template is None:
        return
    run = simulation.run
    entered: dict[str, Counter[str]] = {}
    machines = {execution.arn: execution.machine.partition("/")[0] for execution in run.executions}
    titles = {execution.arn: execution.item or execution.title for execution in run.executions}
    for execution in run.executions:
        entered.setdefault(machines[execution.arn], Counter()).update(execution.states)
    errors: dict[tuple[str, type], Counter[str]] = {}
    for event in run.events:
        if isinstance(event.detail, (StateFailed, ErrorCaught, StateRetried)):
            key = machines[event.execution], type(event.detail)
            errors.setdefault(key, Counter())[event.state] += 1
    for machine in simulation.template.machines:
        if machine.states is None or machine.arn not in entered:
            continue
        own = set(machine.list_states())
        counts = entered[machine.arn]
        yield DrawnMachine(
            title=simulation.template.build_title(machine),
            arn=machine.arn,
            states=machine.states,
            entered=counts,
            failed=errors.get((machine.arn, StateFailed), {}),
            caught=errors.get((machine.arn, ErrorCaught), {}),
            retried=errors.get((machine.arn, StateRetried), {}),
            taken=frozenset((state.name, part) for state, part in run.reached if state in own),
            visits={
                state.name: draw_visits(
                    run.visits.list_visits(state),
                    counts[state.name],
                    format_moment=lambda at: f"T+{format_duration(at)}",
                    format_value=format_value,
                    name_execution=lambda visit: titles.get(visit.execution, ""),
                )
                for state in own
            }
            if run.visits is not None
            else {},
        )
