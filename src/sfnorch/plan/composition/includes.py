"""Read the files that a plan includes, and join them with the plan."""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from pathlib import PureWindowsPath

from sfnorch.errors import SfnorchError
from sfnorch.plan.composition.composition import INCLUDE
from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.merging import join_files
from sfnorch.plan.composition.tree import Node, grow_tree
from sfnorch.plan.errors import PlanError
from sfnorch.plan.read import read_document

MAX_DEPTH = 20
"""The largest number of files of which each includes the next one."""

_REPOSITORY_MARK = ".git"


def join_included_files(root: Node, path: FilePath, faults: Faults) -> Node:
    """Return the plan joined with the files that it includes, without the key `include`.

    `path` is the plan's file. Each file is read once. Paths are relative to the file that has them, and stay in the
    repository: the nearest folder above the plan with `.git`, else the plan's folder.
    """
    reading = _Reading(_find_repository(path.parent), faults)
    return reading.join(root, path, (_resolve(path),))


def find_included_files(path: FilePath) -> frozenset[FilePath]:
    """Return the files that the plan at `path` includes, directly or by other files, without links in their paths.

    Files that cannot be read are missing. Raises SfnorchError if the plan cannot be read.
    """
    reading = _Reading(_find_repository(path.parent), Faults())
    reading.join(grow_tree(read_document(path)), path, (_resolve(path),))
    return frozenset(reading.done)


def _find_repository(folder: FilePath) -> FilePath:
    start = _resolve(folder)
    return next((above for above in (start, *start.parents) if (above / _REPOSITORY_MARK).exists()), start)


def _resolve(path: FilePath) -> FilePath:
    return FilePath(os.path.realpath(path))


class _Reading:
    """One walk over a plan's files."""

    def __init__(self, repository: FilePath, faults: Faults) -> None:
        self._repository = repository
        self._faults = faults
        self.done: set[FilePath] = set()

    def join(self, root: Node, path: FilePath, chain: tuple[FilePath, ...]) -> Node:
        """Return the root of the file at `path` joined with the files that it includes; `chain` leads to the file."""
        included = root.get(INCLUDE)
        own = root.replace(include=None)
        if included is None:
            return own
        entries = included.items if included.is_list else [included]
        joined: Node | None = None
        for entry in entries:
            below = self._read(entry, path.parent, chain)
            if below is not None:
                joined = join_files(joined, below) if joined else below
        return join_files(joined, own) if joined else own

    def _read(self, entry: Node, folder: FilePath, chain: tuple[FilePath, ...]) -> Node | None:
        """Return the tree of an included file; None if it is invalid, or already read."""
        if not entry.text:
            self._faults.add(entry.place, "expected the path of a file", "write a path relative to this file")
            return None
        if "\0" in entry.text:
            self._faults.add(entry.place, f"{entry.text!r} is not a path", "write a path relative to this file")
            return None
        path = folder / entry.text
        resolved = _resolve(path)
        if _resolve(short := FilePath(os.path.normpath(path))) == resolved:  # not if a link comes before `..`
            path = short
        if fault := self._find_fault(entry.text, resolved, chain):
            self._faults.add(entry.place, *fault)
            return None
        if resolved in self.done:
            return None
        self.done.add(resolved)
        try:
            root = grow_tree(read_document(path))
        except PlanError as error:
            self._faults.findings += error.findings
            return None
        except SfnorchError as error:
            self._faults.add(entry.place, error.message[:1].lower() + error.message[1:], "correct the path")
            return None
        return self.join(root, path, (*chain, resolved))

    def _find_fault(self, text: str, resolved: FilePath, chain: tuple[FilePath, ...]) -> tuple[str, str] | None:
        if PureWindowsPath(text).anchor:
            return f"{text!r} is an absolute path", "write a path relative to this file"
        if not resolved.is_relative_to(self._repository):
            return f"{text!r} is outside of the repository", f"move the file into {self._repository}"
        if resolved in chain:
            names = " includes ".join(each.name for each in (*chain[chain.index(resolved) :], resolved))
            return f"the files include each other: {names}", "remove one of the includes"
        if len(chain) > MAX_DEPTH:
            return f"the includes are nested more than {MAX_DEPTH} levels deep", "include the file in a file above"
        return None
