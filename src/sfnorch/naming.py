"""The names of a stack's resources, parameters and outputs, derived from the names in the plan.

Each name derives only from the name of its child, function or address, and never from a position in a list. It does not
change if others are inserted, removed or reordered: CloudFormation replaces a resource whose logical id changes, and it
cannot replace a custom-named resource while its name is in use.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html (documented)
"""

from __future__ import annotations

import re
from collections.abc import Collection

SCHEDULE = "Schedule"
"""The logical id of the schedule that starts the main state machine. The deadlines of a plan are those of its runs."""

_WORD = re.compile(r"[A-Za-z0-9]+")
_PART = re.compile(r"[A-Z][a-z]*|[a-z]+|[0-9]+")
_READABLE = 40
"""The length to which a key cuts a long name: a logical id has at most 255 characters."""

_RESERVED_FOR_CHILDREN = ("Allowed", "Environment", "Master", "Name", "Partition", "TopicArn")
"""Keys with which a child would have the parameter AllowedGlueJobs, or the name of a substitution of the master."""


def derive_logical_key(name: str, *, reserved: Collection[str] = ()) -> str:
    """Return the prefix of the logical ids for a name: letters and digits, different for different names.

    It is the name in CamelCase (`child-1`: `Child1`). If the name cannot be derived from this form, or if the form is
    reserved, `0x` and a short hash of the name follow (`my_orders`: `MyOrders0x5d1e77f3`). A CamelCase form has no
    lowercase letter after a digit, so the two forms are always different.
    """
    key = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(name))
    if len(key) <= _READABLE and key not in reserved and "-".join(_PART.findall(key)).lower() == name:
        return key
    from hashlib import sha256  # slow to load, and needed by few plans

    return f"{key[-_READABLE:]}0x{sha256(name.encode()).hexdigest()[:8]}"


def derive_child_key(child: str) -> str:
    """Return the prefix of the logical ids, parameters and outputs of a child: `Orders` for `orders`."""
    return derive_logical_key(child, reserved=_RESERVED_FOR_CHILDREN)


def name_jobs_parameter(child: str) -> str:
    """Return the name of the stack parameter with the child's list of jobs: `OrdersGlueJobs` for `orders`."""
    return f"{derive_child_key(child)}GlueJobs"


def name_parameter_default(parameter: str) -> str:
    """Return the name of the stack parameter with the default of a run parameter: `RunDateDefault` for `run_date`."""
    key = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(parameter))
    if re.sub("(?<!^)(?=[A-Z])", "_", key).lower() == parameter:
        return f"{key}Default"
    return f"{derive_logical_key(parameter)}Default"
