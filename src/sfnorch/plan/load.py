"""Load a plan from a file, and report all errors at once, each with its line and a fix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sfnorch.plan.checks.faults import list_faults
from sfnorch.plan.errors import PlanError
from sfnorch.plan.files import PLAN_FILE
from sfnorch.plan.kinds import PLANS, load_plan_model
from sfnorch.plan.model_fields import find_fields
from sfnorch.plan.names import PATTERN_DESCRIPTIONS
from sfnorch.plan.paths import Path
from sfnorch.plan.places import Places
from sfnorch.plan.read import Document, parse_document, read_document
from sfnorch.plan.sound_part import ValidPart, validate_parts

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

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
        hint = _suggest_near(str(pattern), PLANS) or f"write one of: {', '.join(PLANS)}"
        raise PlanError([document.create_finding(("pattern",), f"unknown pattern {pattern!r}", hint)])
    model = load_plan_model(pattern)
    plan, part, errors = validate_parts(model, document.data)
    findings = [finding for row in errors for finding in _convert_errors(document, model, row)]
    if plan is not None:
        findings += [
            document.create_finding(_find_single(path, document), fault) for path, fault in list_faults(plan, part)
        ]
        findings += _check_code(document, plan, part, folder)
    if plan is None or findings:
        raise PlanError(sorted(findings, key=lambda finding: (finding.line or 0, finding.path)))
    plan.read_from(Places(file=document.file, lines=document.lines))
    return plan


def _check_code(document: Document, plan: WrittenPlan, part: ValidPart, folder: FilePath) -> Iterator[Finding]:
    """Read the code of the plan's functions from the folder, and yield its faults."""
    for index, function in enumerate(plan.functions if plan.pattern == "flow" else ()):
        path = part.restore(("functions", index, "code"))
        if part.is_replaced(path) or part.is_incomplete(("functions", index, "handler")):
            continue
        for fault in function.read(folder):
            yield document.create_finding(path, fault)


def _convert_errors(document: Document, model: type[BaseModel], row: ErrorDetails) -> list[Finding]:
    """Return the findings for an error of pydantic: one, or one for each fault of a value."""
    if row["type"] != "faults":
        return [_convert_error(document, model, row)]
    path = _find_written_path(tuple(row["loc"]), document)
    return [document.create_finding(path, message, fix) for message, fix in row["ctx"]["faults"]]


def _convert_error(document: Document, model: type[BaseModel], row: ErrorDetails) -> Finding:
    # if a mapping's key is wrong, pydantic ends the path in [key]
    path: Path = tuple(step for step in row["loc"] if step != "[key]")
    if row["type"] == "extra_forbidden":
        near = _suggest_near(str(path[-1]), known := list(find_fields(model, path[:-1])))
        return document.create_finding(path, f"unknown key {path[-1]!r}", near or f"available: {', '.join(known)}")
    if row["type"] == "missing":
        return document.create_finding(path, f"the key {path[-1]!r} is missing", "add it")
    return document.create_finding(_find_written_path(path, document), _describe_error(row))


def _find_written_path(path: Path, document: Document) -> Path:
    """Return the path as it is in the plan: a job that is a name alone has no key `name`, a single retry no list."""
    path = _find_single(path, document)
    while path not in document.lines:
        path = path[:-1]
    return path


def _find_single(path: Path, document: Document) -> Path:
    """Return the path without the index of a single retry, which the plan writes without a list."""
    for index, step in enumerate(path):
        if step == 0 and path[: index + 1] not in document.lines:
            return (*path[:index], *path[index + 1 :])
    return path


_TEXT_IS_ENOUGH = {
    "Job": "a job's name",
    "Schedule": "a schedule's expression",
    "Retry": "a number of retries",
    "Overlap": "a mode",
}


def _describe_error(row: ErrorDetails) -> str:
    """Return the error message for a value, in terms of the plan."""
    value, context = _describe_value(row["input"]), row.get("ctx", {})
    match row["type"]:
        case "string_type":
            quotes = "; put it in quotes" if isinstance(row["input"], int) else ""
            return f"expected a string, got {value}{quotes}"
        case "int_type":
            return f"expected a whole number, got {value}"
        case "float_type":
            return f"expected a number, got {value}"
        case "bool_type":
            return f"expected true or false, got {value}"
        case "list_type":
            return f"expected a list, got {value}"
        case "model_type" if context["class_name"] in _TEXT_IS_ENOUGH:
            return f"expected {_TEXT_IS_ENOUGH[context['class_name']]} or a mapping, got {value}"
        case "dict_type" | "model_type":
            return f"expected a mapping, got {value}"
        case "literal_error":
            return f"{value} is invalid; must be {context['expected']}"
        case "greater_than_equal":
            return f"{value} is too small; must be at least {context['ge']}"
        case "less_than_equal":
            return f"{value} is too large; must be at most {context['le']:,}"
        case "too_short":
            return f"must have at least {context['min_length']}, got {context['actual_length']}"
        case "too_long":
            return f"must have at most {context['max_length']}, got {context['actual_length'] or 'more'}"
        case "string_pattern_mismatch":
            return f"{value} is invalid; must be {PATTERN_DESCRIPTIONS[context['pattern']]}"
        case "string_too_short":
            return "must not be empty"
        case "string_too_long":
            return f"must have at most {context['max_length']} characters"
    return row["msg"]  # the message of the model


def _describe_value(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list():
            return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…" + text[-1]


def _suggest_near(word: str, known: Iterable[str]) -> str:
    import difflib  # for errors only

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
