"""Write files atomically, and leave no temporary files."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sfnorch.errors import SfnorchError
from sfnorch.printable import make_printable

_TEMPORARY = re.compile(r"\.sfnorch-[0-9a-f]{16}")
_LOCKABLE = os.name == "posix"
_MOST_TRIES = 10

_FIXES = {
    errno.EACCES: "change its permissions, or write to another place",
    errno.EPERM: "change its permissions, or write to another place",
    errno.EROFS: "write to another place",
    errno.ENOSPC: "free some space, or write to another place",
    errno.EDQUOT: "free some space, or write to another place",
    errno.EFBIG: "raise the limit for the size of files, or write to another place",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "name a file in a folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "remove the link, which points to itself",
}


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write the text, or its pieces, made printable, to a temporary file, then replace the path with it.

    A reader of the path gets the old text or the new one, even after a crash of the process or the machine. Temporary
    files of killed processes in the folder are removed. A link stays a link: its target is replaced. Raises
    SfnorchError if the file cannot be written; the old file is then unchanged.
    """
    try:
        _write(path, map(make_printable, [text] if isinstance(text, str) else text))
    except OSError as error:
        fix = _FIXES.get(error.errno or 0, "write to another place")
        raise SfnorchError(f"{path} can't be written: {error.strerror}; {fix}") from None


def _write(path: Path, pieces: Iterable[str]) -> None:
    if path.is_dir():
        raise SfnorchError(f"{path} is a folder", hint="pass the name of a file with -o")
    there = path.exists()
    if there and not path.is_file():  # a pipe or a device cannot be replaced
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return
    if there and not os.access(path, os.W_OK):  # the permissions of the folder would allow the replacement
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    with contextlib.suppress(FileNotFoundError):
        path.stat()  # raises OSError for a link that points to itself, unlike resolve
    path = path.resolve()
    _remove_leftovers(path.parent)
    with _create_temporary(path) as (temporary, file):
        if there:
            temporary.chmod(path.stat().st_mode & 0o777)
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())  # without it, a crash of the machine could leave an empty file
        if not _LOCKABLE:
            file.close()  # Windows cannot replace an open file
        temporary.replace(path)
        _sync_folder(path.parent)


@contextmanager
def _create_temporary(path: Path) -> Iterator[tuple[Path, IO[str]]]:
    """Yield a new file beside the path, open for writing. An exception in the block removes it.

    A lock marks the file as in use while it is written. The lock ends with the process in every case.
    """
    for _ in range(_MOST_TRIES):
        temporary = path.with_name(f".sfnorch-{os.urandom(8).hex()}")
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as file:
                if not _lock(file):  # another command removed it as a leftover before it was locked
                    continue
                yield temporary, file
                return
        except BaseException:  # Ctrl-C too
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _lock(file: IO[str]) -> bool:
    """Lock the file, and return whether it still exists; always true on a system without locks."""
    if not _LOCKABLE:
        return True
    import fcntl

    with contextlib.suppress(OSError):  # some network file systems do not support locks
        fcntl.flock(file, fcntl.LOCK_EX)
    return os.fstat(file.fileno()).st_nlink > 0


def _remove_leftovers(folder: Path) -> None:
    """Remove the temporary files in the folder that no process is writing, as far as possible."""
    if not _LOCKABLE:
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        left = [entry.path for entry in entries if _TEMPORARY.fullmatch(entry.name)]
        for name in left:
            with contextlib.suppress(OSError):
                _remove_unless_in_use(name)


def _remove_unless_in_use(name: str) -> None:
    import fcntl

    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.stat(name, follow_symlinks=False)  # noqa: PTH116 - a path of os.scandir
        if (found.st_dev, found.st_ino) == _get_identity(descriptor):
            os.unlink(name)  # noqa: PTH108
    finally:
        os.close(descriptor)


def _get_identity(descriptor: int) -> tuple[int, int]:
    own = os.fstat(descriptor)
    return own.st_dev, own.st_ino


def _sync_folder(folder: Path) -> None:
    """Write the new entry of the folder to the disk, if the system supports it."""
    if not _LOCKABLE:
        return
    with contextlib.suppress(OSError):  # an unreadable folder, or a file system without fsync
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
