"""The scenarios to run: those of files with a text in their names, or those that did not pass last time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.app.last_failures import ScenarioId, read_last_failures
from sfnorch.app.scenario_requests import locate_target
from sfnorch.errors import SfnorchError
from sfnorch.scenarios.files import LocatedScenario, ScenarioFile, find_files, read_scenario_file
from sfnorch.source import SourceError

if TYPE_CHECKING:
    from sfnorch.findings import Finding


class ChosenScenario(NamedTuple):
    """A scenario, and its file."""

    file: ScenarioFile
    located: LocatedScenario

    @property
    def id(self) -> ScenarioId:
        """Return what identifies the scenario in the current folder."""
        return build_id(self.file.path, self.located.scenario.name)


def build_id(file: Path, name: str) -> ScenarioId:
    """Return what identifies a scenario in the current folder, however the path of its file is written."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 - a link stays a link
    folder = Path.cwd()
    path = absolute.relative_to(folder) if absolute.is_relative_to(folder) else absolute
    return ScenarioId(path.as_posix(), name)


def choose_scenarios(given: tuple[Path, ...], keyword: str = "", cache: Path | None = None) -> list[ChosenScenario]:
    """Return the scenarios of the files whose names contain the keyword, in any case of letters.

    With a cache, they are those of them that did not pass last time, or all of them if there are none.

    Raises SfnorchError if there is no such scenario, and the errors of `find_files` and `read_files`.
    """
    chosen = [ChosenScenario(file, located) for file in read_files(find_files(given)) for located in file.scenarios]
    named = [each for each in chosen if keyword.casefold() in each.located.scenario.name.casefold()]
    if not named:
        raise _create_error(keyword, chosen)
    last = set(read_last_failures(cache)) if cache else set()
    return [each for each in named if each.id in last] or named


def read_files(paths: list[Path]) -> list[ScenarioFile]:
    """Return the contents of the files. Raises the errors of `read_scenario_file`, with the faults of all files."""
    files: list[ScenarioFile] = []
    faults: list[Finding] = []
    error: SourceError | None = None
    for path in paths:
        try:
            files.append(read_scenario_file(path))
        except SourceError as fault:
            error = fault
            faults += fault.findings
    if error is not None:
        raise type(error)(faults)
    return files


def name_target(file: ScenarioFile) -> str:
    """Return the name of what the scenarios of a file run: a file, with the environment of a plan."""
    target = file.target
    located = locate_target(target, file.path.parent)
    if not (target.template or target.plan or located.exists()):
        return "the default plan"
    path = os.path.normpath(located)
    return f"{path} ({target.environment})" if target.environment else path


_SHOWN = 3


def _create_error(keyword: str, chosen: Iterable[ChosenScenario]) -> SfnorchError:
    names = [repr(each.located.scenario.name) for each in chosen]
    left = len(names) - _SHOWN
    more = f" and {left} other{'s' if left > 1 else ''}" if left > 0 else ""
    return SfnorchError(
        f"No scenario has {keyword!r} in its name", hint=f"there are: {', '.join(names[:_SHOWN])}{more}"
    )
