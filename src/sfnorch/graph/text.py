"""State machines as trees for the terminal: transitions, and branches and items under the state that contains them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.tree import Tree

from sfnorch.console import Console, Phrases, Text
from sfnorch.graph.missed import NOT_REACHED, Missed, has_missed_retries, is_missed
from sfnorch.graph.words import (
    build_scope_title,
    describe_state,
    find_started_machine,
    list_labelled_transitions,
    sort_states,
)
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState, StateScope, TransitionKind
from sfnorch.template.tasks import PlannedTask

_GUIDE = 4
"""The columns of a level of a tree."""
_NARROWEST = 30
"""The minimum columns of a state."""


def build_trees(
    machines: Sequence[Machine],
    template: Template,
    tasks: Sequence[PlannedTask] = (),
    missed: Missed | None = None,
) -> list[Tree]:
    """Return a tree of the tasks with what each needs, and a tree for each state machine.

    `missed` is what was not reached, which the trees of coverage say.
    """
    found = [_build_task_tree(tasks)] if tasks else []
    for machine in machines:
        tree = Tree(Text(template.build_title(machine), style="bold"))
        if machine.states:
            _add(tree, machine.states, template, missed or {})
        found.append(tree)
    return found


def print_trees(drawn: Sequence[Tree], console: Console) -> None:
    """Print the trees. A deep tree can be wider than a narrow console, so that each state has its line."""
    for tree in drawn:
        console.width = max(console.width, _measure_depth(tree) * _GUIDE + _NARROWEST)
        console.print(tree)


def _measure_depth(tree: Tree) -> int:
    """How many levels are below the tree's root."""
    depth, level = 0, [tree]
    while level := [child for each in level for child in each.children]:
        depth += 1
    return depth


def _build_task_tree(tasks: Sequence[PlannedTask]) -> Tree:
    tree = Tree(Text("tasks", style="bold"))
    for task in tasks:
        phrases = [Text(task.name)]
        if task.runs != task.name:
            phrases.append(Text(f"  {task.runs}", style="dim"))
        phrases += _join_items([f"← {need}" if at == 0 else need for at, need in enumerate(task.needs)], style="cyan")
        tree.add(Phrases(*phrases))
    return tree


def _join_items(items: Sequence[str], *, style: str = "") -> list[Text]:
    """Return the items as phrases with commas between them."""
    return [
        Text(f"{' ' if at else '  '}{item}{',' if at < len(items) - 1 else ''}", style=style)
        for at, item in enumerate(items)
    ]


def _add(tree: Tree, scope: StateScope, template: Template, missed: Missed) -> None:
    for state in sort_states(scope):
        branch = tree.add(_format_state(state, template, missed))
        for inner in state.scopes:
            _add(branch.add(Text(build_scope_title(inner), style="italic")), inner, template, missed)


def _format_state(state: LocatedState, template: Template, missed: Missed) -> Phrases:
    name = Text(state.name, style="bold red" if state.kind == "Fail" else "")
    doing = Text(f"  {describe_state(state)}", style="dim")
    child = find_started_machine(state, template)
    if child:
        doing.append(f" {template.build_title(child)}", style="not dim cyan")
    is_state_missed = is_missed(missed, state)
    if is_state_missed:
        doing.append(f" ({NOT_REACHED})", style="not dim red")
    elif state.body.get("Retry") and has_missed_retries(missed, state):
        doing.append(f" (retries {NOT_REACHED})", style="not dim red")
    leads = []
    for transition, label in list_labelled_transitions(state):
        if transition.way is TransitionKind.CATCH:
            lead = f"{label} ⇢ {transition.target}"
        else:
            lead = f"{label} → {transition.target}" if label else f"→ {transition.target}"
        is_only_way_missed = not is_state_missed and is_missed(missed, state, transition)
        leads.append(f"{lead} ({NOT_REACHED})" if is_only_way_missed else lead)
    return Phrases(name, doing, *_join_items(leads))
