"""Deployment packages for Lambda: a zip file of code. The same files always make the same bytes and the same key."""

from __future__ import annotations

import io
import stat
from collections.abc import Mapping
from pathlib import Path

PYTHON = (3, 13)
"""The Python version of the functions."""

METADATA = "CodeFrom"
"""The key of a function's Metadata with the path of its code, relative to the template."""

MAX_FILES, MAX_BYTES = 500, 20_000_000
"""The largest number of files in the code of a function, and their largest total size in bytes."""

CODE_FOLDER = "functions"
"""The prefix of the S3 keys of packages."""

_LEFT_OUT = ("__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache")
_LONG_AGO = (2000, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


class CodeError(Exception):
    """Code that cannot be packaged. The message continues a sentence with its name: `clean.py cannot be read: …`."""


def read_code(folder: Path, name: str) -> dict[str, bytes]:
    """Return the code with this name in the folder: the contents of its files, by path in the package.

    A single file is `index.py`; a folder includes all its files. Raises CodeError if the code does not exist, is
    outside the folder because of a link, is neither a file nor a folder, or is too large. Too large code is not read.
    """
    path, top = folder / name, folder.resolve()
    try:
        mode = path.stat().st_mode
        files = _list_files(path) if stat.S_ISDIR(mode) else {"index.py": path}
        if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
            raise CodeError("is neither a file nor a folder")
        if len(files) > MAX_FILES or sum(file.stat().st_size for file in files.values()) > MAX_BYTES:
            raise CodeError(f"has more than {MAX_FILES} files, or more than {MAX_BYTES:,} bytes")
        for file in (path, *files.values()):
            if not file.resolve().is_relative_to(top):
                raise CodeError(f"is a link to {_format_path(file.resolve())}, outside the plan's folder")
        return {within: file.read_bytes() for within, file in files.items()}
    except OSError as error:
        raise CodeError(f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # an invalid file name
        raise CodeError(f"cannot be read: {error}") from None


def _list_files(path: Path) -> dict[str, Path]:
    """Return the files in a folder by relative path. Raises CodeError for a name that is invalid in a package."""
    found: dict[str, Path] = {}
    for file in sorted(path.rglob("*")):
        within = file.relative_to(path)
        if file.is_file() and not any(part in _LEFT_OUT for part in within.parts):
            if _format_path(within) != within.as_posix():
                raise CodeError(f"contains a file whose name is not UTF-8: {_format_path(within)}")
            found[within.as_posix()] = file
    return found


def _format_path(path: Path) -> str:
    """Return the path as text for messages and packages, with a question mark for what is not UTF-8."""
    return path.as_posix().encode(errors="replace").decode()


def build_package(files: Mapping[str, bytes]) -> bytes:
    """Return the zip file with these files, by path."""
    import zipfile  # slow to load, and rarely needed

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def build_package_key(files: Mapping[str, bytes]) -> str:
    """Return the S3 key of the package. It is a hash of the files, and does not depend on the zip implementation."""
    from hashlib import sha256  # slow to load, and rarely needed

    digest = sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return f"{CODE_FOLDER}/{digest.hexdigest()}.zip"
