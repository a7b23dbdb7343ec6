"""What cfn-lint finds in a template, kept in pytest's cache for the next run of the tests, as mypy keeps what it checks.

It is taken for what cfn-lint finds only where nothing can have changed: the template, the settings, the files of
cfn-lint and what it needs, Python, what the tests do faster, and the day, as some rules look at the date.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
from contextlib import suppress
from datetime import date
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from typing import Any

import cfnlint.rules
from cfnlint.match import Match
from cfnlint.rules import CloudFormationLintRule
from cfnlint.runner import Runner
from packaging.requirements import Requirement

from tests import quick_libraries

_RULES = str(Path(cfnlint.rules.__file__).parent)
"""The folder of cfn-lint's own rules."""


class Store:
    """A folder with a file for each look of cfn-lint, of today and of what is installed; others are removed."""

    def __init__(self, folder: Path, today: date) -> None:
        self._folder = folder / f"{today}-{_installed()}"
        self._folder.mkdir(parents=True, exist_ok=True)
        for other in folder.iterdir():
            if other != self._folder:
                shutil.rmtree(other, ignore_errors=True)

    def found(self, runner: Runner, key: tuple[str, str]) -> list[Match] | None:
        """Return what was found in the template; None where that is not known."""
        if _has_rules_of_its_own(runner):
            return None
        try:
            return list(_Loading(BytesIO(self._file(key).read_bytes()), runner.rules).load())
        except (OSError, EOFError, KeyError, pickle.UnpicklingError):
            return None

    def keep(self, runner: Runner, key: tuple[str, str], matches: list[Match]) -> None:
        """Keep what was found, where it can be written and its rules are found again by their ids."""
        if _has_rules_of_its_own(runner):
            return
        data = BytesIO()
        with suppress(pickle.PicklingError, TypeError, AttributeError, RecursionError, OSError):
            _Dumping(data, runner.rules).dump(matches)
            file = self._file(key)
            part = file.with_suffix(f".{os.getpid()}")
            part.write_bytes(data.getvalue())
            part.replace(file)

    def _file(self, key: tuple[str, str]) -> Path:
        return self._folder / hashlib.sha256("\0".join(key).encode("utf-8", "surrogatepass")).hexdigest()


class _Dumping(pickle.Pickler):
    def __init__(self, file: BytesIO, rules: Any) -> None:
        super().__init__(file)
        self._rules = rules

    def persistent_id(self, obj: Any) -> str | None:
        if not isinstance(obj, CloudFormationLintRule):
            return None
        if self._rules.get(obj.id) is not obj:
            raise pickle.PicklingError(obj.id)
        return str(obj.id)


class _Loading(pickle.Unpickler):
    def __init__(self, file: BytesIO, rules: Any) -> None:
        super().__init__(file)
        self._rules = rules

    def persistent_load(self, pid: str) -> Any:
        return self._rules[pid]


def _has_rules_of_its_own(runner: Runner) -> bool:
    return runner.config.append_rules != [_RULES] or bool(runner.config.custom_rules)


def _installed() -> str:
    """Return a digest of the files of cfn-lint and all that it needs, as they were installed."""
    digest = hashlib.sha256(sys.version.encode() + Path(quick_libraries.__file__).read_bytes())
    todo, seen = ["cfn-lint"], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        digest.update(f"{name} {found.version} {found.read_text('RECORD')}".encode())
        needed = map(Requirement, found.requires or ())
        todo += sorted(each.name for each in needed if each.marker is None or each.marker.evaluate({"extra": ""}))
    return digest.hexdigest()
