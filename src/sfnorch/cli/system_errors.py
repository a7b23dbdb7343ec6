"""What the system refuses, in a user's words: no space, no permission, no folder."""

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
    errno.EIO: "look at the disk and its file system",
}


def explain_system_error(error: BaseException) -> SfnorchError | None:
    """Return the error as one that a user can mend; None where it doesn't come from the system's state."""
    if isinstance(error, MemoryError):
        return SfnorchError("There is not enough memory; free some, or raise the limit")
    if not isinstance(error, OSError):
        return None
    if not _has_current_folder():
        return SfnorchError("The current folder does not exist any more; change to another one")
    if error.errno in _FIXES:
        where = f"{error.filename}: " if error.filename else ""
        return SfnorchError(f"{where}{error.strerror}; {_FIXES[error.errno]}")
    if str(error.strerror).startswith("No usable temporary directory"):
        return SfnorchError(f"{error.strerror}; name one in TMPDIR")
    return None


def _has_current_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd is the same
    except OSError:
        return False
    return True
