"""Read and write a file of durations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath

import yaml
from pydantic import ValidationError

from sfnorch.errors import SfnorchError
from sfnorch.job_history.models import MOST_SECONDS, DurationsDocument
from sfnorch.json_values import Json, name_type
from sfnorch.plan.model_errors import convert_errors
from sfnorch.plan.paths import Path
from sfnorch.plan.places import Place, Places
from sfnorch.plan.read import Document
from sfnorch.source import SourceError, SourceKind, read_text
from sfnorch.template.located import Array, Object
from sfnorch.template.reader import parse_value

_CREATE = "create one with sfnorch history --save durations.yaml"


class DurationsFileError(SourceError):
    """An invalid file of durations: all findings at once, each with its line."""


_KIND = SourceKind(
    name="durations file",
    error=DurationsFileError,
    max_bytes=16_777_216,
    max_depth=20,
    max_values=1_000_000,
    aliases=False,
    hints={"missing": _CREATE, "directory": "name the file in it", "large": _CREATE},
)


def read_durations(path: FilePath) -> DurationsDocument:
    """Return the recorded runs in the file.

    Raises SfnorchError if the file cannot be read or has no runs, and DurationsFileError, with all faults, if it is
    invalid.
    """
    return parse_durations(read_text(path, _KIND), str(path))


def parse_durations(text: str, file: str) -> DurationsDocument:
    """Return the recorded runs in the text of a file. Raises the errors of `read_durations`."""
    root = parse_value(text, file, _KIND)
    if not isinstance(root, Object):
        found = "the durations file is empty" if root is None else f"expected a mapping, got {name_type(root)}"
        raise DurationsFileError([_KIND.create_finding(file, 1, found, _CREATE)])
    by_path: dict[Path, Place] = {(): Place(file, root.place.line, ())}
    _note_places(root, (), file, by_path)
    document = Document(dict(root), Places(file=file, by_path=by_path), _KIND.name)
    try:
        found_runs = DurationsDocument.model_validate(document.data)
    except ValidationError as error:
        findings = convert_errors(document, DurationsDocument, error.errors(include_url=False))
        raise DurationsFileError(sorted(dict.fromkeys(findings), key=lambda finding: finding.line or 0)) from None
    if not any(job.runs for job in found_runs.jobs.values()):
        raise SfnorchError(f"{file}: no job has a recorded run", hint="run the orchestration first, then " + _CREATE)
    return found_runs


def _note_places(value: Json, path: Path, file: str, by_path: dict[Path, Place]) -> None:
    """Note the line of each value below the path."""
    match value:
        case Object():
            rows = [(key, item, line) for key, item, line in value.list_rows()]
        case Array():
            return  # the numbers of a list are on its line, and there are many
        case _:
            return
    for key, item, line in rows:
        by_path[(*path, key)] = Place(file, line, (*path, key))
        _note_places(item, (*path, key), file, by_path)


def format_durations(document: DurationsDocument) -> str:
    """Return the text of the file."""
    head = (
        "# Recorded runs of Glue jobs, in seconds. Written by sfnorch history; read by sfnorch simulate --durations.\n"
    )
    data = document.model_dump(mode="json")
    return head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def choose_quantiles(seconds: Sequence[float]) -> list[float]:
    """Return the durations sorted: all of them, or quantiles that are the same share of the runs each."""
    ordered = sorted(seconds)
    count = len(ordered)
    if count <= MOST_SECONDS:
        return ordered
    return [ordered[(2 * index + 1) * count // (2 * MOST_SECONDS)] for index in range(MOST_SECONDS)]
