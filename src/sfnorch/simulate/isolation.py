"""How the process of a function is kept apart from the system: Linux namespaces, where the system has them.

Namespaces are made directly, as bubblewrap makes them, so that nothing has to be installed. Where they cannot be made
(macOS, Windows, most containers), nothing else stands in: the code is not run unless the user asks for that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_STARTER = Path(__file__).with_name("isolated_process.py")
LIMITS = {"memory": 1_536 * 2**20, "processes": 512, "file": 128 * 2**20, "files": 1_024, "seconds": 3_600}
"""Of each process: bytes of memory, processes, bytes of a file, open files, seconds of processor time."""

TMP_BYTES = 128 * 2**20
HOME = "/tmp/home"  # noqa: S108 - in a file system of its own
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime")
_PROBE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Isolation:
    """Whether processes can be isolated; `reason` says why not."""

    reason: str = ""

    @property
    def possible(self) -> bool:
        """Whether a process can be isolated."""
        return not self.reason

    def command(self, root: Path, work: Path, folders: list[Path], command: list[str]) -> list[str]:
        """Return the command that starts a command isolated: in `work`, with these folders and Python's to read.

        `root` is an empty folder, in whose place its file system stands.
        """
        links, system = {}, []
        for name in _SYSTEM:
            if Path(name).is_symlink() and Path(name).is_dir():
                links[name] = os.readlink(name)  # noqa: PTH115 - as it is written
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

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the starter's environment: one variable that holds the command's, with the places in isolation.

        The starter itself must not have these variables: by LD_PRELOAD the code would run before it is isolated.
        """
        kept = {name: value for name, value in given.items() if name not in ("TEMP", "TMP")}
        return {"ENVIRONMENT": json.dumps({**kept, "HOME": HOME, "TMPDIR": "/tmp"})}  # noqa: S108 - in its own file system


@cache
def find_isolation() -> Isolation:
    """Return how processes can be isolated here: tried once, with a command that does nothing."""
    if sys.platform != "linux":
        return Isolation("Linux has the namespaces that it takes, and this system does not")
    with tempfile.TemporaryDirectory(prefix="sfnorch-") as folder:
        command = Isolation().command(Path(folder), Path("/"), [], [sys.executable, "-I", "-S", "-c", ""])
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=False, env={}
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Isolation(f"a namespace can't be tried: {error}")
    if done.returncode == 0:
        return Isolation()
    words = done.stderr.decode(errors="replace").strip().splitlines()
    return Isolation(words[-1][:200] if words else f"the command that tried it ended with {done.returncode}")
