"""Errors of the operating system as messages for the user: no space, no permission, no folder."""

from __future__ import annotations

import errno
import os

from sfnorch.errors import SfnorchError

_FIXES = {
    errno.EACCES: "change the permissions",
    errno.EPERM: "change the permissions",
    errno.EROFS: "make it writable",
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EMFILE: "raise the limit of open files",
    errno.ENFILE: "raise the limit of open files",
    errno.ENOMEM: "free some memory",
    errno.EIO: "check the disk and its file system",
}


def explain_system_error(error: BaseException) -> SfnorchError | None:
    """Return the error as one that the user can fix; None if the state of the system is not the cause."""
    if isinstance(error, MemoryError):
        return SfnorchError("Out of memory; free some memory, or raise the limit")
    if not isinstance(error, OSError):
        return None
    if not _has_current_folder():
        return SfnorchError("The current folder no longer exists; change to another folder")
    if error.errno in _FIXES:
        where = f"{error.filename}: " if error.filename else ""
        return SfnorchError(f"{where}{error.strerror}; {_FIXES[error.errno]}")
    if str(error.strerror).startswith("No usable temporary directory"):
        return SfnorchError(f"{error.strerror}; set TMPDIR to a folder")
    return None


def _has_current_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd is the same
    except OSError:
        return False
    return True
