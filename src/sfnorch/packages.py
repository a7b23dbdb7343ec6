"""Packages of code for Lambda: files of a folder, a zip of them, the same bytes for the same files; known by a hash."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

METADATA = "CodeFrom"
"""The key of a function's Metadata that tells where its code lies, by the way from the template's folder."""

MAX_FILES, MAX_BYTES = 500, 20_000_000
"""How many files the code of a function may have, and how large they may be together."""

_LEFT_OUT = ("__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache")
_LONG_AGO = (2000, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


def read_code(path: Path) -> dict[str, bytes]:
    """The code at the path, by the files' ways within the package: a file is `index.py`, a folder all that lies in it.

    Raises OSError where nothing is there; more files than a package may have are not read.
    """
    if not path.is_dir():
        return {"index.py": path.read_bytes()}
    found: dict[str, bytes] = {}
    for file in sorted(path.rglob("*")):
        within = file.relative_to(path)
        if file.is_file() and not any(part in _LEFT_OUT for part in within.parts) and len(found) <= MAX_FILES:
            found[within.as_posix()] = file.read_bytes()
    return found


def package(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files, by their ways within it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def package_key(files: Mapping[str, bytes]) -> str:
    """Where the package lies in its bucket: under the hash of the files, whatever zips them."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return f"functions/{digest.hexdigest()}.zip"
