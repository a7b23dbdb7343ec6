"""Starts commands for `tests/commands.py`: it has loaded what commands load, and forks a process for each.

A connection begins with the id of the process that the server stays there for. It holds one request at most: standard
input, output and error as descriptors, then a JSON document. What it is sent back is the command's process id, and its
exit code once it has ended, negative for a signal.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import sfnorch
from sfnorch.__main__ import main
from sfnorch.aws.session import Session
from sfnorch.cfn.render import render_template
from sfnorch.linter.run import Linter
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from tests import quick_libraries

_OTHERS_CODE = ("sfnorch.plan.starters.", "sfnorch.airflow.parts.")
"""How modules begin that are not loaded, but written out for users."""
_BETWEEN = 1.0
"""Seconds after which it looks whether anybody is left who may ask for a command."""


def load() -> None:
    """Load modules, cfn-lint's rules, and descriptions of services, and have each library do its work once."""
    quick_libraries.install()
    for module in pkgutil.walk_packages(sfnorch.__path__, "sfnorch."):
        if not module.name.startswith(_OTHERS_CODE) and not module.ispkg:
            importlib.import_module(module.name)
    template = parse_template(render_template(build_workflow(parse_plan("pattern: master-child")), "sam"), "t.yaml")
    Linter().lint_template(evaluate_template(template))
    session = Session(region="eu-central-1")
    for service in ("cloudformation", "cloudwatch", "glue", "logs", "s3", "stepfunctions", "sts"):
        session._session.client(service)
    gc.collect()
    gc.freeze()


def serve(listener: socket.socket) -> None:
    """Start what is asked for, as long as one of the processes that have asked is there."""
    listener.settimeout(_BETWEEN)
    users: set[int] = set()
    while True:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            _reap()
            if users and not any(_is_there(user) for user in users):
                return
            continue
        with connection:
            connection.setblocking(True)
            if user := connection.recv(8, socket.MSG_WAITALL):
                users.add(int.from_bytes(user, "big"))
                if os.fork() == 0:
                    listener.close()
                    _answer(connection)


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _answer(connection: socket.socket) -> None:
    """Start a command and report its end, in a process that does nothing else."""
    connection.sendall(b"!")
    size, streams, _, _ = socket.recv_fds(connection, 8, 3)
    if not size:
        os._exit(0)  # it was only to learn who is there
    request = json.loads(_received(connection, int.from_bytes(size, "big")))
    process = os.fork()
    if process == 0:
        _run(request, streams)
    for descriptor in streams:
        os.close(descriptor)
    try:
        connection.sendall(process.to_bytes(8, "big"))
        _, status = os.waitpid(process, 0)
        connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))
    finally:
        os._exit(0)


def _received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data))
    return data


def _run(request: dict[str, Any], streams: list[int]) -> None:
    """Do what the interpreter does for `python -m sfnorch`, and end the process."""
    code = 1
    try:
        os.setsid()
        for standard, descriptor in enumerate(streams):
            os.dup2(descriptor, standard)
        os.closerange(3, 256)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = ["sfnorch", *request["arguments"]]
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - they stay open
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
        for descriptor in request["closed"]:
            os.close(descriptor)
            setattr(sys, ("stdin", "stdout", "stderr")[descriptor], None)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load()
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        serve(listening)
    shutil.rmtree(Path(sys.argv[2]), ignore_errors=True)
