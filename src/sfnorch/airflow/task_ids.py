"""Valid ids in Airflow (letters, digits, dashes, dots and underscores), and names of Python variables.

https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from hashlib import sha256

LENGTH, ID_LENGTH = 100, 250
"""The maximum characters of a task's name, a limit of sfnorch; and of a task's id with its groups, Airflow's limit."""

RESERVED = ("outcomes", "notify", "done")
"""The last tasks, and their variables."""

USED_NAMES = frozenset(
    [
        *(name for name in dir(builtins) if name.islower()),
        *("after", "before", "dag", "datetime", "inspect", "jobs", "json", "pendulum", "quote"),
        *("keep_last_run", "text_of", "time", "timedelta", "timezone", "unquote"),
        *("child_job", "end_run", "given_job", "glue_job", "job_of", "logs_of", "parts_of", "run_of", "states_of"),
        *("due_time", "plan_input", "plan_params", "plan_run", "sha256", "utc_text"),
        *("what_failed", "has_something_to_report", *RESERVED),
    ]
)
"""Names that variables of a DAG's file can't have, since the file uses them otherwise."""

ITEM_NAMES = frozenset(
    [
        *("chain", "chains", "conf", "csv", "io", "item", "item_name", "items"),
        *("compile_code", "is_true", "item_job", "list_items", "name_of", "parse_items", "read_items"),
        *("states_of_items",),
    ]
)
"""Names that variables of the file of a fan-out can't have either."""

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


def make_safe_id(name: str, length: int = LENGTH) -> str:
    """Return the name with invalid characters as underscores. A name that is too long ends in a hash."""
    found = _OTHER.sub("_", name).strip("_") or "_"
    if len(found) <= length:
        return found
    mark = "-" + sha256(name.encode()).hexdigest()[:8]
    return found[: length - len(mark)] + mark


class UniqueNames:
    """Creates unique names."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def reserve_id(self, name: str) -> str:
        """Return the id of a task or group for the name."""
        return self._reserve(make_safe_id(name))

    def reserve_variable(self, name: str) -> str:
        """Return the Python variable for the name."""
        word = re.sub(r"\W+", "_", make_safe_id(name), flags=re.ASCII).strip("_").lower()
        word = f"task_{word}" if not word or word[0].isdigit() or keyword.iskeyword(word) else word
        return self._reserve(word)

    def _reserve(self, wanted: str) -> str:
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}_{number}"
        self._taken.add(found)
        return found
