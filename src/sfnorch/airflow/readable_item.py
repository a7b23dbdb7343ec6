"""The item of a mapped task group, and what the expressions of a fan-out read of it."""

from __future__ import annotations

from dataclasses import dataclass

from sfnorch.airflow.conditions import convert_condition
from sfnorch.airflow.jinja import ValuePath, append_path, convert_expression
from sfnorch.airflow.run_context import ReadableRun

ITEM = "item"


@dataclass(frozen=True, slots=True)
class ReadableItem:
    """What the expressions of a plan read of an item and of the run."""

    run: ReadableRun

    def find_source(self, name: str, way: ValuePath) -> str:
        """Return the Jinja expression of a path into a variable. Raises UnsupportedInAirflowError if it has none."""
        return append_path("task.item", way) if name == ITEM else self.run.find_source(name, way)

    def convert_name(self, text: str | None) -> str:
        """Return the Jinja expression for the name of an item, whose value is none if the item is the name.

        Raises UnsupportedInAirflowError for expressions that Airflow's templates can't express.
        """
        if text is None:
            return "none"
        code = convert_expression(text, self.find_source)
        # a text that joins others has an empty one in place of a missing value
        return code if "~" not in code else convert_expression(text, self._find_or_leave_out)

    def convert_selection(self, text: str | None) -> str:
        """Return the Jinja expression of the condition for an item whose jobs run. Raises as `convert_name`."""
        return "true" if text is None else convert_condition(text, self.find_source)

    def _find_or_leave_out(self, name: str, way: ValuePath) -> str:
        found = self.find_source(name, way)
        return f'({found} | default(""))' if name == ITEM else found
