"""What the documentation promises of a function's isolated process, each promise tried by code that breaks it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.errors import UnsupportedSimulationError
from sfnorch.simulator.function_process import FunctionProcesses
from sfnorch.simulator.isolation import HOME, Isolation, find_isolation
from sfnorch.template.functions import FunctionResource
from tests.unit.simulator.test_functions import has_ended, play
from tests.waiting import wait_until

NOT_HERE = find_isolation().reason
isolated = pytest.mark.skipif(bool(NOT_HERE), reason=f"this system can't isolate a process: {NOT_HERE}")

CODE = '''
import ctypes, os, pathlib, signal, socket, subprocess, sys, time

def tried(act):
    try:
        return act()
    except BaseException as error:
        return type(error).__name__

def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return "connected"

def look_up():
    return socket.getaddrinfo("localhost.example.com", 80)

def write(path):
    pathlib.Path(path).write_text("x")
    return "written"

def fork_until_refused():
    """Start processes that wait, and return how many there are when the next is refused."""
    started = []
    try:
        while len(started) < 2_000:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            started.append(child)
        return len(started)
    except OSError:
        return len(started)
    finally:
        for child in started:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

def allocate():
    return len(bytearray(2 * 1024**3))

def environments():
    """The environments of all processes that there are, but those of its own."""
    texts = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        if path.parent.name not in (str(os.getpid()), "self"):
            texts.append(path.read_text())
    return texts

def mount():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.mount(b"none", b"/usr", b"", 32 | 4096, b"")

def leave_behind():
    """Start a process in a session of its own, which would outlive a process group."""
    if os.fork() == 0:
        os.setsid()
        name = "sfnorch-left-behind-" + sys.argv[-1]
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", name])
    return "left"

def fill():
    """Fill the disk that there is to write to."""
    written = 0
    with open("/tmp/a", "wb") as one, open("/tmp/b", "wb") as other:
        for file in (one, other):
            for _ in range(100):
                written += file.write(bytes(2**20))
                file.flush()
    return written

def handler(event, context):
    return {
        "connect": tried(lambda: connect(event["port"])),
        "look up": tried(look_up),
        "credentials": tried(lambda: pathlib.Path(event["credentials"]).read_text()),
        "home": [os.environ["HOME"], os.listdir(os.environ["HOME"])],
        "write beside its code": tried(lambda: write(__file__ + ".txt")),
        "write outside": tried(lambda: write(event["outside"])),
        "write to Python": tried(lambda: write(sys.prefix + "/x")),
        "write to /": tried(lambda: write("/x")),
        "write to a system's setting": tried(lambda: write("/proc/sys/kernel/domainname")),
        "write to /tmp": tried(lambda: write("/tmp/x")),
        "fill /tmp": tried(fill),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdecimal())[:1],
        "environments": tried(environments),
        "parent": tried(lambda: pathlib.Path(f"/proc/{event['parent']}/environ").read_text()),
        "secret": os.environ.get("SFNORCH_TEST_SECRET"),
        "allocate": tried(allocate),
        "mount": mount(),
        "forks": 0 < fork_until_refused() < 2_000,
        "left": tried(leave_behind),
    }
'''


@pytest.fixture(name="port")
def listening() -> Iterator[int]:
    """A port on which the system that the function runs on listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def function(code: str, timeout: float = 60.0) -> FunctionResource:
    return FunctionResource(
        logical_id="F", name="f", arn="arn", handler="index.handler", runtime="python3.13", timeout=timeout,
        environment={}, code=code, code_from="", package_key="",
    )  # fmt: skip


def called(code: str, event: Any, isolation: Isolation | None = None) -> dict[str, Any]:
    processes = FunctionProcesses(isolation=isolation)
    try:
        return processes.call(function(code), event, "1")
    finally:
        processes.close()


