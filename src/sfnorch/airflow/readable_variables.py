"""What a step of an exported flow can read: the run's input, and the results of earlier steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.airflow.jinja import UnsupportedInAirflowError, ValuePath, append_path, convert_value

VariableReader: TypeAlias = Callable[[ValuePath], str]
"""Returns the Jinja expression of a path into a step's result.

Raises UnsupportedInAirflowError if Airflow does not keep it.
"""

INPUT = "dag_run.conf"


@dataclass(frozen=True, slots=True)
class ReadableVariables:
    """The variables that a step can read."""

    saved: Mapping[str, VariableReader]

    def find_source(self, name: str, way: ValuePath) -> str:
        """Return the Jinja expression of a path into a variable. Raises UnsupportedInAirflowError if it has none."""
        if name == "input":
            return append_path(INPUT, way)
        if name not in self.saved:
            raise UnsupportedInAirflowError(f"${name}")
        return self.saved[name](way)

    @property
    def whole(self) -> str:
        """Return the run's input with all saved variables, as JSON in Jinja."""
        saved = "".join(f", {name}={kept(())}" for name, kept in self.saved.items())
        return f"{{{{ dict({INPUT} or {{}}{saved}) | tojson }}}}"


def describe_given(value: object) -> VariableReader:
    """Return what later steps can read of a value in the plan: all of it."""

    def read_given_field(way: ValuePath) -> str:
        found: object = value
        for key in way:
            match found, key:
                case dict(), str() if key in found:
                    found = found[key]
                case list(), int() if key < len(found):
                    found = found[key]
                case _:
                    raise UnsupportedInAirflowError(f"a path into an item without {key}")
        return convert_value(found, lambda name, _: _reject_item_variable(name))

    return read_given_field


def _reject_item_variable(name: str) -> str:
    raise UnsupportedInAirflowError(f"${name} within an item")
