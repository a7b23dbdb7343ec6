"""The errors of pydantic as findings, in terms of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sfnorch.plan.model_fields import find_fields, list_composed_keys
from sfnorch.plan.names import PATTERN_DESCRIPTIONS
from sfnorch.plan.paths import Path

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from sfnorch.findings import Finding
    from sfnorch.plan.read import Document


def convert_errors(document: Document, model: type[BaseModel], rows: Iterable[ErrorDetails]) -> Iterator[Finding]:
    """Yield the findings for errors of pydantic about the document: for each one, or one for each fault of a value."""
    for row in rows:
        if row["type"] != "faults":
            yield _convert_error(document, model, row)
        else:
            path = _find_written_path(row["loc"], document)
            yield from (document.create_finding(path, message, fix) for message, fix in row["ctx"]["faults"])


def _convert_error(document: Document, model: type[BaseModel], row: ErrorDetails) -> Finding:
    # if a mapping's key is wrong, pydantic ends the path in [key]
    path: Path = tuple(step for step in row["loc"] if step != "[key]")
    if row["type"] == "extra_forbidden":
        known = [*find_fields(model, path[:-1], document.data), *list_composed_keys(model, path[:-1])]
        return document.create_finding(path, f"unknown key {path[-1]!r}", suggest_key(str(path[-1]), known))
    if row["type"] == "missing":
        return document.create_finding(path, f"the key {path[-1]!r} is missing", "add it")
    return document.create_finding(_find_written_path(path, document), _describe_error(row))


def suggest_key(word: str, known: Sequence[str]) -> str:
    """Return the hint for an unknown word: the nearest known word, or all known words."""
    return suggest_near(word, known) or f"available: {', '.join(known)}"


def _find_written_path(path: Path, document: Document) -> Path:
    """Return the path as it is in the plan: a job that is a name alone has no key `name`, a single retry no list."""
    path = find_single(path, document)
    while not document.is_written(path):
        path = path[:-1]
    return path


def find_single(path: Path, document: Document) -> Path:
    """Return the path without the index of a single retry, which the plan writes without a list."""
    for index, step in enumerate(path):
        if step == 0 and not document.is_written(path[: index + 1]):
            return (*path[:index], *path[index + 1 :])
    return path


_TEXT_IS_ENOUGH = {
    "Job": "a job's name",
    "Schedule": "a schedule's expression",
    "Retry": "a number of retries",
    "Overlap": "a mode",
    "Failure": "always, a number of runs",
    "ExpectedExecution": "a status",
    "ExpectedJobRun": "a number of runs",
    "ExpectedNotification": "a subject",
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
        case "float_type" | "finite_number":
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


def suggest_near(word: str, known: Iterable[str]) -> str:
    """Return the question for the known word that is nearest to `word`; empty if none is near."""
    import difflib  # for errors only

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