@isolated
def test_what_code_cannot_do(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SFNORCH_TEST_SECRET", "secret")
    credentials = tmp_path / ".aws" / "credentials"
    credentials.parent.mkdir()
    credentials.write_text("aws_secret_access_key = secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    event = {
        "port": port,
        "credentials": str(credentials),
        "outside": str(tmp_path / "outside"),
        "parent": os.getpid(),
    }
    assert called(CODE, event)["result"] == {
        "connect": "OSError",
        "look up": "gaierror",
        "credentials": "FileNotFoundError",
        "home": [HOME, []],
        "write beside its code": "OSError",
        "write outside": "FileNotFoundError",
        "write to Python": "OSError",
        "write to /": "OSError",
        "write to a system's setting": "OSError",
        "write to /tmp": "written",
        "fill /tmp": "OSError",
        "processes": [1],
        "environments": [],
        "parent": "FileNotFoundError",
        "secret": None,
        "allocate": "MemoryError",
        "mount": -1,
        "forks": True,
        "left": "left",
    }
    assert not (tmp_path / "outside").exists()
    wait_until(lambda: not left_behind())


def left_behind() -> list[int]:
    """The processes of the function that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"sfnorch-left-behind-" in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return [pid for pid in found if not has_ended(pid)]


@isolated
def test_the_same_code_can_do_it_where_nothing_isolates_it(port: int, tmp_path: Path):
    """So that the test before can fail."""
    (tmp_path / "credentials").write_text("secret")
    code = CODE.replace("def handler", "def other") + (
        "\ndef handler(event, context):\n"
        "    return [tried(lambda: connect(event['port'])), pathlib.Path(event['credentials']).read_text(),\n"
        "            tried(lambda: write(event['outside'])), bool(tried(environments))]\n"
    )
    event = {"port": port, "credentials": str(tmp_path / "credentials"), "outside": str(tmp_path / "outside")}
    assert called(code, event, Isolation("not wanted"))["result"] == [
        "connected",
        "secret",
        "written",
        True,
    ]


@isolated
def test_the_processes_of_a_run_that_is_killed_end_with_it():
    script = (
        "import sys\n"
        "from sfnorch.simulator.function_process import FunctionProcesses\n"
        "from tests.unit.simulator.test_isolation import function\n"
        "code = 'import time\\ndef handler(e, c):\\n    time.sleep(600)'\n"
        "processes = FunctionProcesses()\n"
        "running = processes._start(function(code))\n"
        "import time\n"
        "while not running._pid: time.sleep(0.01)\n"
        "print(running._pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert not has_ended(pid)
        process.kill()
    wait_until(lambda: has_ended(pid))


def test_a_plans_code_is_not_run_where_it_cannot_be_isolated_unless_asked_for():
    code = "def handler(e, c): return 1"
    nothing = Isolation("unshare: Operation not permitted")
    with pytest.raises(UnsupportedSimulationError) as error:
        play(code, {}, behaviour=Behaviour(run_isolated=True, isolation=nothing))
    assert (error.value.message, error.value.hint) == (
        (
            "M-XXXXXXXXXXXX: Call1 would run code of the plan: F; this system cannot isolate it: "
            "unshare: Operation not permitted"
        ),
        "--run-functions runs it without isolation, with your own permissions; --mock 'Call1={\"Payload\": {}}' replaces it",
    )
    run = play(code, {}, behaviour=Behaviour(run_functions=True, isolation=nothing))
    assert (run.first.status, run.first.output) == ("SUCCEEDED", 1)


@isolated
def test_a_plans_code_is_run_where_it_can_be_isolated():
    code = "import os\ndef handler(e, c): return os.environ['HOME']"
    assert play(code, {}, behaviour=Behaviour(run_isolated=True)).first.output == HOME


_WITHOUT_NAMESPACES = """
import json
from sfnorch.simulator.isolation import find_isolation
print(json.dumps([find_isolation().possible, find_isolation().reason]))
"""


@isolated
def test_a_system_without_namespaces_is_recognized():
    allowed = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    command = ["unshare", "-Ur", "sh", "-c", allowed, "sh", sys.executable, "-c", _WITHOUT_NAMESPACES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == '[false, "[Errno 28] unshare: No space left on device"]\n'
