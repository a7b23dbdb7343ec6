"""The state machines of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.tree import Tree

from sfnorch.console import Console, Text
from sfnorch.workflow import MachineArn, StateMachine, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.documents.templates import MachineSummary


def convert_summary(workflow: Workflow) -> list[MachineSummary]:
    """Return the machines as data."""
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
    """Print a tree for each state machine: its states, its alarm, and its jobs or children."""
    names = {machine.key: machine.name for machine in workflow.machines}
    for machine in workflow.machines:
        console.print(_build_machine_tree(machine, names))


def _build_machine_tree(machine: StateMachine, names: dict[str, str]) -> Tree:
    facts = f" {len(machine.graph.states)} states, alarm STACK-{machine.alarm.name.suffix}"
    if TopicArn() in machine.substitutions.values():
        facts += ", notifies the topic"
    tree = Tree(Text.assemble((f"{machine.name}:", "bold"), facts))
    children = [names[value.key] for value in machine.substitutions.values() if isinstance(value, MachineArn)]
    if children and not machine.runs:
        tree.add(Text(f"starts {', '.join(children)} in parallel"))
    else:
        tree.add(Text(machine.runs or " → ".join(machine.jobs) or "the jobs in the input of its execution"))
    return tree
