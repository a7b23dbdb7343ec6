"""Where each value of a plan is written: its file, its line, and its path in that file.

A plan can have values from several files, from defaults and from an environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sfnorch.findings import Finding, Severity
from sfnorch.plan.paths import Path, format_path

_MENTIONED = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)*\[\d+\](?:\.[a-z_]+|\[\d+\])*")
"""The path of an item in the message of a check."""

_STEPS = re.compile(r"([a-z_]+)|\[(\d+)\]")


class Place(NamedTuple):
    """The place of a value: its file, its line, counted from 1, and its path in the file."""

    file: str
    line: int
    path: Path

    def create_finding(self, message: str, hint: str = "") -> Finding:
        """Return an error about the value."""
        return Finding(
            rule="plan", file=self.file, line=self.line, path=format_path(self.path), message=message, hint=hint
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A plan's file, and the place of each key. Plans with the same keys are equal, wherever they were read from."""

    file: str = field(default="the default plan", compare=False)
    by_path: Mapping[Path, Place] = field(default_factory=dict, compare=False)

    def create_finding(
        self, rule: str, path: Path, message: str, hint: str = "", *, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Return a finding about the key at `path`, at the place of the nearest key above it that has one."""
        near = path
        while near and near not in self.by_path:
            near = near[:-1]
        place = self.by_path.get(near)
        return Finding(
            rule=rule,
            severity=severity,
            file=place.file if place else self.file,
            line=place.line if place else None,
            path=format_path((*place.path, *path[len(near) :]) if place else path),
            message=_MENTIONED.sub(lambda match: self._locate(match[0], place), message),
            hint=hint,
        )

    def _locate(self, text: str, place: Place | None) -> str:
        """Return the path of another item in a message as it is in its file, and the file unless it is that of `place`.

        The place of the item differs from its path in a plan that is put together from several files or keys.
        """
        path: Path = tuple(int(index) if index else key for key, index in _STEPS.findall(text))
        other = self.by_path.get(path)
        if other is None or (other.path == path and place and other.file == place.file):
            return text
        own = format_path(other.path)
        return own if place and other.file == place.file else f"{own} of {other.file}"

    def create_warning(self, rule: str, path: Path, message: str, hint: str = "") -> Finding:
        """Return a warning about the key at `path`, at the place of the nearest key above it that has one."""
        return self.create_finding(rule, path, message, hint, severity=Severity.WARNING)

    def remove_below(self, above: Path) -> Places:
        """Return the places without those of the keys below `above`, which are no longer those of the file."""
        kept = {path: place for path, place in self.by_path.items() if path[: len(above)] != above or path == above}
        return Places(file=self.file, by_path=kept)
