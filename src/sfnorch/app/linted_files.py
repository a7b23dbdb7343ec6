"""The files that lint reads: paths, and patterns such as `templates/**/*.yaml`, which no shell has to expand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sfnorch.errors import SfnorchError
from sfnorch.linter.path_patterns import find_matches, is_pattern
from sfnorch.source import SourceError
from sfnorch.template.definition_files import read_template_or_definition

_LOOKS_LIKE_TEMPLATE = re.compile(
    r"^(?:AWSTemplateFormatVersion|Resources|StartAt)\s*:|[\"'](?:AWSTemplateFormatVersion|Resources|StartAt)[\"']\s*:",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedFiles:
    """The files to lint, patterns that match no file, and files that match a pattern and are not templates."""

    files: tuple[Path, ...]
    unmatched: tuple[str, ...]
    skipped: tuple[str, ...]


def find_files(given: Iterable[str]) -> LintedFiles:
    """Return the files that paths and patterns name, each once, in the order of the paths and patterns.

    Files of a pattern are sorted. A file that is named by its path is always linted, also if it is not a template.
    """
    words = list(given)
    named = {Path(word).resolve() for word in words if not is_pattern(word)}
    files: dict[Path, Path] = {}
    unmatched: list[str] = []
    skipped: dict[Path, str] = {}
    for word in words:
        if not is_pattern(word):
            files.setdefault(Path(word).resolve(), Path(word))
            continue
        found = list(find_matches(word))
        if not found:
            unmatched.append(word)
        for path in found:
            key = path.resolve()
            if key in named or (key not in skipped and _is_template(path)):
                files.setdefault(key, path)
            else:
                skipped.setdefault(key, str(path))
    return LintedFiles(files=tuple(files.values()), unmatched=tuple(unmatched), skipped=tuple(skipped.values()))


def _is_template(path: Path) -> bool:
    """Return whether a file is a template or a definition, or is to be one but cannot be read as such."""
    try:
        source = read_template_or_definition(path)
    except SourceError:
        return looks_like_template(path)
    except SfnorchError:  # it cannot be opened, or is too large for a template
        return False
    return source.is_definition or "Resources" in source.data or "AWSTemplateFormatVersion" in source.data


def looks_like_template(path: Path) -> bool:
    """Return whether the file has a key that only templates and definitions have. It need not be valid."""
    return bool(_LOOKS_LIKE_TEMPLATE.search(path.read_text(encoding="utf-8", errors="replace")))
