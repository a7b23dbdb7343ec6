"""Load a plan from a file, and report all errors at once, each with its line and a fix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from sfnorch.plan.checks.faults import list_faults
from sfnorch.plan.errors import PlanError
from sfnorch.plan.files import PLAN_FILE
from sfnorch.plan.kinds import PLANS, load_plan_model
from sfnorch.plan.model_errors import convert_errors, find_single, suggest_near
from sfnorch.plan.read import Document, parse_document, read_document
from sfnorch.plan.sound_part import ValidPart, validate_parts

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.plan.kinds import AnyPlan, WrittenPlan


def load_plan(path: FilePath) -> AnyPlan:
    """Return the plan in the file.

    Raises SfnorchError if the file cannot be read, and PlanError, with all faults, if the plan is invalid.
    """
    return _validate_plan(read_document(path), path.parent)


def parse_plan(text: str, *, file: str = PLAN_FILE, folder: FilePath | None = None) -> AnyPlan:
    """Return the plan in the text; `file` is its name in errors, `folder` the folder with the code of its functions.

    Raises PlanError, with all faults, if the plan is invalid.
    """
    return _validate_plan(parse_document(text, file), folder or FilePath())


def _validate_plan(document: Document, folder: FilePath) -> WrittenPlan:
    pattern = document.data.get("pattern")
    if "pattern" not in document.data:
        raise PlanError(
            [document.create_finding(("pattern",), "the key 'pattern' is missing", f"write one of: {', '.join(PLANS)}")]
        )
    if not isinstance(pattern, str) or pattern not in PLANS:
        hint = suggest_near(str(pattern), PLANS) or f"write one of: {', '.join(PLANS)}"
        raise PlanError([document.create_finding(("pattern",), f"unknown pattern {pattern!r}", hint)])
    model = load_plan_model(pattern)
    plan, part, errors = validate_parts(model, document.data)
    findings = [finding for row in errors for finding in convert_errors(document, model, row)]
    if plan is not None:
        findings += [
            document.create_finding(find_single(path, document), fault) for path, fault in list_faults(plan, part)
        ]
        findings += _check_code(document, plan, part, folder)
    if plan is None or findings:
        raise PlanError(sorted(findings, key=lambda finding: (finding.line or 0, finding.path)))
    plan.read_from(document.places)
    return plan


def _check_code(document: Document, plan: WrittenPlan, part: ValidPart, folder: FilePath) -> Iterator[Finding]:
    """Read the code of the plan's functions from the folder, and yield its faults."""
    for index, function in enumerate(plan.functions if plan.pattern == "flow" else ()):
        path = part.restore(("functions", index, "code"))
        if part.is_replaced(path) or part.is_incomplete(("functions", index, "handler")):
            continue
        for fault in function.read(folder):
            yield document.create_finding(path, fault)
