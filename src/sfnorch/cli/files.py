"""Writing files so that none is ever there by half."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from sfnorch.errors import SfnorchError


def write_whole(path: Path, text: str) -> None:
    """Writes the text beside the file and then puts it in its place. Raises SfnorchError where that can't be."""
    try:
        _write(path, text)
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
    beside = path.with_name(f".sfnorch-{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if there:
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
