"""Lists whose items have names: an environment changes, adds and removes their items by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.tree import Node
from sfnorch.plan.names import build_default_child_name

NAMED_LISTS: Mapping[str, str] = {
    "children": "child",
    "jobs": "job",
    "tasks": "task",
    "steps": "step",
    "starts": "start",
    "functions": "function",
}
"""The keys of lists whose items have names, and the word for one item."""

MOST_CHANGES = 1_000
"""More than any list of a plan can have, and few enough for one pass over the list for each change."""

ADD, BEFORE, AFTER = "add", "before", "after"
"""Keys of an item in an environment that add it to a list: at the end, before or after the item of a name."""

REMOVED = (None, "none")

Merge: TypeAlias = Callable[["Node | None", Node, Faults, str], Node]
"""Merges an item with its changes."""


def _find_name(item: Node, key: str) -> str | None:
    """Return the name of an item of the list under `key`; None for an item without a valid name."""
    if item.text is not None:
        return item.text if key == "jobs" else None
    name = item.get("name")
    return name.text if name else None


def change_items(base: Node, changes: Node, key: str, faults: Faults, merge: Merge) -> Node:
    """Return the list under `key` with the changes of a mapping from names to changes.

    Several items with one name, such as a job that a child runs twice, are all changed. In a list of steps, the steps
    inside other steps are found too.
    """
    changed = _name_children(base) if key == "children" else base
    for what, count in (("changes", len(changes.members)), ("items", sum(1 for _ in _list_names(base, key)))):
        if count > MOST_CHANGES:
            faults.add(changes.place, f"a list can have at most {MOST_CHANGES:,} {what} here, got {count:,}")
            return base
    for name, change in changes.members.items():
        if any(change.get(word) for word in (ADD, BEFORE, AFTER)):
            changed = _add_item(changed, name, change, key, faults, merge)
        elif name not in (known := list(_list_names(changed, key))):
            faults.add_unknown(change.place, NAMED_LISTS[key], name, list(dict.fromkeys(known)))
        else:
            changed = _change_named(changed, name, change, key, faults, merge)
    # a list that is empty now is an error of the environment
    return changed if changed.items else Node([], changes.place)


def _name_children(children: Node) -> Node:
    """Return the children with their names: a default name stays that of its child when children before it change."""
    named = [
        Node({"name": Node(build_default_child_name(index + 1), child.place), **child.members}, child.place)
        if child.is_mapping
        else child
        for index, child in enumerate(children.items)
    ]
    return Node(named, children.place)


def _change_named(base: Node, name: str, change: Node, key: str, faults: Faults, merge: Merge) -> Node:
    items: list[Node] = []
    for item in base.items:
        if _find_name(item, key) != name:
            items.append(_change_inner(item, key, lambda node: _change_named(node, name, change, key, faults, merge)))
        elif not _is_removed(change, key):
            items.append(_change_item(item, name, change, key, faults, merge))
    return Node(items, base.place if items else change.place)


def _is_removed(change: Node, key: str) -> bool:
    return change.value is None or (change.text == "none" and key != "jobs")


def _change_item(item: Node, name: str, change: Node, key: str, faults: Faults, merge: Merge) -> Node:
    """Return the item with its changes, and with its name, which a job without settings lacks."""
    if not change.is_mapping:
        return change
    whole = Node({"name": Node(name, item.place), **item.members}, item.place)
    return merge(whole, change, faults, "")


def _add_item(base: Node, name: str, added: Node, key: str, faults: Faults, merge: Merge) -> Node:
    """Return the list with the item: after or before the named item, else at the end."""
    if name in _list_names(base, key):
        hint = f"remove {', '.join(word for word in (ADD, BEFORE, AFTER) if added.get(word))} to change it"
        faults.add(added.place, f"the {NAMED_LISTS[key]} {name!r} exists already", hint)
        return base
    own = {word: added.get(word) for word in (ADD, BEFORE, AFTER)}
    own_name = {"name": Node(name, added.place)}
    item = merge(Node(own_name, added.place), added.replace(add=None, before=None, after=None), faults, "")
    if own[BEFORE] and own[AFTER]:
        faults.add(added.place, "before and after exclude each other", "remove one of them")
    if (mark := own[ADD]) and mark.value is not True:
        faults.add(mark.place, "expected true", "remove the key to change an item")
    beside = own[BEFORE] or own[AFTER]
    if beside is None:
        return Node([*base.items, item], base.place)
    known = list(_list_names(base, key))
    if beside.text is None or beside.text not in known:
        faults.add_unknown(beside.place, NAMED_LISTS[key], str(beside.value), known)
        return base
    return _insert(base, item, beside.text, key, offset=0 if own[BEFORE] else 1)


def _insert(base: Node, item: Node, beside: str, key: str, *, offset: int) -> Node:
    names = [_find_name(each, key) for each in base.items]
    if beside in names:
        at = (names.index(beside) if offset == 0 else len(names) - 1 - names[::-1].index(beside)) + offset
        return Node([*base.items[:at], item, *base.items[at:]], base.place)
    return Node(
        [_change_inner(each, key, lambda node: _insert(node, item, beside, key, offset=offset)) for each in base.items],
        base.place,
    )


def _list_names(base: Node, key: str) -> Iterator[str]:
    """Yield the names of the items, and of the steps inside steps."""
    for item in base.items:
        name = _find_name(item, key)
        if name is not None:
            yield name
        if key == "steps":
            for inner in list_inner_steps(item):
                yield from _list_names(inner, key)


def list_inner_steps(step: Node) -> Iterator[Node]:
    """Yield the lists of steps inside a step: branches, the steps of each item, and those after an error."""
    if parallel := step.get("parallel"):
        yield from parallel.items
    for key in ("for_each", "on_error"):
        inner = step.get(key)
        if inner and (steps := inner.get("steps")):
            yield steps


def _change_inner(item: Node, key: str, change: Callable[[Node], Node]) -> Node:
    return change_inner_steps(item, change) if key == "steps" else item


def change_inner_steps(step: Node, change: Callable[[Node], Node]) -> Node:
    """Return the step with changed lists of steps inside it. A branch that loses its last step is left out."""
    if (parallel := step.get("parallel")) and parallel.is_list:
        changed = [(branch, change(branch) if branch.is_list else branch) for branch in parallel.items]
        branches = [after for before, after in changed if after.items or not before.items]
        step = step.replace(parallel=Node(branches, parallel.place))
    for key in ("for_each", "on_error"):
        inner = step.get(key)
        if inner and (steps := inner.get("steps")) and steps.is_list:
            step = step.replace(**{key: inner.replace(steps=change(steps))})
    return step
