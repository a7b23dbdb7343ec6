"""State machines as trees, for the terminal: what leads where, branches and items under the state that holds them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.tree import Tree

from sfnorch.console import Text
from sfnorch.graph.words import in_order, kind_and_doing, scope_title, started, ways
from sfnorch.template.contents import StateMachine, Template
from sfnorch.template.states import Scope, State, Way
from sfnorch.template.tasks import PlannedTask


def trees(machines: Sequence[StateMachine], template: Template, tasks: Sequence[PlannedTask] = ()) -> list[Tree]:
    """Return a tree of the tasks, what each needs behind it, and a tree a machine."""
    found = [_tasks(tasks)] if tasks else []
    for machine in machines:
        tree = Tree(Text(template.title(machine), style="bold"))
        if machine.states:
            _add(tree, machine.states, template)
        found.append(tree)
    return found


def _tasks(tasks: Sequence[PlannedTask]) -> Tree:
    tree = Tree(Text("tasks", style="bold"))
    for task in tasks:
        line = Text(task.name)
        if task.runs != task.name:
            line.append(f"  {task.runs}", style="dim")
        if task.needs:
            line.append(f"  ← {', '.join(task.needs)}", style="cyan")
        tree.add(line)
    return tree


def _add(tree: Tree, scope: Scope, template: Template) -> None:
    for state in in_order(scope):
        branch = tree.add(_line(state, template))
        for inner in state.scopes:
            _add(branch.add(Text(scope_title(inner), style="italic")), inner, template)


def _line(state: State, template: Template) -> Text:
    line = Text(state.name, style="bold red" if state.kind == "Fail" else "")
    line.append(f"  {kind_and_doing(state)}", style="dim")
    child = started(state, template)
    if child:
        line.append(f" {template.title(child)}", style="cyan")
    leads = []
    for transition, label in ways(state):
        if transition.way is Way.CATCH:
            leads.append(f"{label} ⇢ {transition.target}")
        else:
            leads.append(f"{label} → {transition.target}" if label else f"→ {transition.target}")
    if leads:
        line.append("  " + ", ".join(leads))
    return line
