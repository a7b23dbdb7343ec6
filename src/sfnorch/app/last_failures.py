"""The scenarios that did not pass when they ran last, kept in a folder of the project."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sfnorch.json_values import read_mapping, read_mappings

CACHE_FOLDER = Path(".sfnorch_cache")
"""The folder, in the current one."""

_FILE = "last-failed.json"
_VERSION = 1
_BESIDE = {
    ".gitignore": "# Created by sfnorch\n*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Created by sfnorch: https://bford.info/cachedir/\n",
}
"""Files that keep the folder out of repositories and backups."""


class ScenarioId(NamedTuple):
    """The name of a scenario, and the path of its file."""

    file: str
    name: str


def read_last_failures(folder: Path) -> list[ScenarioId]:
    """Return the scenarios that did not pass; none if the folder does not exist or has no valid file."""
    try:
        kept = read_mapping(json.loads((folder / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return []
    if kept.get("version") != _VERSION:
        return []
    rows = [(row.get("file"), row.get("name")) for row in read_mappings(kept.get("failed"))]
    return [ScenarioId(file, name) for file, name in rows if isinstance(file, str) and isinstance(name, str)]


def keep_last_failures(folder: Path, ran: Iterable[ScenarioId], failed: Iterable[ScenarioId]) -> None:
    """Keep the scenarios that failed, and those that failed before and did not run now.

    A folder that cannot be written is left as it is, because the results do not depend on it.
    """
    now = list(failed)
    done = {*ran, *now}
    rows = [*(each for each in read_last_failures(folder) if each not in done), *now]
    text = json.dumps({"version": _VERSION, "failed": [each._asdict() for each in rows]}, indent=2) + "\n"
    with suppress(OSError):
        if not rows and not folder.exists():
            return
        if not folder.exists():
            folder.mkdir()
            for name, content in _BESIDE.items():
                (folder / name).write_text(content, encoding="utf-8")
        new = folder / f"{_FILE}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(folder / _FILE)
