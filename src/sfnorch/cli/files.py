"""Writing files so that none is ever there by half."""

from __future__ import annotations

import os
from pathlib import Path

from sfnorch.errors import SfnorchError


def write_whole(path: Path, text: str) -> None:
    """Writes the text beside the file and then puts it in its place. Raises SfnorchError where that can't be."""
    if path.is_dir():
        raise SfnorchError(f"{path} is a directory, and the output is a file", hint="name the file with -o")
    if path.exists() and not path.is_file():  # a pipe or a device: there is nothing to replace
        path.write_text(text, encoding="utf-8")
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, os.strerror(13))
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path.resolve())
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SfnorchError(f"{path} can't be written: {error.strerror}") from None
