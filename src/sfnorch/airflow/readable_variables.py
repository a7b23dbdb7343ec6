"""What a step of an exported flow can read: the run's input, and the results of earlier steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.airflow.jinja import UnsupportedInAirflowError, ValuePath, append_path, convert_value
from sfnorch.airflow.literals import Literal
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.plan.run_context import has_run_context

VariableReader: TypeAlias = Callable[[ValuePath], str]
"""Returns the Jinja expression of a path into a step's result.

Raises UnsupportedInAirflowError if Airflow does not keep it.
"""

INPUT = "dag_run.conf"


@dataclass(frozen=True, slots=True)
class ReadableVariables:
    """The variables that a step can read."""

    saved: Mapping[str, VariableReader]
    run: ReadableRun

    def find_source(self, name: str, way: ValuePath) -> str:
        """Return the Jinja expression of a path into a variable. Raises UnsupportedInAirflowError if it has none."""
        if name == "input":
            return append_path(self.input, way)
        return self.saved[name](way) if name in self.saved else self.run.find_source(name, way)

    @property
    def input(self) -> str:
        """Return the run's input, without the parameters of the plan."""
        return "plan_input(dag_run)" if has_run_context(self.run.plan) else INPUT

    def render_arguments(self, arguments: Mapping[str, str]) -> dict[str, Literal]:
        """Return the arguments of a job run as `ReadableRun` does."""
        return self.run.render_arguments(arguments, self.find_source)

    @property
    def whole(self) -> str:
        """Return the run's input with all saved variables, as JSON in Jinja."""
        saved = "".join(f", {name}={kept(())}" for name, kept in self.saved.items())
        return f"{{{{ dict({self.input} or {{}}{saved}) | tojson }}}}"


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
