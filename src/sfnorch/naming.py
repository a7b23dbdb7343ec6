"""How the resources, parameters and outputs of a stack are named after what the plan names.

Each name derives from the name of its own child, function or address alone, never from a position in a list. Inserting,
removing or reordering others leaves it as it is: CloudFormation replaces a resource whose logical id changes, and a
custom-named resource cannot be replaced while its name is in use.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html (documented)
"""

from __future__ import annotations

import re
from collections.abc import Collection

_WORD = re.compile(r"[A-Za-z0-9]+")
_PART = re.compile(r"[A-Z][a-z]*|[a-z]+|[0-9]+")
_READABLE = 40
"""Characters of a long name that its key shows: a logical id has at most 255."""

_RESERVED_FOR_CHILDREN = ("Allowed", "Environment", "Master", "Name", "Partition", "TopicArn")
"""Keys that would give a child the parameter AllowedGlueJobs, or a substitution of the master's own."""


def logical_key(name: str, *, reserved: Collection[str] = ()) -> str:
    """Return what the logical ids of the named thing begin with: letters and digits, different for different names.

    It is the name's words in CamelCase (`child-1`: `Child1`). Where that form does not lead back to the name, or is
    reserved, `0x` and a short hash of the name follow (`my_orders`: `MyOrders0x5d1e77f3`). No CamelCase form holds a
    lowercase letter behind a digit, so the two forms never meet.
    """
    key = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(name))
    if len(key) <= _READABLE and key not in reserved and "-".join(_PART.findall(key)).lower() == name:
        return key
    from hashlib import sha256  # slow to load, and needed by few plans

    return f"{key[-_READABLE:]}0x{sha256(name.encode()).hexdigest()[:8]}"


def child_key(child: str) -> str:
    """Return what the logical ids, parameters and outputs of a child begin with: `Orders` for `orders`."""
    return logical_key(child, reserved=_RESERVED_FOR_CHILDREN)


def jobs_parameter(child: str) -> str:
    """Return the name of the stack parameter that holds the child's list of jobs: `OrdersGlueJobs` for `orders`."""
    return f"{child_key(child)}GlueJobs"
