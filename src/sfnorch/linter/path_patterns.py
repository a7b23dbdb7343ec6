"""Patterns of paths, such as `templates/**/*.yaml`.

`*`, `?` and `[…]` match within a name, and `**` matches any number of names. A name that begins with a dot matches only
a part that begins with a dot too. Links to folders are not followed, so that a loop of links has an end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from glob import has_magic
from itertools import takewhile
from pathlib import Path

ANY_FOLDERS = "**"


def is_pattern(text: str) -> bool:
    """Return whether the text is a pattern; the path of a file that exists is none."""
    return has_magic(text) and not Path(text).exists()


def is_path_match(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Return whether the parts of a path match the parts of a pattern."""
    if not pattern:
        return not path
    if pattern[0] == ANY_FOLDERS and is_path_match(path, pattern[1:]):
        return True
    if not path or (path[0].startswith(".") and not pattern[0].startswith(".")):
        return False
    if pattern[0] == ANY_FOLDERS:
        return is_path_match(path[1:], pattern)
    return fnmatchcase(path[0], pattern[0]) and is_path_match(path[1:], pattern[1:])


def find_fixed_part(pattern: str) -> Path:
    """Return the folder in the pattern before its first wildcard."""
    return Path(*takewhile(lambda part: not has_magic(part), Path(pattern).parts))


def find_matches(pattern: str) -> Iterator[Path]:
    """Yield the files that match a pattern, sorted; no folders, and no pipes, from which reading would wait."""
    base = find_fixed_part(pattern)
    rest = Path(pattern).parts[len(base.parts) :]
    found = (base / Path(*names) for names in _walk(base, rest) if is_path_match(names, rest))
    yield from (path for path in sorted(found) if path.is_file())


def _walk(base: Path, pattern: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the names of the path to each file that can match, from the base folder."""
    with_hidden = any(part.startswith(".") for part in pattern)
    for folder, folders, files in os.walk(base):
        above = Path(folder).relative_to(base).parts
        if ANY_FOLDERS not in pattern and len(above) >= len(pattern) - 1:
            folders.clear()
        folders[:] = [name for name in folders if with_hidden or not name.startswith(".")]
        yield from ((*above, name) for name in files)
