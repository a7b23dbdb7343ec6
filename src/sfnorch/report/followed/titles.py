"""The titles of the executions of a run, by which commands name them."""

from __future__ import annotations

from itertools import takewhile

from sfnorch.report.followed.items import shorten_item
from sfnorch.runs.kinds.dag import find_task
from sfnorch.runs.run_tree import RunTree


def build_titles(tree: RunTree, stack_name: str = "") -> dict[str, str]:
    """Return the titles of the executions by the keys of their nodes: the name of the state machine.

    The name of the stack is removed from it. If that is unknown, the common first words of all state machines are
    removed. If a state machine has several executions, their names are added. The title of an item of a Map Run is its
    name.
    """
    every = [node for root in tree.roots for node in root.list_nodes()]
    of_items = {each.key for node in every for each in node.failed_items}
    nodes = [node for node in every if node.key not in of_items]
    machines = [node.machine.split("-") for node in nodes]
    columns = (
        zip(*(words[:-1] for words in machines), strict=False) if len({node.machine for node in nodes}) > 1 else ()
    )
    begin = sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, columns))
    names = {
        node.key: node.machine.removeprefix(f"{stack_name}-")
        if node.machine.startswith(f"{stack_name}-")
        else "-".join(node.machine.split("-")[begin:])
        for node in nodes
    }
    several = len(names) != len(set(names.values()))
    tasks = {node.key: task for node in nodes if (task := find_task(node, tree.roots))}
    return {
        **{
            node.key: tasks.get(node.key) or (f"{names[node.key]} {node.name}" if several else names[node.key])
            for node in nodes
        },
        **{node.key: shorten_item(node.item) or node.name for node in every if node.key in of_items},
    }
