"""Put two values of a plan together: an included file and the file that includes it, or a plan and an environment.

Two mappings are merged key by key. In included files, lists of named items are joined; everywhere else the upper value
replaces the lower one. In an environment, null removes a key, and a mapping changes the items of a list by name.

Merging is associative for mappings without null, for lists, and for other values.
"""

from __future__ import annotations

from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.named_items import NAMED_LISTS, change_items
from sfnorch.plan.composition.tree import Node


def join_files(lower: Node, upper: Node, key: str = "") -> Node:
    """Return the values of two files, of which the upper one includes the lower one.

    `key` is the key of the values. The place of a value that both files have is that in the upper file.
    """
    if lower.is_mapping and upper.is_mapping:
        below = lower.members
        joined = {
            name: join_files(below[name], node, name) if name in below else node for name, node in upper.members.items()
        }
        return Node({**joined, **{name: node for name, node in below.items() if name not in joined}}, upper.place)
    if key in NAMED_LISTS and lower.is_list and upper.is_list:
        return Node([*lower.items, *upper.items], upper.place)
    return upper


def apply_overlay(base: Node, overlay: Node, faults: Faults, key: str = "") -> Node:
    """Return the base with the changes of an environment; errors are added to `faults`."""
    if key in NAMED_LISTS and base.is_list and overlay.is_mapping:
        return change_items(base, overlay, key, faults, apply_overlay)
    if not base.is_mapping or not overlay.is_mapping:
        return overlay
    changed = dict(base.members)
    for name, node in overlay.members.items():
        if node.value is None:
            changed.pop(name, None)
        elif name in changed:
            changed[name] = apply_overlay(changed[name], node, faults, name)
        else:
            changed[name] = _remove_null(node, name, faults)
    return Node(changed, base.place)


def _remove_null(node: Node, key: str, faults: Faults) -> Node:
    """Return a value that the base does not have, without the keys that it would remove."""
    if key in NAMED_LISTS and node.is_mapping:
        return change_items(Node([], node.place), node, key, faults, apply_overlay)
    return apply_overlay(Node({}, node.place), node, faults, key) if node.is_mapping else node
