"""Commands in processes of their own, to be killed, interrupted and watched at a terminal.

A command takes two seconds to load what it needs. These don't: a process that has loaded it, one for all workers of a
test run, forks one for each. What matters while modules load is tested with real interpreters, in `test_process.py`.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TextIO

_ROOT = Path(__file__).parents[1]
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"
_FOLDER = Path(tempfile.gettempdir()) / f"sfnorch-{_RUN}"
_ATTEMPTS = 3
_servers: list[subprocess.Popen[bytes]] = []


class Command:
    """A command that runs, as `subprocess.Popen` shows a process: in this folder, with this environment.

    Its output and errors are read by `stdout` and `stderr`, or together by `stdout`, unless it has a terminal. `streams`
    are descriptors for standard streams of its own, by their numbers, and `closed` those that it begins without.
    """

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        terminal: int | None = None,
        merged: bool = False,
        streams: Mapping[int, int] | None = None,
        closed: Sequence[int] = (),
    ) -> None:
        self.returncode: int | None = None
        self.stdout = self.stderr = None
        theirs = [terminal] * 3 if terminal is not None else self._pipes(merged=merged)
        for standard, descriptor in (streams or {}).items():
            os.dup2(descriptor, theirs[standard])
        whole = {**os.environ, **(environment or {})}
        where = {"folder": str(folder or Path.cwd()), "environment": whole}
        request = {"arguments": arguments, **where, "closed": list(closed)}
        data = json.dumps(request).encode()
        self._connection = _connected()
        socket.send_fds(self._connection, [len(data).to_bytes(8, "big")], theirs)
        self._connection.sendall(data)
        if terminal is None:
            for descriptor in set(theirs):
                os.close(descriptor)
        self.pid = self._number()

    def _pipes(self, *, merged: bool) -> list[int]:
        """Return descriptors for the command, whose other ends are `stdout` and `stderr`."""
        out, theirs_out = os.pipe()
        self.stdout: TextIO | None = open(out, encoding="utf-8")  # noqa: PTH123, SIM115 - closed when it is read
        self.stderr: TextIO | None = None
        theirs = [os.open(os.devnull, os.O_RDONLY), theirs_out, theirs_out]
        if not merged:
            err, theirs[2] = os.pipe()
            self.stderr = open(err, encoding="utf-8")  # noqa: PTH123, SIM115
        return theirs

    def communicate(self) -> tuple[str, str]:
        """Return what it has yet to write to its output and its errors, once it has ended."""
        with ThreadPoolExecutor(2) as pool:
            out, err = pool.map(_rest, (self.stdout, self.stderr))
        self.wait()
        return out, err

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code once it has ended."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self.returncode = self._number()
            self._connection.close()
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _number(self) -> int:
        data = self._connection.recv(8, socket.MSG_WAITALL)
        assert len(data) == 8, _log()
        return int.from_bytes(data, "big", signed=True)


def _rest(stream: TextIO | None) -> str:
    if stream is None:
        return ""
    with stream:
        return stream.read()


def server_address() -> Path:
    """Return the socket of the process that starts commands, which stays there as long as this process."""
    _connected().close()
    return _FOLDER / "socket"


def _connected() -> socket.socket:
    """Return a connection to the process that starts commands; start that where nobody has."""
    for _ in range(_ATTEMPTS):
        connection = socket.socket(socket.AF_UNIX)
        with suppress(OSError):  # it isn't there, or just ends
            connection.connect(str(_FOLDER / "socket"))
            connection.sendall(os.getpid().to_bytes(8, "big"))
            if connection.recv(1):
                return connection
        connection.close()
        _start_server()
    raise AssertionError(_log())


def _start_server() -> None:
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = _FOLDER / "socket"
        with socket.socket(socket.AF_UNIX) as other, suppress(OSError):
            other.connect(str(address))
            return
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener, (_FOLDER / "log").open("w") as log:
            listener.bind(str(address))
            listener.listen(64)
            _servers.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.command_server", str(listener.fileno()), str(_FOLDER)],
                    cwd=_ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[listener.fileno()],
                    start_new_session=True,
                )
            )


def _log() -> str:
    """Return what the process that starts commands has complained of."""
    return (_FOLDER / "log").read_text() if (_FOLDER / "log").exists() else "it has ended"
