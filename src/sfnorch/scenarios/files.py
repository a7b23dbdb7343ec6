"""Read a scenario file: its scenarios, one for each row of a table, and all errors at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding
from sfnorch.json_values import Json, name_type, read_mapping
from sfnorch.plan.model_errors import convert_errors
from sfnorch.plan.paths import Path, format_path
from sfnorch.plan.places import Place, Places
from sfnorch.plan.read import Document
from sfnorch.scenarios.examples import fill_row, name_row
from sfnorch.scenarios.models import Scenario, ScenarioDocument, Target
from sfnorch.source import SourceError, SourceKind, read_text
from sfnorch.template.located import Array, Object
from sfnorch.template.reader import parse_value

SUFFIXES = (".sfntest.yaml", ".sfntest.yml", ".sfntest.json")
"""The ends of the names of scenario files."""


class ScenarioFileError(SourceError):
    """An invalid scenario file: all findings at once, each with its line."""


_KIND = SourceKind(
    name="scenario file",
    error=ScenarioFileError,
    max_bytes=4_194_304,
    max_depth=100,
    max_values=500_000,
    aliases=True,
    hints={
        "missing": "create one with sfnorch test --init",
        "directory": "name a file in it, such as {path}/sfnorch.sfntest.yaml",
        "large": "split it, or put large objects in files",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedScenario:
    """A scenario, with what the file gives to all of them, and its line."""

    scenario: Scenario
    line: int
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)
    """The lines of its values by path, as in `expect.jobs.ran[0]`."""

    def find_line(self, path: str) -> int:
        """Return the line of the value at the path, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """The content of a scenario file."""

    path: FilePath
    target: Target
    unreachable: Mapping[str, str] = field(default_factory=dict)
    """The parts of state machines that no run can reach, each with the reason."""
    scenarios: tuple[LocatedScenario, ...]
    places: Places = field(repr=False)


def find_files(given: tuple[FilePath, ...]) -> list[FilePath]:
    """Return the scenario files: those given, those of given folders, or those of the current folder and `tests`.

    Raises SfnorchError if there are none.
    """
    found = [file for path in given for file in (list_files(path) if path.is_dir() else [path])]
    if not given:
        found = [*list_files(FilePath()), *list_files(FilePath("tests"))]
    if not found:
        places = ", ".join(map(str, given)) if given else "the current folder and in tests"
        raise SfnorchError(
            f"There is no scenario file (*{SUFFIXES[0]}) in {places}",
            hint="sfnorch test --init writes one for the plan in the current folder",
        )
    return list(dict.fromkeys(found))


def list_files(folder: FilePath) -> list[FilePath]:
    """Return the scenario files in a folder; an empty list if the folder does not exist."""
    return sorted(file for file in folder.iterdir() if file.name.endswith(SUFFIXES)) if folder.is_dir() else []


def read_scenario_file(path: FilePath) -> ScenarioFile:
    """Return the content of the file.

    Raises SfnorchError if the file cannot be read, and ScenarioFileError, with all faults, if it is invalid.
    """
    return parse_scenario_file(read_text(path, _KIND), path)


def parse_scenario_file(text: str, path: FilePath) -> ScenarioFile:
    """Return the content of a text; `path` is its name, in whose folder other files are.

    Raises ScenarioFileError, with all faults, if the text is invalid.
    """
    file = str(path)
    root = parse_value(text, file, _KIND)
    if not isinstance(root, Object):
        found = "it is empty" if root is None else f"expected a mapping, got {name_type(root)}"
        hint = "write the scenarios in the list scenarios, or create a file with sfnorch test --init"
        raise ScenarioFileError([_KIND.create_finding(file, 1, found, hint)])
    reading = _ScenarioReading(file)
    document = Document(reading.expand(root), Places(file=file, by_path=reading.places), _KIND.name)
    try:
        model = ScenarioDocument.model_validate(document.data)
    except ValidationError as error:
        reading.findings += convert_errors(document, ScenarioDocument, error.errors(include_url=False))
    else:
        reading.findings += _find_duplicates(document, model)
    if reading.findings:
        raise ScenarioFileError(sorted(dict.fromkeys(reading.findings), key=lambda finding: finding.line or 0))
    lines: list[dict[str, int]] = [{} for _ in model.scenarios]
    for steps, place in document.places.by_path.items():
        match steps:
            case ("scenarios", int(index), _, *_):
                lines[index][format_value_path(steps[2:])] = place.line
    scenarios = tuple(
        LocatedScenario(
            scenario=scenario.model_copy(update={"given": model.given.merge(scenario.given)}),
            line=document.places.by_path["scenarios", index].line,
            lines=lines[index],
        )
        for index, scenario in enumerate(model.scenarios)
    )
    return ScenarioFile(
        path=path,
        target=model.target,
        unreachable=model.unreachable,
        scenarios=scenarios,
        places=document.places,
    )


