"""Packages of code for Lambda: files of a folder, a zip of them, the same bytes for the same files; known by a hash."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

PYTHON = (3, 13)
"""The Python that functions run with."""

METADATA = "CodeFrom"
"""The key of a function's Metadata that tells where its code lies, by the way from the template's folder."""

MAX_FILES, MAX_BYTES = 500, 20_000_000
"""How many files the code of a function may have, and how large they may be together."""

CODE_FOLDER = "functions"
"""The prefix of the keys of packages in their bucket."""

_LEFT_OUT = ("__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache")
_LONG_AGO = (2000, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


class CodeError(Exception):
    """Code that makes no package; what is said of it stands behind its name: `clean.py can't be read: …`."""


def read_code(folder: Path, name: str) -> dict[str, bytes]:
    """Return the code of this name in the folder, by the files' ways within the package.

    A file is `index.py`, a folder all that lies in it. Raises CodeError where it isn't there, lies elsewhere by a link,
    is no code at all, or is too much: what is too much is not read.
    """
    path, top = folder / name, folder.resolve()
    try:
        mode = path.stat().st_mode
        files = _files(path) if stat.S_ISDIR(mode) else {"index.py": path}
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise CodeError("is neither a file nor a folder")
        if len(files) > MAX_FILES or sum(file.stat().st_size for file in files.values()) > MAX_BYTES:
            raise CodeError(f"has more than {MAX_FILES} files, or more than {MAX_BYTES:,} bytes")
        for file in (path, *files.values()):
            if not file.resolve().is_relative_to(top):
                raise CodeError(f"leads out of the plan's folder, to {_shown(file.resolve())}")
        return {within: file.read_bytes() for within, file in files.items()}
    except OSError as error:
        raise CodeError(f"can't be read: {error.strerror}") from None
    except ValueError as error:  # a name that no file can have
        raise CodeError(f"can't be read: {error}") from None


def _files(path: Path) -> dict[str, Path]:
    """Return the files in a folder by their ways within it. Raises CodeError for a name that a package can't hold."""
    found: dict[str, Path] = {}
    for file in sorted(path.rglob("*")):
        within = file.relative_to(path)
        if file.is_file() and not any(part in _LEFT_OUT for part in within.parts):
            if _shown(within) != within.as_posix():
                raise CodeError(f"holds a file whose name is not UTF-8: {_shown(within)}")
            found[within.as_posix()] = file
    return found


def _shown(path: Path) -> str:
    """Return the path as it can be shown and put into a package: what is not UTF-8 in it as a question mark."""
    return path.as_posix().encode(errors="replace").decode()


def package(files: Mapping[str, bytes]) -> bytes:
    """Return the zip of these files, by their ways within it."""
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
    return f"{CODE_FOLDER}/{digest.hexdigest()}.zip"
