"""Load a plan from a file, and report all errors at once, each with its line and a fix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from sfnorch.plan.checks.faults import list_faults
from sfnorch.plan.composition.composition import Composition, needs_composition
from sfnorch.plan.errors import PlanError
from sfnorch.plan.files import PLAN_FILE
from sfnorch.plan.kinds import load_plan_model
from sfnorch.plan.model_errors import convert_errors, find_single
from sfnorch.plan.pattern import read_pattern
from sfnorch.plan.provenance import Provenance
from sfnorch.plan.read import Document, parse_document, read_document
from sfnorch.plan.sound_part import ValidPart, validate_parts

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.plan.kinds import AnyPlan, WrittenPlan


def load_plan(path: FilePath, environment: str = "") -> AnyPlan:
    """Return the plan in the file, in the environment of this name.

    Raises SfnorchError if a file cannot be read or if the environment is unknown, and PlanError, with all faults, if
    the plan is invalid.
    """
    return validate_composition(compose_document(read_document(path), path, environment), path.parent)


def parse_plan(text: str, *, file: str = PLAN_FILE, folder: FilePath | None = None, environment: str = "") -> AnyPlan:
    """Return the plan in the text, in the environment of this name.

    `file` is its name in errors, `folder` the folder with the code of its functions and the files that it includes.
    Raises SfnorchError if the environment is unknown, and PlanError, with all faults, if the plan is invalid.
    """
    folder = folder or FilePath()
    composition = compose_document(parse_document(text, file), folder / FilePath(file).name, environment)
    return validate_composition(composition, folder)


def compose_document(document: Document, path: FilePath, environment: str = "") -> Composition:
    """Return the effective plan of the document, which was read from `path`, without a check of its values.

    Raises SfnorchError if a file cannot be read or if the environment is unknown, and PlanError if the plan's files
    cannot be joined or have no valid pattern.
    """
    if not environment and not needs_composition(document):
        return Composition(document)
    from sfnorch.plan.composition.compose import compose_plan  # most plans are complete

    return compose_plan(document, path, environment)


def validate_composition(composition: Composition, folder: FilePath) -> WrittenPlan:
    """Return the plan of a composition; `folder` has the code of its functions.

    Raises PlanError, with all faults, if the plan is invalid.
    """
    document = composition.document
    model = load_plan_model(read_pattern(document))
    plan, part, errors = validate_parts(model, document.data)
    findings = [*composition.findings, *convert_errors(document, model, errors)]
    if plan is not None:
        findings += [
            document.create_finding(find_single(path, document), fault) for path, fault in list_faults(plan, part)
        ]
        findings += _check_code(document, plan, part, folder)
    if plan is None or findings:
        raise PlanError(_sort_findings(findings, document.file))
    plan.read_from(
        Provenance(
            places=document.places,
            environment=composition.environment,
            environments=tuple(composition.environments),
            job_names=composition.job_names,
        )
    )
    return plan


def _sort_findings(findings: Iterable[Finding], file: str) -> list[Finding]:
    """Return the findings by place, those of the plan's file first. A default can have one error for many jobs."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda finding: (finding.file != file, finding.file, finding.line or 0, finding.path),
    )


def _check_code(document: Document, plan: WrittenPlan, part: ValidPart, folder: FilePath) -> Iterator[Finding]:
    """Read the code of the plan's functions from the folder, and yield its faults."""
    for index, function in enumerate(plan.functions if plan.pattern == "flow" else ()):
        path = part.restore(("functions", index, "code"))
        if part.is_replaced(path) or part.is_incomplete(("functions", index, "handler")):
            continue
        for fault in function.read(folder):
            yield document.create_finding(path, fault)
