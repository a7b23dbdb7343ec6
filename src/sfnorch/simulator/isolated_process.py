"""Start a command in new Linux namespaces. This file is a script that uses only the standard library.

usage: isolated_process.py SPECIFICATION COMMAND...

The variable ENVIRONMENT contains the command's environment as JSON. The command has a separate file system: the
folders that the specification names, read-only, an empty /tmp and home, and a /proc with only its own processes. It has
no network, and none of the privileges that the set-up requires. All its child processes end with it. The first line of
the output is `pid N`, the process id of the command in the starter's namespace.
https://man7.org/linux/man-pages/man7/namespaces.7.html
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
"""User, mount, process, network, IPC and UTS namespaces (CLONE_NEW* of sched.h)."""

BIND, RECURSIVE, REMOUNT, READ_ONLY, PRIVATE = 4096, 16384, 32, 1, 1 << 18
NO_SUID, NO_DEVICES, NO_EXEC = 2, 4, 8
_KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048
_RELATIVE_TIMES, _RELATIVE_TIMES_SEEN = 1 << 21, 4096
DETACH = 2
_DEATH_SIGNAL, _DROP_BOUNDING, _NO_NEW_PRIVILEGES = 1, 24, 38
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LIMITS = {
    "memory": resource.RLIMIT_AS,
    "processes": getattr(resource, "RLIMIT_NPROC", -1),
    "file": resource.RLIMIT_FSIZE,
    "files": resource.RLIMIT_NOFILE,
    "seconds": resource.RLIMIT_CPU,
}
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: Any) -> None:
    """Call a function of the C library. Raises OSError if it fails."""
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount_file_system(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount a file system. Raises OSError if it fails."""
    _call("mount", source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())


def main() -> None:
    """Set up the namespaces, start the command, and exit with its exit code."""
    specification, command = json.loads(sys.argv[1]), sys.argv[2:]
    environment = json.loads(os.environ.get("ENVIRONMENT", "{}"))
    _call("prctl", _DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    user, group = os.getuid(), os.getgid()
    _call("unshare", NEW_NAMESPACES)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell)
        _call("prctl", _DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        os.read(ready, 1)
        os.close(ready)
        _set_up(specification)
        os.execve(command[0], command, environment)  # noqa: S606 - the purpose of this script
    os.write(1, f"pid {child}\n".encode())
    os.close(tell)
    os.close(ready)
    os.close(0)
    os.close(1)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _set_up(specification: dict[str, Any]) -> None:
    root = specification["root"]
    mount_file_system("none", "/", flags=RECURSIVE | PRIVATE)
    mount_file_system("tmpfs", root, "tmpfs", NO_SUID | NO_DEVICES, "size=4m,mode=755")
    for name in ("tmp", "proc", "dev", ".old"):
        Path(root, name).mkdir()
    options = f"size={specification['tmp_bytes']},mode=1777"
    mount_file_system("tmpfs", f"{root}/tmp", "tmpfs", NO_SUID | NO_DEVICES, options)  # noqa: S108
    for name in _DEVICES:
        Path(root, "dev", name).touch()
        mount_file_system(f"/dev/{name}", f"{root}/dev/{name}", flags=BIND)
    for folder in sorted(specification["folders"], key=len):
        _bind(folder, root + folder)
    for link, target in specification["links"].items():
        with contextlib.suppress(FileExistsError):
            Path(root + link).symlink_to(target)
    Path(root, "tmp", "home").mkdir(exist_ok=True)
    mount_file_system("proc", f"{root}/proc", "proc", NO_SUID | NO_DEVICES | NO_EXEC)
    with contextlib.suppress(OSError):  # Linux 6.14 and later: a limit that also applies to root
        Path(root, "proc/sys/kernel/pid_max").write_text(str(specification["limits"]["processes"]))
    with contextlib.suppress(OSError):  # a new user namespace would give its processes privileges again
        Path(root, "proc/sys/user/max_user_namespaces").write_text("0")
    mount_file_system("proc", f"{root}/proc", "proc", REMOUNT | READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC)
    os.chdir(root)
    _call("pivot_root", root.encode(), f"{root}/.old".encode())
    os.chdir("/")
    _call("umount2", b"/.old", DETACH)
    Path("/.old").rmdir()
    own = ("/tmp", "/proc", *(f"/dev/{name}" for name in _DEVICES))  # noqa: S108 - in the new file system
    for mounted in _list_mounts():
        if mounted not in own:
            _make_read_only(mounted)
    os.chdir(specification["work"])
    for name, most in {**specification["limits"], "core": 0}.items():
        kind = _LIMITS.get(name, resource.RLIMIT_CORE)
        if kind >= 0:
            hard = resource.getrlimit(kind)[1]
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (bound, bound))
    for capability in range(64):
        if _libc.prctl(_DROP_BOUNDING, capability, 0, 0, 0) != 0:
            break
    _call("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _bind(source: str, target: str) -> None:
    """Make a folder or file visible in the new file system."""
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    mount_file_system(source, target, flags=BIND | RECURSIVE)


def _list_mounts() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4].encode().decode("unicode_escape") for line in lines]


def _make_read_only(mounted: str) -> None:
    """Make a mount read-only and keep its other flags, which a parent namespace can have locked."""
    seen = os.statvfs(mounted).f_flag
    flags = seen & _KEPT_FLAGS | (_RELATIVE_TIMES if seen & _RELATIVE_TIMES_SEEN else 0)
    mount_file_system("none", mounted, flags=BIND | REMOUNT | READ_ONLY | flags)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a script
        os._exit(125)
