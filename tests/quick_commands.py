"""Commands on the PATH of a shell that take no time to load: the process of `tests/command_server.py` runs them.

`sfnorch`, `python -m sfnorch` and `python -I -m sfnorch` go there, with the shell's folder, environment and streams.
`python -m pip install` of a package that is installed has nothing to do. Anything else that Python runs is run by the
interpreter that is there.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from tests.commands import server_address

_SFNORCH = """\
#!{python} -IS
import json, os, socket, sys

connection = socket.socket(socket.AF_UNIX)
connection.connect({address!r})
connection.sendall(({user}).to_bytes(8, "big"))
assert connection.recv(1)
request = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ), "closed": []}}
data = json.dumps(request).encode()
socket.send_fds(connection, [len(data).to_bytes(8, "big")], [0, 1, 2])
connection.sendall(data)
connection.recv(8, socket.MSG_WAITALL)
code = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big", signed=True)
sys.exit(code if code >= 0 else 128 - code)
"""

_PYTHON = """\
#!/bin/sh
case "$1 $2 $3 $4" in
  "-I -m sfnorch "*) shift 3; exec {sfnorch} "$@" ;;
  "-m sfnorch "*) shift 2; exec {sfnorch} "$@" ;;
  "-I -m pip install" | "-m pip install "*) exit 0 ;;
esac
exec {python} "$@"
"""


def write_quick_commands(folder: Path, python: Path) -> Path:
    """Write `sfnorch` and `python` into a new folder, and return it; the other commands are of this interpreter."""
    folder.mkdir()
    address = str(server_address())
    texts = {
        "sfnorch": _SFNORCH.format(python=sys.executable, address=address, user=os.getpid()),
        "python": _PYTHON.format(sfnorch=shlex.quote(str(folder / "sfnorch")), python=shlex.quote(str(python))),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder
