"""Put two values of a plan together: an included file and the file that includes it, or a plan and an environment.

Two mappings are merged key by key. In included files, lists of named items are joined. In an environment, null removes
a key, and a mapping changes the items of a list by name. Everywhere else the upper value replaces the lower one.

Merging is associative for mappings without null, for lists, and for other values.
"""

from __future__ import annotations

from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.named_items import NAMED_LISTS, change_items
from sfnorch.plan.composition.tree import Node

DATA = ("input", "body", "event")
"""The keys of data: keys in it are not those of the plan, whatever their names."""


def join_files(lower: Node, upper: Node, key: str = "") -> Node:
    """Return the values of two files, of which the upper one includes the lower one.

    `key` is the key of the values. The place of a value that both files have is that in the upper file.
    """
    if lower.is_mapping and upper.is_mapping:
        below = lower.members
        joined = {
            name: join_files(below[name], node, key if key in DATA else name) if name in below else node
            for name, node in upper.members.items()
        }
        return Node({**joined, **{name: node for name, node in below.items() if name not in joined}}, upper.place)
    if key in NAMED_LISTS and lower.is_list and upper.is_list:
        return Node([*lower.items, *upper.items], upper.place)
    return upper


def apply_overlay(base: Node | None, overlay: Node, faults: Faults, key: str = "") -> Node:
    """Return the base with the changes of an environment; errors are added to `faults`.

    `key` is the key of the values. The base is None for a key that the plan does not have.
    """
    if not overlay.is_mapping:
        return overlay
    if key in NAMED_LISTS and (base is None or base.value is None or base.is_list):
        return change_items(base or Node([], overlay.place), overlay, key, faults, apply_overlay)
    if base is None or not base.is_mapping:
        base = Node({}, overlay.place)
    changed = dict(base.members)
    for name, node in overlay.members.items():
        if node.value is None:
            changed.pop(name, None)
        else:
            changed[name] = apply_overlay(changed.get(name), node, faults, key if key in DATA else name)
    return Node(changed, base.place)
