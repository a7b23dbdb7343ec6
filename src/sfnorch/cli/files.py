"""Writing files so that none is ever there by half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sfnorch.errors import SfnorchError


def write_whole(path: Path, text: str) -> None:
    """Writes the text beside the file and then puts it in its place. Raises SfnorchError where that can't be."""
    if path.is_dir():
        raise SfnorchError(f"{path} is a directory, and the output is a file", hint="name the file with -o")
    beside = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            beside = Path(file.name)
            file.write(text)
        beside.chmod(mode)
        beside.replace(path)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise SfnorchError(f"{path} can't be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
