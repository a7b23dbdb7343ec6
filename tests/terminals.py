"""A command at a terminal of its own, which is read and typed to."""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Mapping

from tests.commands import Command
from tests.screens import shown

_PATIENCE = 60
"""The seconds after which a test fails: no test waits as long where all is well."""


class Terminal:
    """A command at a terminal of 100 columns. `written` is all that it has written to it."""

    def __init__(self, *arguments: str, environment: Mapping[str, str]) -> None:
        self.written = ""
        self._ours, theirs = pty.openpty()
        own = {"TERM": "xterm", "COLUMNS": "100", "LINES": "30", **environment}
        self.process = Command(*arguments, environment=own, terminal=theirs)
        os.close(theirs)

    @property
    def screen(self) -> str:
        """What stands on the screen now."""
        return shown(self.written)

    def wait_for(self, words: str, *, after: int = 0) -> None:
        """Read until the words are written, behind the first `after` characters."""
        deadline = time.monotonic() + _PATIENCE
        while words not in self.written[after:]:
            assert self._read(deadline - time.monotonic()), f"{words!r} is not in {self.written!r}"

    def type(self, text: str) -> None:
        """Type the text."""
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Return the exit code, once the command has ended and all that it wrote is read."""
        while self._read(_PATIENCE):
            pass
        os.close(self._ours)
        return self.process.wait(_PATIENCE)

    def _read(self, seconds: float) -> bool:
        """Whether the command wrote more within so many seconds."""
        if not select.select([self._ours], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._ours, 10_000)
        except OSError:  # the other end is closed
            return False
        self.written += data.decode()
        return bool(data)
