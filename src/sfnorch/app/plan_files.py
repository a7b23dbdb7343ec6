"""The plans that a pattern such as `plans/*.yaml` matches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sfnorch.app.linted_files import looks_like_template
from sfnorch.errors import SfnorchError
from sfnorch.linter.path_patterns import find_fixed_part, find_matches, is_pattern
from sfnorch.plan.composition.includes import find_included_files
from sfnorch.plan.pattern import PATTERN
from sfnorch.plan.read import read_document


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFiles:
    """The plans that a pattern matches."""

    plans: tuple[Path, ...]
    """The plans, sorted."""
    folder: Path
    """The folder in the pattern before its first wildcard."""
    notes: tuple[str, ...]
    """Which files match and are no plans, and why."""


def find_plans(pattern: str) -> PlanFiles | None:
    """Return the plans that the pattern matches; None if the text is the path of a file.

    Templates are no plans, and neither are files without the key `pattern` that another matching file includes.
    """
    if not is_pattern(pattern):
        return None
    plans: list[Path] = []
    notes: list[str] = []
    for path in find_matches(pattern):
        if _is_template(path):
            notes.append(f"{path} is a template, and is skipped")
        else:
            plans.append(path)
    includers = {included: path for path in plans for included in _find_included_files(path)}
    parts = {path: includers[key] for path in plans if (key := path.resolve()) in includers and not _is_whole(path)}
    notes += [f"{path} is included by {includer}, and is skipped" for path, includer in parts.items()]
    return PlanFiles(
        plans=tuple(path for path in plans if path not in parts),
        folder=find_fixed_part(pattern),
        notes=tuple(notes),
    )


def _is_template(path: Path) -> bool:
    """Return whether a file is a template; false for one that cannot be read, which the command reports."""
    try:
        return looks_like_template(path) and not _is_whole(path)
    except OSError:
        return False


def _find_included_files(path: Path) -> frozenset[Path]:
    """Return the files that a plan includes; none for a plan that cannot be read, which the command reports."""
    try:
        return find_included_files(path)
    except SfnorchError:
        return frozenset()


def _is_whole(path: Path) -> bool:
    """Return whether a file is a plan also without the file that includes it."""
    try:
        return PATTERN in read_document(path).data
    except SfnorchError:
        return False
