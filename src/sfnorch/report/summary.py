"""What a template holds, machine by machine."""

from __future__ import annotations

from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text
from rich.tree import Tree

from sfnorch.workflow import StateMachine, TopicArn, Workflow


def summary_data(workflow: Workflow) -> list[dict[str, Any]]:
    """The machines as data: `[{machine, key, states, jobs}]`."""
    return [
        {
            "machine": machine.name,
            "key": machine.key,
            "states": [state.name for state in machine.graph.states],
            "jobs": list(machine.jobs),
        }
        for machine in workflow.machines
    ]


def print_summary(workflow: Workflow, console: Console) -> None:
    """Prints a tree for each machine: its states, the jobs that it runs, its alarm and what it tells."""
    for machine in workflow.machines:
        console.print(_machine(machine))


def _machine(machine: StateMachine) -> RenderableType:
    tree = Tree(Text.assemble((machine.name, "bold"), f" ({len(machine.graph.states)} states)"), highlight=False)
    if machine.jobs:
        tree.add(Text("jobs    " + " → ".join(machine.jobs)))
    tree.add(
        Text("states  " + ", ".join(state.name for state in machine.graph.states if state.name not in machine.jobs))
    )
    tree.add(Text(f"alarm   STACK-{machine.alarm.name.suffix}"))
    if any(isinstance(value, TopicArn) for value in machine.substitutions.values()):
        tree.add(Text("tells   the topic"))
    return tree
