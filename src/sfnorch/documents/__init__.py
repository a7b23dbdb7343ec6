"""The JSON documents that commands print with `--output json`.

Each document is a TypedDict: its text is the reference that users read (docs/reference/output.md), and a test validates
what the commands print against it. A field is always present; where there is no value it is null or empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sfnorch.documents.backfills import BackfillDocument
    from sfnorch.documents.errors import ErrorDocument
    from sfnorch.documents.executions import LogsDocument, RunDocument, StartedDocument, StopDocument
    from sfnorch.documents.forecasts import ForecastDocument
    from sfnorch.documents.histories import HistoryDocument
    from sfnorch.documents.plans import PlanDocument, PlanResultsDocument
    from sfnorch.documents.scenarios import ScenariosDocument
    from sfnorch.documents.simulation import SimulationDocument
    from sfnorch.documents.stacks import (
        DeleteDocument,
        DeployDocument,
        DiffDocument,
        OutputsDocument,
        StatusDocument,
    )
    from sfnorch.documents.templates import LintDocument, PatternsDocument, RenderDocument, RulesDocument
    from sfnorch.documents.verification import FactsDocument, VerificationDocument

    Document: TypeAlias = (
        BackfillDocument
        | DeleteDocument
        | DeployDocument
        | DiffDocument
        | ErrorDocument
        | FactsDocument
        | ForecastDocument
        | HistoryDocument
        | LintDocument
        | LogsDocument
        | OutputsDocument
        | PatternsDocument
        | PlanDocument
        | PlanResultsDocument
        | RenderDocument
        | RulesDocument
        | RunDocument
        | ScenariosDocument
        | SimulationDocument
        | StartedDocument
        | StatusDocument
        | StopDocument
        | VerificationDocument
    )
    """What a command may print as JSON."""

VERSION = 1
"""The version of all documents. A new field does not raise it; a field that goes or changes its meaning does."""


def add_version(document: Document) -> dict[str, object]:
    """Return the document as it is printed: its version first."""
    return {"version": VERSION, **document}
