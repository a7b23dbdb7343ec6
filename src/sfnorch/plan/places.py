"""The file that a plan was read from, and the line of each key, for findings about the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sfnorch.findings import Finding, Severity
from sfnorch.plan.paths import Path, format_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A plan's file and lines. Two plans with the same keys are equal, wherever they were read from."""

    file: str = field(default="the default plan", compare=False)
    lines: Mapping[Path, int] = field(default_factory=dict, compare=False)

    def create_warning(self, rule: str, path: Path, message: str, hint: str = "") -> Finding:
        """Return a warning about the key at `path`, with the line of the nearest key above it that has one."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        return Finding(
            rule=rule,
            severity=Severity.WARNING,
            file=self.file,
            line=self.lines.get(near),
            path=format_path(path),
            message=message,
            hint=hint,
        )

    def remove_below(self, above: Path) -> Places:
        """Return the places without the lines of the keys below `above`, which are no longer those of the file."""
        kept = {path: line for path, line in self.lines.items() if path[: len(above)] != above or path == above}
        return Places(file=self.file, lines=kept)