def format_value_path(steps: Path) -> str:
    """Return the path of a value in a scenario, as a mismatch has it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _find_duplicates(document: Document, model: ScenarioDocument) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for index, scenario in enumerate(model.scenarios):
        path: Path = ("scenarios", index, "name")
        if scenario.name in lines:
            hint = f"the first is on line {lines[scenario.name]}; choose another name"
            yield document.create_finding(path, f"duplicate name {scenario.name!r}", hint)
        else:
            lines[scenario.name] = document.places.by_path[path].line


_EXAMPLES = "examples"
_COLUMN = re.compile(r"[^<>]+")


@dataclass(slots=True)
class _ScenarioReading:
    """One walk over a file: its data with a scenario for each row of a table, and the place of each value."""

    file: str
    places: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def expand(self, root: Object) -> dict[str, Any]:
        """Return the data of the file, in which each row of a table is a scenario."""
        self.places[()] = Place(self.file, root.place.line, ())
        data: dict[str, Any] = {}
        for key, value, line in root.list_rows():
            if key == "scenarios" and isinstance(value, Array):
                self.places[(key,)] = Place(self.file, line, (key,))
                data[key] = list(self._expand_scenarios(value))
            else:
                data[key] = self._copy(value, (key,), (key,), line)
        return data

    def _expand_scenarios(self, items: Array) -> Iterator[Json]:
        number = 0
        for index, (item, line) in enumerate(items.list_rows()):
            rows = self._read_rows(item, index) if isinstance(item, Object) and _EXAMPLES in item else [None]
            for row in rows:
                written: Path = ("scenarios", index)
                yield self._copy(item, ("scenarios", number), written, line, row)
                number += 1

    def _read_rows(self, scenario: Object, index: int) -> list[Object | None]:
        """Return the rows of the table of a scenario; one without values after a fault of the table."""
        table, line = scenario[_EXAMPLES], scenario.lines[_EXAMPLES]
        path: Path = ("scenarios", index, _EXAMPLES)
        if not isinstance(table, Array) or not table:
            self._add(line, path, "expected a list of rows, each a mapping of columns to values")
            return [None]
        rows: list[Object | None] = []
        columns = list(read_mapping(table[0]))
        for number, (row, row_line) in enumerate(table.list_rows()):
            if not isinstance(row, Object) or not row:
                self._add(row_line, (*path, number), "expected a mapping of columns to values")
            elif set(row) != set(columns):
                self._add(row_line, (*path, number), f"a row must have the columns {', '.join(columns)}")
            elif wrong := [column for column in row if not _COLUMN.fullmatch(column)]:
                self._add(row_line, (*path, number), f"{wrong[0]!r} cannot be the name of a column")
            else:
                rows.append(row)
        return rows or [None]

    def _add(self, line: int, path: Path, message: str) -> None:
        rule, key = _KIND.name, format_path(path)
        self.findings.append(Finding(rule=rule, file=self.file, line=line, path=key, message=message))

    def _copy(self, value: Json, path: Path, written: Path, line: int, row: Object | None = None) -> Any:
        """Return the value as plain data, filled with the row, and keep the place of each value in it."""
        self.places[path] = Place(self.file, line, written)
        match value:
            case Object():
                return self._copy_mapping(value, path, written, row)
            case Array():
                return [
                    self._copy(item, (*path, index), (*written, index), item_line, row)
                    for index, (item, item_line) in enumerate(value.list_rows())
                ]
            case str():
                return str(value) if row is None else fill_row(str(value), row)
        return value

    def _copy_mapping(self, value: Object, path: Path, written: Path, row: Object | None) -> dict[str, Any]:
        copied: dict[str, Any] = {}
        is_scenario = len(path) == 2 and path[0] == "scenarios"
        for key, item, line in value.list_rows():
            if is_scenario and key == _EXAMPLES:
                continue
            name = str(fill_row(key, row)) if row is not None else key
            copied[name] = self._copy(item, (*path, name), (*written, key), line, row)
        if is_scenario and row is not None and isinstance(value.get("name"), str):
            copied["name"] = name_row(str(value["name"]), row)
        return copied
