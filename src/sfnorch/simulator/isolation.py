"""Isolation of a function's process from the system: Linux namespaces, if the system has them.

This module creates namespaces directly, as bubblewrap does, so it requires no installation. If they are not available
(macOS, Windows, most containers), the code is not isolated, and runs only if the user requests it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_STARTER = Path(__file__).with_name("isolated_process.py")
LIMITS = {"memory": 1_536 * 2**20, "processes": 512, "file": 128 * 2**20, "files": 1_024, "seconds": 3_600}
"""Limits of each process: bytes of memory, processes, bytes of a file, open files, seconds of processor time."""

TMP_BYTES = 128 * 2**20
HOME = "/tmp/home"  # noqa: S108 - in a separate file system
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime")
_PROBE_SECONDS = 60


class Isolation(NamedTuple):
    """Whether processes can be isolated; `reason` is why not."""

    reason: str = ""

    @property
    def possible(self) -> bool:
        """Return whether a process can be isolated."""
        return not self.reason

    def build_command(self, root: Path, work: Path, folders: list[Path], command: list[str]) -> list[str]:
        """Return the command that runs a command isolated in the folder `work`. It can read the folders and Python.

        `root` is an empty folder on which the separate file system is mounted.
        """
        links, system = {}, []
        for name in _SYSTEM:
            if Path(name).is_symlink() and Path(name).is_dir():
                links[name] = os.readlink(name)  # noqa: PTH115 - keeps a relative target
            elif Path(name).exists():
                system.append(name)
        python = {str(Path(prefix)) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
        specification = {
            "root": str(root),
            "work": str(work),
            "folders": [*{*system, *(python - {"/"}), *map(str, folders)}],
            "links": links,
            "limits": LIMITS,
            "tmp_bytes": TMP_BYTES,
        }
        return [sys.executable, "-I", "-S", str(_STARTER), json.dumps(specification), *command]

    def build_environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the starter's environment: one variable that contains the command's environment as JSON.

        The starter itself must not have these variables: with LD_PRELOAD, code would run before the isolation.
        """
        kept = {name: value for name, value in given.items() if name not in ("TEMP", "TMP")}
        return {"ENVIRONMENT": json.dumps({**kept, "HOME": HOME, "TMPDIR": "/tmp"})}  # noqa: S108 - in its own file system


@cache
def find_isolation() -> Isolation:
    """Return whether processes can be isolated on this system. The first call tests it with an empty command."""
    if sys.platform != "linux":
        return Isolation("isolation requires the namespaces of Linux")
    with tempfile.TemporaryDirectory(prefix="sfnorch-") as folder:
        command = Isolation().build_command(Path(folder), Path("/"), [], [sys.executable, "-I", "-S", "-c", ""])
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=False, env={}
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Isolation(f"namespaces cannot be tested: {error}")
    if done.returncode == 0:
        return Isolation()
    words = done.stderr.decode(errors="replace").strip().splitlines()
    return Isolation(words[-1][:200] if words else f"the test command ended with exit code {done.returncode}")
