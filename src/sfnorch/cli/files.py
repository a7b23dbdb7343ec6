"""Writing files so that none is ever there by half."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from sfnorch.errors import SfnorchError
from sfnorch.printable import printable


def write_whole(path: Path, text: str) -> None:
    """Write the text, made printable, to a temporary file beside the path, then replace the path with it.

    Whoever reads the path finds the old text or the new one, also after a crash. The temporary name is random: a file
    that a killed process left does not block a later one. Raises SfnorchError where the file can't be written.
    """
    try:
        _write(path, printable(text))
    except OSError as error:
        raise SfnorchError(f"{path} can't be written: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    if path.is_dir():
        raise SfnorchError(f"{path} is a directory, and the output is a file", hint="name the file with -o")
    there = path.exists()
    if there and not path.is_file():  # a pipe or a device: there is nothing to replace
        path.write_text(text, encoding="utf-8")
        return
    if there and not os.access(path, os.W_OK):  # a folder's permission would be enough to replace it
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    path = path.resolve()
    temporary = path.with_name(f".sfnorch-{secrets.token_hex(8)}")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else a crash of the machine could leave the new name with nothing in it
        if there:
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:  # Ctrl-C too
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
