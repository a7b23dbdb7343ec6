"""The results of a command for several plans or environments, as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.documents import Document
    from sfnorch.documents.plans import PlanResultData, PlanResultsDocument
    from sfnorch.json_values import Json

NOT_STARTED, INTERRUPTED = "not started", "interrupted"
"""The results of a plan without an end."""


@dataclass(slots=True, kw_only=True)
class PlanResult:
    """A plan in an environment, and the result of a command for it."""

    plan: Path
    """The file of the plan."""
    environment: str = ""
    """The name of the environment; empty without one."""
    stack: str = ""
    """The name of the stack; empty if it is unknown."""
    result: str = NOT_STARTED
    """The result in a few words."""
    cells: dict[str, str] = field(default_factory=dict)
    """Other columns of the table, by title."""
    code: int = 0
    """The exit code of the command for the plan alone."""
    error: SfnorchError | None = None
    document: Document | None = None
    """The JSON document of the command for the plan alone."""

    @property
    def is_done(self) -> bool:
        """Whether the command has ended for the plan."""
        return self.result not in (NOT_STARTED, INTERRUPTED)

    def end_with(self, error: SfnorchError | None, code: int) -> None:
        """Store the end of the command for the plan; a result that it has stored stays."""
        self.error, self.code = error, code
        if self.result == INTERRUPTED:
            self.result = ""

    @property
    def title(self) -> str:
        """The plan and the environment."""
        return f"{self.plan} ({self.environment})" if self.environment else str(self.plan)


def convert_plan_results(results: Sequence[PlanResult], mask: Callable[[str], str]) -> PlanResultsDocument:
    """Return the results as data; `mask` masks secret values in errors."""
    return {"results": [_convert_result(each, mask) for each in results]}


def _convert_result(result: PlanResult, mask: Callable[[str], str]) -> PlanResultData:
    error = result.error
    return {
        "plan": str(result.plan),
        "environment": result.environment or None,
        "stack": result.stack or None,
        "exitCode": result.code,
        "error": {"message": mask(error.message), "hint": mask(error.hint) or None} if error else None,
        "document": cast("dict[str, Json]", result.document) if result.document else None,
    }
