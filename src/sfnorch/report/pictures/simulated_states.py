"""What a simulated run says about the states of its machines: visits, errors, and transitions that were taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.durations import format_duration
from sfnorch.report.pictures.drawn_run import DrawnMachine
from sfnorch.simulator.events import ErrorCaught, Event, StateEntered, StateExited, StateFailed, StateRetried

if TYPE_CHECKING:
    from sfnorch.app.simulation import Simulation

_MOST_VISITS = 10


def list_machines(simulation: Simulation) -> Iterator[DrawnMachine]:
    """Yield the state machines that had executions, in the order of the template.

    The ARN of a child execution of a Map run has the name of the Map after that of the state machine.
    """
    if simulation.template is None:
        return
    run = simulation.run
    entered: dict[str, Counter[str]] = {}
    machines = {execution.arn: execution.machine.partition("/")[0] for execution in run.executions}
    for execution in run.executions:
        entered.setdefault(machines[execution.arn], Counter()).update(execution.states)
    events: dict[str, list[Event]] = {}
    for event in run.events:
        if event.state:
            events.setdefault(machines[event.execution], []).append(event)
    for machine in simulation.template.machines:
        if machine.states is not None and machine.arn in entered:
            own, found = set(machine.list_states()), events.get(machine.arn, [])
            yield DrawnMachine(
                title=simulation.template.build_title(machine),
                states=machine.states,
                entered=entered[machine.arn],
                failed=frozenset(event.state for event in found if isinstance(event.detail, StateFailed)),
                caught=frozenset(event.state for event in found if isinstance(event.detail, ErrorCaught)),
                taken=frozenset((state.name, part) for state, part in run.reached if state in own),
                facts=_list_facts(found),
            )


def _list_facts(events: list[Event]) -> dict[str, list[tuple[str, str]]]:
    """Return the first visits, errors and retries of each state."""
    found: dict[str, dict[str, list[str]]] = {}
    left: Counter[tuple[str, str]] = Counter()
    for event in events:
        name, text = _describe_event(event)
        lines = found.setdefault(event.state, {}).setdefault(name, [])
        if len(lines) < _MOST_VISITS:
            lines.append(f"T+{format_duration(event.at)} {text}".rstrip())
        else:
            left[event.state, name] += 1
    for (state, name), count in left.items():
        found[state][name].append(f"… and {count:,} more")
    return {state: [(name, "\n".join(lines)) for name, lines in parts.items()] for state, parts in found.items()}


def _describe_event(event: Event) -> tuple[str, str]:
    """Return the kind of the event in words, and what it says."""
    match event.detail:
        case StateEntered():
            return "Entered", ""
        case StateExited(_, following):
            return "Left", f"for {following}" if following else "at the end of its scope"
        case StateFailed(error, cause):
            return "Failed", f"{error}: {cause}"
        case ErrorCaught(error, cause, following):
            return "Error caught", f"{error}: {cause}, continues with {following}"
        case StateRetried(error, attempt, delay):
            return "Retried", f"{error}, attempt {attempt} after {format_duration(delay)}"
    return "Service", event.kind
